"""Try a chat model: does it answer, stream, and cite what it was given?"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from assistant.chat_models import ChatModel, Message
from assistant.prompts import fill
from assistant.verification import MARK

# Facts that no model can know, so that an answer with them was read from the passages.
_PASSAGES = (
    "[1] Opening hours\nThe help desk of Brindle and Moss is open from 7:40 to 16:10.\n\n"
    "[2] Team\nNine people work at the help desk of Brindle and Moss."
)
_QUESTION = "When does the help desk of Brindle and Moss open?"
_OPENS = ("7:40", "7.40")


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What a model did with a question whose answer was in its passages.

    `answers` tells whether the fact is in its text, `streams` whether the text came in
    pieces, `cites` whether it cited the passage of the fact and no other.
    """

    model: str
    answers: bool
    streams: bool
    cites: bool
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def line(self) -> str:
        told = {True: "yes", False: "no"}
        return (
            f"{self.model}: answers {told[self.answers]}, streams {told[self.streams]}, "
            f"cites {told[self.cites]}, {self.seconds:.1f} s"
        )


def check_model(model: ChatModel) -> ModelCheck:
    """Ask a model one question over two passages.

    Raises:
        ChatError: it does not answer at all.
    """
    start = time.perf_counter()
    told = [
        Message("system", fill("answer.system", language="English", words="50")),
        Message("user", fill("answer.user", passages=_PASSAGES, situation="-", question=_QUESTION)),
    ]
    pieces = list(model.stream(told))
    text = "".join(pieces)
    return ModelCheck(
        model.name,
        any(hour in text for hour in _OPENS),
        len(pieces) > 1,
        set(MARK.findall(text)) == {"1"},
        round(time.perf_counter() - start, 3),
    )
