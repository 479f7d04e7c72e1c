"""A chat model by one setting, through LangChain's `init_chat_model`.

Nothing here is imported unless a model is configured. Keys come from the environment
variables that each provider's package reads itself.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import ChatError, ModelError
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_TRIES = 3
_FIRST_WAIT = 0.5
# Failures that may pass by themselves.
_PASSING = ("busy", "unreachable")
# The roots of what the providers' clients raise; they share no other base.
_ROOTS = (
    ("openai", "OpenAIError"),
    ("anthropic", "AnthropicError"),
    ("ollama", "ResponseError"),
    ("httpx", "HTTPError"),
    ("langchain_core.exceptions", "LangChainException"),
)
# Once their package is there, these complain at the start of a missing key alone.
_CLIENTS = ("openai", "anthropic", "ollama")
_BY_STATUS = {401: "key", 403: "key", 404: "unknown", 408: "slow", 429: "busy", 529: "busy"}
_SAID = {
    "key": "does not accept the key; check it in the environment",
    "unknown": "is not known at its address; check the name and CX_CHAT_URL",
    "busy": "has no capacity left now; try again later",
    "unreachable": "cannot be reached; is it running, and is its address right?",
    "broken": "broke off; look into the log of its server",
}
# What is longer than so many characters a token has surely passed the most it may say.
_LONGEST_TOKEN = 6


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a model: "system", "user", or what it said itself ("assistant")."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Spent:
    """The tokens that a model reports to have read and written."""

    read: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A chat model that streams text, whose failures are all `ChatError`.

    Args:
        name: as configured, such as "openai:gpt-5".
        model: LangChain's model.
        tokens: the most it may say.
        timeout: seconds that it may be silent.
        wait: pauses between tries.
    """

    name: str
    model: BaseChatModel
    tokens: int = 1_000
    timeout: float = 60
    wait: Callable[[float], None] = time.sleep

    def stream(
        self, messages: Sequence[Message], spent: Callable[[Spent], None] = lambda tokens: None
    ) -> Iterator[str]:
        """Yield pieces of text until the model ends or has said its most.

        What may pass is tried again after a growing wait, unless a text has begun.

        Args:
            messages: what it is told.
            spent: called with the tokens used, where the model reports them.

        Raises:
            ChatError: it does not answer, breaks off, or refuses the key.
        """
        for attempt in range(1, _TRIES + 1):
            said = 0
            try:
                for text in self._once(messages, spent):
                    said += len(text)
                    yield text
            except ChatError as error:
                if said:
                    raise ChatError(f"{self.name} {_SAID['broken']}", "broken") from error
                if error.kind not in _PASSING or attempt == _TRIES:
                    raise
                self.wait(_FIRST_WAIT * 4 ** (attempt - 1))
            else:
                return

    def _once(self, messages: Sequence[Message], spent: Callable[[Spent], None]) -> Iterator[str]:
        said = 0
        try:
            for chunk in self.model.stream([(one.role, one.text) for one in messages]):
                usage = getattr(chunk, "usage_metadata", None)
                if usage:
                    spent(Spent(usage["input_tokens"], usage["output_tokens"]))
                text = str(chunk.text)
                said += len(text)
                if text:
                    yield text
                if said > self.tokens * _LONGEST_TOKEN:
                    return
        except _foreign() as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> ChatError:
        """Return an error that tells what happened, with nothing that a key or prompt may be in."""
        status = getattr(error, "status_code", None)
        name = type(error).__name__.casefold()
        if isinstance(status, int) and status in _BY_STATUS:
            kind = _BY_STATUS[status]
        elif "timeout" in name or isinstance(error, TimeoutError):
            kind = "slow"
        elif "connect" in name or isinstance(error, ConnectionError):
            kind = "unreachable"
        else:
            kind = "busy" if isinstance(status, int) and status >= 500 else "broken"
        said = _SAID.get(kind, f"did not answer within {self.timeout:g} s; is it running?")
        return ChatError(f"{self.name} {said}", kind)


@dataclass(frozen=True, slots=True)
class MissingModel:
    """Stands for a chat model that cannot be asked: every try tells why."""

    name: str
    error: ChatError

    def stream(
        self, messages: Sequence[Message], spent: Callable[[Spent], None] = lambda tokens: None
    ) -> Iterator[str]:
        """Yield nothing.

        Raises:
            ChatError: always.
        """
        raise self.error
        yield


def load_chat_model(settings: Settings) -> ChatModel:
    """Return the model that the settings name.

    Raises:
        ChatError: its key is missing.
        ModelError: its package is not installed, or it is unknown.
    """
    name = settings.chat_model
    if settings.chat_url and ":" not in name:
        name = f"openai:{name}"
    try:
        from langchain.chat_models import init_chat_model

        model = init_chat_model(name, **_options(name, settings))
    except ImportError as error:
        raise ModelError(
            f"CX_CHAT_MODEL={settings.chat_model!r} needs a package that is not installed; "
            "pip install 'cx-assistant[openai]' (or [anthropic], [ollama])"
        ) from error
    except _foreign() as error:
        problem = f"CX_CHAT_MODEL={settings.chat_model!r}: cannot be used; "
        if type(error).__module__.partition(".")[0] in _CLIENTS:
            remedy = "set the provider's key in the environment"
            raise ChatError(problem + remedy, "key") from error
        raise ModelError(f"{problem}give 'provider:model' as LangChain names them") from error
    return ChatModel(name, model, settings.chat_tokens, settings.chat_timeout)


def _options(name: str, settings: Settings) -> dict[str, Any]:
    """Return the settings as the provider's class calls them; retries are ours alone."""
    found: dict[str, Any] = {"base_url": settings.chat_url} if settings.chat_url else {}
    if settings.chat_temperature is not None:
        found["temperature"] = settings.chat_temperature
    if name.startswith("ollama:"):
        limits = {"num_predict": settings.chat_tokens}
        return found | limits | {"client_kwargs": {"timeout": settings.chat_timeout}}
    found |= {"max_retries": 0, "timeout": settings.chat_timeout}
    if name.startswith("openai:"):
        found["stream_usage"] = True
        if settings.chat_url:
            # Servers without keys want one nevertheless.
            found["api_key"] = os.environ.get("OPENAI_API_KEY") or "none"
    return found | {"max_tokens": settings.chat_tokens}


def _foreign() -> tuple[type[Exception], ...]:
    """Return what a provider's client may raise, of the clients that are loaded."""
    found: list[type[Exception]] = [OSError, ValueError, KeyError, TypeError, RuntimeError]
    for module, name in _ROOTS:
        root = getattr(sys.modules.get(module), name, None)
        if root is not None:
            found.append(root)
    return tuple(found)
