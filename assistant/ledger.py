"""What a chat model has used today, and what it said before, in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import DateTime, Integer, String, Text, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.chat_models import Message, Spent
from assistant.storage import Base, Storage

# About so many characters make a token, where a model does not report its own count.
_CHARACTERS_A_TOKEN = 3
_COUNTED = timedelta(days=31)
_REMEMBERED = timedelta(days=30)


class Usage(Base):
    """The tokens of one request."""

    __tablename__ = "chat_usage"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    tokens: Mapped[int] = mapped_column(Integer)


class Said(Base):
    """What a model answered to exactly these messages; the key is their hash."""

    __tablename__ = "chat_cache"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    text: Mapped[str] = mapped_column(Text)


class Ledger:
    """Counts a chat model's tokens and remembers its answers.

    Args:
        storage: the database.
        daily: the most tokens of a day (UTC), 0 for no limit.
        remembers: whether answers are kept at all.
    """

    def __init__(self, storage: Storage, daily: int, *, remembers: bool = True) -> None:
        self._storage = storage
        self._daily = daily
        self._remembers = remembers
        Base.metadata.create_all(storage.engine)

    def has_room(self) -> bool:
        """Whether the day's budget is not yet used up."""
        return not self._daily or self.used() < self._daily

    def used(self) -> int:
        """Return the tokens used today."""
        midnight = _now().replace(hour=0, minute=0, second=0, microsecond=0)
        with Session(self._storage.engine) as session:
            total = session.scalar(select(func.sum(Usage.tokens)).where(Usage.at >= midnight))
            return int(total or 0)

    def add(self, messages: Sequence[Message], text: str, spent: Spent | None = None) -> None:
        """Count what was sent and said: as the model reports it, else by length."""
        length = sum(len(one.text) for one in messages) + len(text)
        tokens = spent.read + spent.written if spent else length // _CHARACTERS_A_TOKEN
        with Session(self._storage.engine) as session, session.begin():
            session.add(Usage(at=_now(), tokens=tokens))
            session.execute(delete(Usage).where(Usage.at < _now() - _COUNTED))

    def recall(self, model: str, messages: Sequence[Message]) -> str:
        """Return what the model said to these messages lately, "" for nothing."""
        if not self._remembers:
            return ""
        with Session(self._storage.engine) as session:
            found = session.scalar(
                select(Said.text)
                .where(Said.key == _key(model, messages))
                .where(Said.at >= _now() - _REMEMBERED)
            )
            return found or ""

    def remember(self, model: str, messages: Sequence[Message], text: str) -> None:
        """Keep what the model said, and drop what is too old."""
        if not self._remembers:
            return
        said = Said(key=_key(model, messages), at=_now(), text=text)
        try:
            with Session(self._storage.engine) as session, session.begin():
                session.execute(delete(Said).where(Said.at < _now() - _REMEMBERED))
                session.merge(said)
        except IntegrityError:
            return  # somebody asked the same at the same moment, and theirs is kept


def _now() -> datetime:
    return datetime.now(UTC)


def _key(model: str, messages: Sequence[Message]) -> str:
    told = "\0".join((model, *(f"{one.role}\0{one.text}" for one in messages)))
    return sha256(told.encode()).hexdigest()
