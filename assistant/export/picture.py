"""The timeline of a plan as a picture: a bar an action on the months and phases of the year."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistant.plan_text import WrittenAction, WrittenPlan

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

# In points of the layout, of which each is two pixels; drawn larger for smooth edges.
_SHARP = 2
_SMOOTH = 2
_SCALE = _SHARP * _SMOOTH
_WIDTH = 800
_LEFT, _RIGHT = 8, 8
_HEAD, _FOOT = 44, 26
_ROW, _BAR = 16, 9
_TEXT, _SMALL = 12, 11
_LABEL = 52
_INCH = 96

_PAPER = "#ffffff"
_BANDS = ("#f3f6f8", "#e6edf1")
_LINE = "#c9d3da"
_INK = "#2f3e48"
_PALE_INK = "#5f6f7a"
_BARS = ("#35637f", "#5b87a0")
_DONE = "#a9b8b0"
# Digits and one letter, which every reader of the six languages and every font knows.
_PHASES = ("1-30", "31-60", "61-90", "Q2", "Q3", "Q4")


def picture(plan: WrittenPlan) -> bytes:
    """Return a PNG with a numbered bar for each action, over the phases and months.

    It has no words, so that it is right in every language and needs no font but the
    one that Pillow brings; what is done is paler. Twice the resolution of a screen.
    """
    from PIL import Image, ImageDraw

    height = _HEAD + max(len(plan.actions), 1) * _ROW + _FOOT
    image = Image.new("RGB", (_WIDTH * _SCALE, height * _SCALE), _PAPER)
    canvas = _Canvas(ImageDraw.Draw(image), plan.start, plan.end, height)
    canvas.phases(plan)
    canvas.months()
    for row, action in enumerate(plan.actions):
        canvas.bar(action, row)
    written = io.BytesIO()
    dots = _INCH * _SHARP
    image.reduce(_SMOOTH).save(written, "PNG", optimize=True, dpi=(dots, dots))
    return written.getvalue()


class _Canvas:
    """The days of a year from left to right; draws in points."""

    def __init__(self, draw: ImageDraw, start: date, end: date, height: int) -> None:
        from PIL import ImageFont

        self.draw, self.start, self.end, self.height = draw, start, end, height
        self.text = ImageFont.load_default(size=_TEXT * _SCALE)
        self.small = ImageFont.load_default(size=_SMALL * _SCALE)

    def x(self, day: date) -> float:
        """Return where a day begins."""
        share = (day - self.start).days / ((self.end - self.start).days + 1)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def phases(self, plan: WrittenPlan) -> None:
        """Shade the phases in turn and name each above."""
        for phase, name in zip(plan.phases, _PHASES, strict=True):
            left, right = self.x(phase.start), self.x(phase.end + timedelta(days=1))
            band = _BANDS[phase.number % 2]
            self._box(left, _HEAD - 20, right, self.height - _FOOT, band)
            self._write((left + right) / 2, _HEAD - 10, name, self.small, _INK, "mm")

    def months(self) -> None:
        """Rule a line at the first of each month, its number above and below."""
        day = self.start.replace(day=1)
        while day <= self.end:
            if day >= self.start:
                x = self.x(day)
                ends = [(x, _HEAD), (x, self.height - _FOOT + 4)]
                self.draw.line([(a * _SCALE, b * _SCALE) for a, b in ends], _LINE, _SCALE)
                if x + _LABEL > _WIDTH:
                    break
                for y in (_HEAD - 31, self.height - _FOOT + 14):
                    self._write(x + 2, y, f"{day:%Y-%m}", self.small, _PALE_INK, "lm")
            day = (day + timedelta(days=31)).replace(day=1)

    def bar(self, action: WrittenAction, row: int) -> None:
        """Draw an action as a bar with its number beside it."""
        middle = _HEAD + row * _ROW + _ROW / 2
        left, right = self.x(action.start), self.x(action.end + timedelta(days=1))
        colour = _DONE if action.done else _BARS[(action.phase + 1) % 2]
        box = (left, middle - _BAR / 2, right, middle + _BAR / 2)
        self.draw.rounded_rectangle([v * _SCALE for v in box], radius=3 * _SCALE, fill=colour)
        number = str(action.number)
        if right + 22 < _WIDTH - _RIGHT:
            self._write(right + 4, middle, number, self.text, _INK, "lm")
        else:
            self._write(left - 4, middle, number, self.text, _INK, "rm")

    def _box(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self.draw.rectangle([v * _SCALE for v in (left, top, right, bottom)], fill=fill)

    def _write(
        self,
        x: float,
        y: float,
        text: str,
        font: FreeTypeFont | ImageFont,
        fill: str,
        anchor: str,
    ) -> None:
        self.draw.text((x * _SCALE, y * _SCALE), text, fill, font, anchor)
