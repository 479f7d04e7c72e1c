"""Chat models over the real wire: what they say, and how each failure is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chat_server import ChatServer, serving

from assistant.chat_models import ChatModel, Message, Spent, load_chat_model
from assistant.errors import ChatError, ModelError
from assistant.model_check import check_model
from assistant.prompts import fill
from assistant.settings import Settings

PASSAGES = "[1] A title\nSurveys come first. Then act.\n\n[2] Another\nAsk the CFO about costs."
TOLD = [
    Message("system", fill("answer.system", language="English", words="50")),
    Message("user", fill("answer.user", passages=PASSAGES, situation="-", question="What first?")),
]


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with serving() as running:
        yield running


def model(server: ChatServer, name: str, waits: list[float] | None = None) -> ChatModel:
    settings = Settings.load(chat_model=f"openai:{name}", chat_url=server.url, chat_timeout=1)
    loaded = load_chat_model(settings)
    record = [] if waits is None else waits
    return ChatModel(loaded.name, loaded.model, loaded.tokens, loaded.timeout, record.append)


def test_text_arrives_in_pieces_with_the_tokens_it_took(server: ChatServer) -> None:
    spent: list[Spent] = []
    pieces = list(model(server, "cites").stream(TOLD, spent.append))
    assert len(pieces) > 3
    assert "".join(pieces) == "Surveys come first [1]. Ask the CFO about costs [2]."
    assert spent == [Spent(100, len(pieces))]


def test_model_is_asked_with_what_was_told_and_its_limit(server: ChatServer) -> None:
    list(model(server, "cites").stream(TOLD))
    asked = server.asked[-1]
    assert [one["content"] for one in asked["messages"]] == [one.text for one in TOLD]
    assert asked.get("max_tokens", asked.get("max_completion_tokens")) == 1_000
    assert "temperature" not in asked or asked["temperature"] is None


@pytest.mark.parametrize(
    ("name", "kind", "tries"),
    [
        ("401", "key", 1),
        ("403", "key", 1),
        ("404", "unknown", 1),
        ("429", "busy", 3),
        ("500", "busy", 3),
        ("400", "broken", 1),
        ("slow", "slow", 1),
        ("drops", "broken", 1),
        ("garbage", "broken", 1),
    ],
)
def test_failure_is_told_by_its_kind_and_tried_again_where_it_may_pass(
    server: ChatServer, name: str, kind: str, tries: int
) -> None:
    server.asked.clear()
    waits: list[float] = []
    with pytest.raises(ChatError, match=f"^openai:{name} ") as failed:
        list(model(server, name, waits).stream(TOLD))
    assert failed.value.kind == kind
    assert (len(server.asked), len(waits)) == (tries, tries - 1)
    assert waits == sorted(waits)
    assert "sk-secret" not in str(failed.value)


def test_busy_server_that_recovers_answers(server: ChatServer) -> None:
    server.failures.clear()
    waits: list[float] = []
    assert "[1]" in "".join(model(server, "429-1", waits).stream(TOLD))
    assert len(waits) == 1


def test_server_that_is_not_there_is_told(server: ChatServer) -> None:
    settings = Settings.load(chat_model="openai:x", chat_url="http://127.0.0.1:9/v1")
    loaded = load_chat_model(settings)
    waits: list[float] = []
    missing = ChatModel(loaded.name, loaded.model, wait=waits.append)
    with pytest.raises(ChatError, match="cannot be reached") as failed:
        list(missing.stream(TOLD))
    assert failed.value.kind == "unreachable"
    assert len(waits) == 2


def test_model_that_does_not_end_is_read_no_further(server: ChatServer) -> None:
    loaded = model(server, "endless")
    short = ChatModel(loaded.name, loaded.model, tokens=100)
    assert 600 < len("".join(short.stream(TOLD))) < 700


@pytest.mark.parametrize("name", ["nobody:some-model", "no-such-model"])
def test_model_that_no_package_knows_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(ModelError, match=f"^CX_CHAT_MODEL='{name}'"):
        load_chat_model(Settings.load(chat_model=name))


def test_missing_key_is_refused_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match="set the provider's key in the environment"):
        load_chat_model(Settings.load(chat_model="openai:gpt-5"))


def test_key_comes_from_the_environment_and_a_server_without_keys_needs_none(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-mine")
    list(model(server, "cites").stream(TOLD))
    assert server.asked[-1]["key"] == "Bearer sk-mine"
    monkeypatch.delenv("OPENAI_API_KEY")
    list(model(server, "cites").stream(TOLD))
    assert server.asked[-1]["key"] == "Bearer none"


def test_name_without_a_provider_is_of_the_given_address(server: ChatServer) -> None:
    loaded = load_chat_model(Settings.load(chat_model="cites", chat_url=server.url))
    assert loaded.name == "openai:cites"


def test_check_says_in_a_line_what_a_model_can(server: ChatServer) -> None:
    good = check_model(model(server, "cites-first"))
    assert (good.answers, good.streams, good.cites) == (True, True, True)
    assert good.line().startswith("openai:cites-first: answers yes, streams yes, cites yes, ")
    poor = check_model(model(server, "sorry"))
    assert (poor.answers, poor.streams, poor.cites) == (False, True, False)
