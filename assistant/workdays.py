"""The working days of a first year, and the phases it is planned in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

if TYPE_CHECKING:
    import numpy as np

_DAYS_OF_A_PHASE = (30, 60, 90)
_MONTHS_OF_A_PHASE = (6, 9, 12)


@dataclass(frozen=True)
class Year:
    """The twelve months from a start date.

    Working days are Monday to Friday without the days from 24 December to 1 January,
    when hardly anybody can be met, and without `days_off`.
    """

    start: date
    days_off: tuple[date, ...] = ()

    @cached_property
    def end(self) -> date:
        """The last day of the year: the day before the start date comes round again."""
        return self.start + relativedelta(months=12) - timedelta(days=1)

    @cached_property
    def phases(self) -> tuple[tuple[date, date], ...]:
        """First and last day of days 1 to 30, 31 to 60, 61 to 90 and of quarters 2 to 4."""
        ends = [self.start + timedelta(days=count - 1) for count in _DAYS_OF_A_PHASE]
        ends += [
            self.start + relativedelta(months=count) - timedelta(days=1)
            for count in _MONTHS_OF_A_PHASE
        ]
        starts = [self.start, *(end + timedelta(days=1) for end in ends[:-1])]
        return tuple(zip(starts, ends, strict=True))

    @cached_property
    def days(self) -> np.ndarray:
        """The working days in order, as datetime64[D]."""
        import numpy as np

        first, after = np.datetime64(self.start), np.datetime64(self.end + timedelta(days=1))
        every = np.arange(first, after)
        off = [*_year_ends(self.start.year, self.end.year), *self.days_off]
        working = np.is_busday(every, holidays=np.array(off, dtype="datetime64[D]"))
        return np.asarray(every[working])

    def day(self, position: int) -> date:
        """Return a working day by its position."""
        found: date = self.days[position].item()
        return found

    def position(self, day: date) -> int:
        """Return the position of a day, or of the next working day after it."""
        import numpy as np

        return int(np.searchsorted(self.days, np.datetime64(day)))

    def phase(self, day: date) -> int:
        """Return the phase of a day, 1 to 6."""
        return next(n for n, (_, last) in enumerate(self.phases, start=1) if day <= last)


def _year_ends(first: int, last: int) -> Iterable[date]:
    for year in range(first - 1, last + 1):
        for offset in range(9):
            yield date(year, 12, 24) + timedelta(days=offset)
