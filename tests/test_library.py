"""The library of actions: whole in six languages, and broken rules are refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.corpus import Corpus
from assistant.errors import CorpusError
from assistant.library import DOCUMENT, Library, words
from assistant.messages import clause
from assistant.plan_text import items_of
from assistant.profile import Profile, facts
from assistant.settings import Settings
from assistant.types import LANGUAGES, Language

ITEMS = {
    "actions": ["deliverable", "done", "owner", "involve"],
    "measures": ["baseline", "target", "read"],
}
LEAST_ACTIONS = 45


@pytest.fixture(scope="module")
def library(corpus: Corpus) -> Library:
    return Library.read(Settings.load().corpus, corpus)


@pytest.fixture
def rules() -> dict[str, Any]:
    """The shipped rules, to be broken."""
    text = (Settings.load().corpus / DOCUMENT / "plan.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def refused(rules: object, corpus: Corpus, folder: Path) -> str:
    """Return the one line that refuses rules."""
    file = folder / DOCUMENT / "plan.yaml"
    file.parent.mkdir()
    file.write_text(
        rules if isinstance(rules, str) else yaml.safe_dump(rules, sort_keys=False),
        encoding="utf-8",
    )
    with pytest.raises(CorpusError) as told:
        Library.read(folder, corpus)
    (line,) = str(told.value).splitlines()
    assert line.startswith("first-year/plan.yaml: ")
    return line


# --- as shipped


def test_library_has_enough_actions_for_a_year(library: Library) -> None:
    assert len(library.actions) >= LEAST_ACTIONS
    assert min(len(library.measures), len(library.risks), len(library.stakeholders)) >= 5
    assert sum(action.core for action in library.actions.values()) >= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_action_has_purpose_steps_and_all_its_items(
    library: Library, corpus: Corpus, language: Language
) -> None:
    for key in library.actions:
        passage = words(key, corpus, language)
        assert passage.language == language, key
        assert passage.title, key
        assert passage.blocks[0].kind == "paragraph", key
        assert passage.lead, key
        steps = next(block for block in passage.blocks if block.kind == "list")
        assert 3 <= len(steps.statements) <= 5, key
        items = items_of(passage)
        assert list(items) == ITEMS["actions"], key
        assert all(items.values()), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_entries_are_whole_in_every_language(
    library: Library, corpus: Corpus, language: Language
) -> None:
    for key in library.measures:
        assert list(items_of(words(key, corpus, language))) == ITEMS["measures"], key
    for key in library.stakeholders:
        assert len(items_of(words(key, corpus, language))) == 3, key
    for key in library.risks:
        assert len(items_of(words(key, corpus, language))) == 2, key


def test_titles_of_actions_differ(library: Library, corpus: Corpus) -> None:
    for language in LANGUAGES:
        titles = {words(key, corpus, language).title for key in library.actions}
        assert len(titles) == len(library.actions)


def test_every_condition_is_known_and_worded(library: Library) -> None:
    known = facts(Profile.of({"start": "2027-01-11"}, "en"))
    parts = (library.actions, library.measures, library.risks, library.stakeholders)
    used = {one for part in parts for e in part.values() for either in e.when for one in either}
    used |= {one for action in library.actions.values() for one in action.more}
    assert len(used) > 20
    for condition in used:
        name = condition.removeprefix("no-")
        assert name in known, condition
        for language in LANGUAGES:
            assert clause(name, language) != clause(f"no-{name}", language)


def test_numbers_of_an_action_are_possible(library: Library) -> None:
    for action in library.actions.values():
        assert 1 <= action.phase <= action.by <= 6, action.id
        assert action.hours > 0, action.id
        assert 1 <= action.days <= 60, action.id
        assert all(1 <= aspect <= 27 for aspect in action.aspects), action.id
        assert action.rests, action.id


def test_order_puts_every_action_after_what_it_needs(library: Library) -> None:
    place = {key: n for n, key in enumerate(library.order)}
    assert set(place) == set(library.actions)
    for action in library.actions.values():
        assert all(place[need] < place[action.id] for need in action.needs), action.id
        assert all(library.actions[need].phase <= action.by for need in action.needs), action.id


def test_unknown_words_are_a_key_error(corpus: Corpus) -> None:
    with pytest.raises(KeyError, match="no-such-action"):
        words("no-such-action", corpus, "en")


# --- as broken


@pytest.mark.parametrize("part", ["actions", "measures", "risks", "stakeholders"])
def test_entry_without_words_is_named(
    rules: dict[str, Any], corpus: Corpus, tmp_path: Path, part: str
) -> None:
    rules[part]["unwritten"] = next(iter(rules[part].values()))
    assert "no passage first-year/unwritten; write it or remove it" in refused(
        rules, corpus, tmp_path
    )


def test_passage_that_an_action_rests_on_is_named_where_it_is_unknown(
    rules: dict[str, Any], corpus: Corpus, tmp_path: Path
) -> None:
    rules["actions"]["teach-cx"]["rests"] = ["playbook/no-such-passage"]
    assert "no passage playbook/no-such-passage" in refused(rules, corpus, tmp_path)


def test_unknown_need_is_named_with_who_needs_it(
    rules: dict[str, Any], corpus: Corpus, tmp_path: Path
) -> None:
    rules["actions"]["teach-cx"]["needs"] = ["learn-cx"]
    assert "teach-cx needs learn-cx, not an action" in refused(rules, corpus, tmp_path)


def test_cycle_is_told_with_the_actions_that_wait(
    rules: dict[str, Any], corpus: Corpus, tmp_path: Path
) -> None:
    rules["actions"]["read-vision"]["needs"] = ["map-stakeholders"]
    rules["actions"]["map-stakeholders"]["needs"] = ["read-vision"]
    told = refused(rules, corpus, tmp_path)
    assert "read-vision needs map-stakeholders needs read-vision; break it" in told


@pytest.mark.parametrize(
    "rules",
    ["", "actions", "actions: {", "actions: []", "actions: {teach-cx: {phase: 1}}", "[1, 2]"],
)
def test_file_that_holds_no_rules_is_refused(rules: str, corpus: Corpus, tmp_path: Path) -> None:
    assert "cannot be read" in refused(rules, corpus, tmp_path)


def test_missing_file_is_refused_by_name(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"first-year/plan\.yaml: cannot be read"):
        Library.read(tmp_path, corpus)


def test_corpus_without_the_library_is_refused(tmp_path: Path) -> None:
    shipped = Settings.load().corpus
    shutil.copytree(shipped / "quality", tmp_path / "quality")
    with pytest.raises(CorpusError, match="no passage first-year/"):
        Library.read(shipped, Corpus.read(tmp_path))
