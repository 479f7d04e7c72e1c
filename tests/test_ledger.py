"""The ledger: a day's tokens, and answers that are remembered for exactly what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from assistant.chat_models import Message, Spent
from assistant.ledger import Ledger, Said, Usage
from assistant.storage import Storage

TOLD = [Message("system", "Be brief."), Message("user", "What first?")]


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    with closing(Storage(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")) as opened:
        yield opened


def test_tokens_are_counted_as_reported_and_else_by_length(storage: Storage) -> None:
    ledger = Ledger(storage, 1_000)
    ledger.add(TOLD, "An answer.", Spent(100, 20))
    assert ledger.used() == 120
    ledger.add(TOLD, "An answer.")
    assert ledger.used() == 120 + (9 + 11 + 10) // 3


def test_day_has_room_until_its_budget_is_used(storage: Storage) -> None:
    ledger = Ledger(storage, 100)
    assert ledger.has_room()
    ledger.add(TOLD, "", Spent(99, 1))
    assert not ledger.has_room()
    assert Ledger(storage, 0).has_room()


def test_yesterday_does_not_count(storage: Storage) -> None:
    ledger = Ledger(storage, 100)
    ledger.add(TOLD, "", Spent(99, 1))
    _age(storage, Usage, timedelta(days=1))
    assert ledger.has_room()


def test_answer_is_remembered_for_the_same_model_and_messages_only(storage: Storage) -> None:
    ledger = Ledger(storage, 0)
    ledger.remember("a model", TOLD, "Surveys.")
    assert ledger.recall("a model", TOLD) == "Surveys."
    assert ledger.recall("another", TOLD) == ""
    assert ledger.recall("a model", TOLD[:1]) == ""
    ledger.remember("a model", TOLD, "Interviews.")
    assert ledger.recall("a model", TOLD) == "Interviews."


def test_memory_fades_and_can_be_off(storage: Storage) -> None:
    ledger = Ledger(storage, 0)
    ledger.remember("a model", TOLD, "Surveys.")
    assert Ledger(storage, 0, remembers=False).recall("a model", TOLD) == ""
    _age(storage, Said, timedelta(days=31))
    assert ledger.recall("a model", TOLD) == ""
    Ledger(storage, 0, remembers=False).remember("a model", TOLD, "Nothing.")
    assert ledger.recall("a model", TOLD) == ""


def test_neither_question_nor_situation_is_kept(storage: Storage, tmp_path: Path) -> None:
    ledger = Ledger(storage, 0)
    secret = [Message("user", "Our churn at Brindle is a secret.")]
    ledger.add(secret, "Measure it.")
    ledger.remember("a model", secret, "Measure it.")
    assert b"Brindle" not in (tmp_path / "ledger.sqlite3").read_bytes()


def _age(storage: Storage, table: type[Usage] | type[Said], by: timedelta) -> None:
    with Session(storage.engine) as session, session.begin():
        session.execute(update(table).values(at=datetime.now(UTC) - by))
