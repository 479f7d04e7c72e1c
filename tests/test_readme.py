"""The README's commands do what it says: as written, in a new virtual environment on CI."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from assistant.types import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
INSTALL_SECONDS = 900
START_SECONDS = 120


def blocks() -> list[str]:
    tokens = MarkdownIt("commonmark").parse((ROOT / "README.md").read_text(encoding="utf-8"))
    return [token.content for token in tokens if token.type == "code_block"]


def block_with(text: str) -> str:
    return next(block for block in blocks() if text in block)


START = block_with("app.py").strip()
COMMANDS = [
    re.split(r"\s{3,}", line.strip())[0]
    for line in block_with("cx-assistant search").strip().splitlines()
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone of the repository holds: the files under version control, nothing else."""
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@contextmanager
def serving(command: str, folder: Path, environment: dict[str, str], seconds: int) -> Iterator[str]:
    """Run a command until its page answers; yield the page's HTML."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = re.sub(r"--port \d+", f"--port {port}", command)
    process = subprocess.Popen(
        command,
        shell=True,
        cwd=folder,
        env={**environment, "CX_PORT": str(port)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _page(f"http://127.0.0.1:{port}/en/", process, time.monotonic() + seconds)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


def _page(address: str, process: subprocess.Popen[bytes], until: float) -> str:
    while time.monotonic() < until:
        assert process.poll() is None, "the command ended before its page answered"
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail("the page did not answer in time")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a shell with data of its own, without what a virtual environment sets."""
    kept = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return {**kept, "CX_DATA": str(tmp_path_factory.mktemp("readme"))}


@pytest.fixture(scope="module")
def installed(clone: Path, environment: dict[str, str]) -> dict[str, str]:
    """A shell whose `cx-assistant` is the README's: newly installed on CI, else the running one."""
    binaries = Path(sys.executable).parent
    if os.environ.get("CI"):
        with serving(START, clone, environment, INSTALL_SECONDS) as page:
            assert "CX Assistant" in page
        binaries = clone / ".venv" / "bin"
    return {**environment, "PATH": f"{binaries}{os.pathsep}{environment['PATH']}"}


def run(command: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        shlex.split(command), cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_start_command_is_one_line_that_installs_and_starts() -> None:
    assert START.splitlines() == [START]
    assert "pip install -e ." in START
    assert START.endswith("app.py")


def test_test_command_is_the_one_that_ci_runs() -> None:
    command = block_with("[test]").strip()
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for step in command.replace(".venv/bin/", "").split(" && "):
        assert re.search(
            rf"^{re.escape(step).replace('install', 'install( --quiet)?')}$", script, re.M
        )


def test_picture_of_an_answer_is_what_the_command_prints(
    clone: Path, installed: dict[str, str]
) -> None:
    shown = block_with("$ cx-assistant ask")
    command, _, answer = shown.partition("\n")
    printed = " ".join(run(command.strip().removeprefix("$ "), clone, installed).split())
    for line in answer.replace(" …)", "").splitlines():
        assert " ".join(line.split()) in printed


@pytest.mark.parametrize("command", [c for c in COMMANDS if "serve" not in c])
def test_command_works_as_written(command: str, clone: Path, installed: dict[str, str]) -> None:
    lines = [{"id": "1", "turns": ["What is VoC?"]}]
    (clone / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (clone / "me.yaml").write_text("start: 2027-01-11\n", encoding="utf-8")
    assert run(command, clone, installed).strip()


@pytest.mark.parametrize("command", [c for c in COMMANDS if "serve" in c])
def test_page_is_served_as_written(command: str, clone: Path, installed: dict[str, str]) -> None:
    with serving(f"exec {command}", clone, installed, START_SECONDS) as page:
        assert "CX Assistant" in page


def test_python_example_works_as_written(clone: Path, installed: dict[str, str]) -> None:
    (clone / "example.py").write_text(block_with("from assistant import"), encoding="utf-8")
    printed = run("python example.py", clone, installed)
    assert "[1]" in printed
    assert " True" in printed
    assert re.search(r"^1 [a-z-]+/[a-z0-9-]+ ", printed, re.M)


def test_readme_names_every_setting_and_no_other() -> None:
    from assistant.settings import PREFIX, Settings

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(rf"`({PREFIX}[A-Z_]+)`", readme))
    assert named == {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}


def test_readme_names_every_language_of_the_corpus() -> None:
    names = ("English", "简体中文", "繁體中文", "polski", "magyar", "русский")
    assert len(names) == len(LANGUAGES)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(name in readme for name in names)
