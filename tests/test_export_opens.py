"""Exported plans open in an office suite without repair."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from export_plans import written

from assistant.export import save
from assistant.types import Language

OFFICE = shutil.which("soffice")
_MINUTES = 180

pytestmark = pytest.mark.skipif(
    OFFICE is None and not os.environ.get("CI"), reason="LibreOffice is not installed"
)


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize("suffix", ["docx", "xlsx"])
def test_office_suite_opens_and_prints_a_plan(
    tmp_path: Path, language: Language, suffix: str
) -> None:
    file = tmp_path / f"plan.{suffix}"
    save(written(language), file)
    assert OFFICE is not None, "LibreOffice is missing; .ci/run installs it"
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [OFFICE, "--headless", profile, "--convert-to", "pdf", "--outdir", tmp_path, file]
    subprocess.run(command, check=True, capture_output=True, timeout=_MINUTES)
    printed = (tmp_path / "plan.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000
