"""Settings: read from the environment, refused with their name and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.errors import SettingsError
from assistant.settings import DEFAULT_EMBEDDINGS, Settings


def test_defaults_need_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CX_DATA")
    settings = Settings.load()
    assert settings.embeddings == DEFAULT_EMBEDDINGS
    assert settings.host == "127.0.0.1"
    assert settings.chroma_host == ""
    assert settings.language == "en"
    assert settings.data.is_absolute()


def test_default_corpus_is_the_shipped_one() -> None:
    assert list(Settings.load().corpus.glob("*/en.md"))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CX_PORT", "8080", 8080),
        ("CX_LANGUAGE", "zh-Hant", "zh-Hant"),
        ("CX_CORPUS", "/some/where", Path("/some/where")),
        ("CX_EMBEDDINGS", "a model", "a model"),
        ("CX_CHROMA_HOST", "chroma", "chroma"),
        ("CX_DATABASE", "sqlite://", "sqlite://"),
    ],
)
def test_setting_is_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: object
) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(Settings.load(), name.removeprefix("CX_").lower()) == expected


def test_given_value_wins_over_the_environment_and_none_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CX_PORT", "8080")
    assert Settings.load(port=9090).port == 9090
    assert Settings.load(port=None).port == 8080


def test_unknown_variable_is_refused_with_those_that_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CX_PROT", "8080")
    with pytest.raises(
        SettingsError, match=r"^unknown setting CX_PROT; known settings:"
    ) as refused:
        Settings.load()
    for name in Settings.model_fields:
        assert f"CX_{name.upper()}" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CX_PORT", "many"),
        ("CX_PORT", "0"),
        ("CX_PORT", "65536"),
        ("CX_PORT", ""),
        ("CX_CHROMA_PORT", "-1"),
        ("CX_LANGUAGE", "de"),
    ],
)
def test_impossible_value_is_refused_with_name_and_value_on_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    told = str(refused.value)
    assert told.startswith(f"{name}={value!r}: ")
    assert told.partition(": ")[2]
    assert "\n" not in told


def test_language_that_is_refused_names_those_that_are_possible(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CX_LANGUAGE", "de")
    with pytest.raises(SettingsError, match=r"'en'.*'zh-Hans'.*'zh-Hant'.*'pl'.*'hu'.*'ru'"):
        Settings.load()


def test_unknown_name_in_a_call_is_refused() -> None:
    with pytest.raises(SettingsError, match="CX_PROT"):
        Settings.load(prot=1)


def test_settings_cannot_be_changed() -> None:
    settings = Settings.load()
    with pytest.raises(ValidationError):
        settings.port = 1


def test_index_and_database_lie_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings.load(data=tmp_path)
    assert settings.index_path.parent == tmp_path
    assert settings.database_url == f"sqlite:///{tmp_path / 'assistant.sqlite3'}"


def test_database_elsewhere_wins_over_the_data_folder(tmp_path: Path) -> None:
    settings = Settings.load(data=tmp_path, database="postgresql://db/cx")
    assert settings.database_url == "postgresql://db/cx"


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
