"""What outlives a page: feedback on answers, in SQLite or any database by its URL."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import DateTime, String, Text, create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from assistant.errors import SettingsError


class _Base(DeclarativeBase):
    pass


class Feedback(_Base):
    """A thumb up or down on one answer; nothing that tells who gave it."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    given: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    language: Mapped[str] = mapped_column(String(16))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    liked: Mapped[bool]


class Storage:
    """The database; its tables are made when they are missing.

    Raises:
        SettingsError: the URL cannot be read or the database not opened.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            if parsed.get_backend_name() == "sqlite" and parsed.database:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            self._engine = create_engine(parsed)
            _Base.metadata.create_all(self._engine)
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise SettingsError(
                f"CX_DATABASE={url!r}: cannot be opened; give a SQLAlchemy URL such as "
                "'sqlite:////path/to/file' whose driver is installed"
            ) from error

    def add_feedback(self, *, language: str, question: str, answer: str, liked: bool) -> None:
        with Session(self._engine) as session, session.begin():
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
        with Session(self._engine) as session:
            return list(session.scalars(select(Feedback).order_by(Feedback.id.desc())))

    def close(self) -> None:
        self._engine.dispose()
