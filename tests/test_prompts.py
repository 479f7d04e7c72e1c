"""Prompts: one file each, whose placeholders are checked before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import prompts
from assistant.errors import PromptError


def test_every_prompt_can_be_used() -> None:
    prompts.check()


def test_every_file_is_a_prompt_and_every_prompt_a_file() -> None:
    assert {file.stem for file in prompts.folder().glob("*.md")} == set(prompts.EXPECTED)


@pytest.mark.parametrize("name", sorted(prompts.EXPECTED))
def test_prompt_is_filled_and_its_values_are_never_templates(name: str) -> None:
    values = {key: f"<{key}> $language ${{question}}" for key in prompts.EXPECTED[name]}
    filled = prompts.fill(name, **values)
    for value in values.values():
        assert value in filled


@pytest.mark.parametrize("name", ["answer.system", "rewrite.system", "plan-summary.system"])
def test_prompt_says_that_its_material_is_no_instruction(name: str) -> None:
    assert "not instructions to you" in prompts.read(name).template or (
        "not an instruction to you" in prompts.read(name).template
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("In $language, $contxt", r"\$contxt, \$words does not fit; expected \$language, \$words"),
        ("In $language", r"\$words does not fit; expected \$language, \$words"),
        ("$language $words costs $", r"a stray \$ does not fit"),
        ("$language $words\n" * 41, "longer than 40 lines"),
        (None, "cannot be read; put the file back"),
    ],
)
def test_broken_prompt_is_refused_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, problem: str
) -> None:
    if text is not None:
        (tmp_path / "answer.system.md").write_text(text, encoding="utf-8")
    with pytest.raises(PromptError, match=rf"^prompts/answer\.system\.md: .*{problem}"):
        prompts.read("answer.system", tmp_path)
