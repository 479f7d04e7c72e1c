"""Feedback that outlives a page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect

from assistant.errors import AssistantError
from assistant.storage import Feedback, Storage


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'deep' / 'down' / 'assistant.sqlite3'}"


@pytest.fixture
def storage(url: str) -> Iterator[Storage]:
    opened = Storage(url)
    yield opened
    opened.close()


def give(storage: Storage, question: str, *, liked: bool = True) -> None:
    storage.add_feedback(language="pl", question=question, answer="Odpowiedź [1].", liked=liked)


def test_new_database_has_no_feedback(storage: Storage) -> None:
    assert storage.feedback() == []


def test_feedback_is_kept_as_given(storage: Storage) -> None:
    give(storage, "Co to jest CX? 客户 😀", liked=False)
    (kept,) = storage.feedback()
    assert (kept.language, kept.question) == ("pl", "Co to jest CX? 客户 😀")
    assert (kept.answer, kept.liked) == ("Odpowiedź [1].", False)


def test_newest_feedback_comes_first(storage: Storage) -> None:
    for question in ("first", "second", "third"):
        give(storage, question)
    assert [kept.question for kept in storage.feedback()] == ["third", "second", "first"]


def test_feedback_is_dated_in_utc(storage: Storage) -> None:
    give(storage, "When?")
    (kept,) = storage.feedback()
    given = kept.given if kept.given.tzinfo else kept.given.replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - given) < timedelta(minutes=5)


def test_feedback_outlives_the_process_that_took_it(url: str) -> None:
    first = Storage(url)
    give(first, "Still there?")
    first.close()
    second = Storage(url)
    assert [kept.question for kept in second.feedback()] == ["Still there?"]
    second.close()


def test_nothing_is_stored_that_tells_who_gave_it() -> None:
    assert {column.key for column in inspect(Feedback).columns} == {
        "id",
        "given",
        "language",
        "question",
        "answer",
        "liked",
    }


@pytest.mark.parametrize("url", ["nonsense", "nosuch://host/db"])
def test_database_that_cannot_be_opened_is_an_error_that_can_be_mended(url: str) -> None:
    with pytest.raises(AssistantError):
        Storage(url)
