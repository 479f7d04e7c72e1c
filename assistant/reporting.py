"""Show a record of measures as tables, beside an earlier one where there is one."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from assistant.evaluation import MEASURES

if TYPE_CHECKING:
    from rich.table import Table

WIDTH = 190  # characters that a table needs
Record = Mapping[str, Mapping[str, Mapping[str, float]]]


def versions() -> dict[str, str]:
    """Return when and with what a record was made."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        "python": platform.python_version(),
        **{name: version(name) for name in ("cx-assistant", "chromadb", "bm25s", "gradio")},
    }


def tables(record: Record, earlier: Record | None = None) -> Iterator[Table]:
    """Yield a table for each part of a record: a row a language and kind, a column a measure."""
    from rich.table import Table

    for part, groups in record.items():
        if not groups:
            continue
        table = Table(title=part, title_justify="left", pad_edge=False)
        table.add_column("")
        keys = [key for key in MEASURES if any(key in values for values in groups.values())]
        for head in ("n", *(MEASURES[key][0] for key in keys)):
            table.add_column(head, justify="right")
        for name, values in groups.items():
            before = (earlier or {}).get(part, {}).get(name, {})
            cells = [_cell(key, values, before) for key in keys]
            table.add_row(name, f"{values['questions']:.0f}", *cells)
        yield table


def support_tables(record: Mapping[str, Record]) -> Iterator[Table]:
    """Yield a table for each part of a record of `support_pairs`: a row a language."""
    from rich.table import Table

    for part, languages in record.items():
        labels = list(languages["all"])
        table = Table(title=part, title_justify="left", pad_edge=False)
        for head in ("", *labels):
            table.add_column(head, justify="right" if head else "left")
        for language, values in languages.items():
            cells = [f"{v['right']:.3f} of {v['pairs']:.0f}" for v in map(values.get, labels) if v]
            table.add_row(language, *cells)
        yield table


def _cell(key: str, values: Mapping[str, float], before: Mapping[str, float]) -> str:
    if key not in values:
        return ""
    digits = 0 if key in ("milliseconds", "tokens") else 3
    shown = f"{values[key]:.{digits}f}"
    if key in before and abs(change := values[key] - before[key]) >= 0.5 * 10**-digits:
        better = (change > 0) == MEASURES[key][1]
        shown += f" [{'green' if better else 'red'}]{change:+.{digits}f}[/]"
    return shown
