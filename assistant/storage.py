"""What outlives a page: feedback and saved plans, in SQLite or any database by its URL."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import DateTime, String, Text, create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from assistant.errors import SettingsError

# Syllables of these sound and look unlike in every language; four words of two and a half
# make 64 bits (Wilkerson's proquints, arXiv:0901.4016).
_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"
_WORDS = 4


class Base(DeclarativeBase):
    """What every table derives from; importing a module is what makes its tables known."""


class Feedback(Base):
    """A thumb up or down on one answer; nothing that tells who gave it."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    given: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    language: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    liked: Mapped[bool]


class SavedPlan(Base):
    """The profile of a plan, for whoever knows its code."""

    __tablename__ = "saved_plan"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    saved: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    profile: Mapped[str] = mapped_column(Text)


class Storage:
    """The database; its tables are made when they are missing.

    Args:
        url: of any database that SQLAlchemy has a driver for.

    Raises:
        SettingsError: the URL cannot be read or the database not opened.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            if parsed.get_backend_name() == "sqlite" and parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(parsed)
            Base.metadata.create_all(self.engine)
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise SettingsError(
                f"CX_DATABASE={url!r}: cannot be opened; give a SQLAlchemy URL such as "
                "'sqlite:////path/to/file' whose driver is installed"
            ) from error

    def add_feedback(self, *, language: str, question: str, answer: str, liked: bool) -> None:
        with Session(self.engine) as session, session.begin():
            session.add(
                Feedback(
                    given=datetime.now(UTC),
                    language=language,
                    question=question,
                    answer=answer,
                    liked=liked,
                )
            )

    def feedback(self) -> list[Feedback]:
        """Return all feedback, the newest first."""
        with Session(self.engine) as session:
            return list(session.scalars(select(Feedback).order_by(Feedback.id.desc())))

    def save_plan(self, profile: str, code: str = "") -> str:
        """Save a profile under a new code, or anew under its own.

        Returns:
            The code; "" where the one given is unknown.
        """
        with Session(self.engine) as session, session.begin():
            now = datetime.now(UTC)
            if not code:
                plan = SavedPlan(code=new_code(), saved=now, profile=profile)
                session.add(plan)
                return plan.code
            known = session.get(SavedPlan, _as_written(code))
            if known is None:
                return ""
            known.saved, known.profile = now, profile
            return known.code

    def saved_plan(self, code: str) -> str | None:
        """Return the profile saved under a code, however the code is spaced or capitalised."""
        with Session(self.engine) as session:
            found = session.get(SavedPlan, _as_written(code))
            return found.profile if found else None

    def close(self) -> None:
        self.engine.dispose()


def new_code() -> str:
    """Return 64 random bits as words to be read aloud, such as lusab-babad-gutih-tugad."""
    choose = secrets.choice
    pattern = (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS, _CONSONANTS)
    return "-".join("".join(map(choose, pattern)) for _ in range(_WORDS))


def _as_written(code: str) -> str:
    letters = re.sub("[^a-z]", "", code.casefold())
    return "-".join(letters[at : at + 5] for at in range(0, len(letters), 5))
