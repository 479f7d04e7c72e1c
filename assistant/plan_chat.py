"""A first-year plan in a conversation: told in a sentence, shown in short, changed by another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from assistant import analysis, dialogue, situation
from assistant.corpus import Corpus
from assistant.library import Library, words
from assistant.messages import clause, message
from assistant.plan_text import because, day_in_words, goals_in_words
from assistant.planning import DEFAULT_HOURS, PHASES, Plan, Planned, differences, plan
from assistant.profile import Profile
from assistant.types import Answer, Citation, Language, Passage
from assistant.verification import verify

Near = Callable[[str, Language], Sequence[str]]
_QUESTIONS = 2
_SUGGESTIONS = 3
_BY_NUMBER = frozenset({"large", "team", "assessed", "problems", "goals", "metrics"})
# What is tried for each question to see how much of the plan hangs on it.
_TRIED: tuple[tuple[str, tuple[Mapping[str, Any], ...]], ...] = (
    (
        "plan_ask_goal",
        tuple({"goals": (goal,)} for goal in ("growth", "cost", "recovery", "culture")),
    ),
    ("plan_ask_business", ({"business": "b2b"}, {"business": "b2c"})),
    (
        "plan_ask_existing",
        ({"feedback": True}, {"journey_maps": True}, {"governance": True}),
    ),
    ("plan_ask_hours", ({"hours": DEFAULT_HOURS / 2}, {"hours": DEFAULT_HOURS * 1.5})),
)
# A short turn names an action; a longer one asks about the subject.
_LONGEST_WHY, _LONGEST_WHY_HAN = 5, 10


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans from what is typed.

    Args:
        near: the library's actions by their nearness to a text, the nearest first.
    """

    library: Library
    corpus: Corpus
    near: Near

    def make(self, profile: Profile, language: Language) -> Plan:
        return plan(profile, self.library, language=language)

    def answer(self, text: str, spoken: Language, language: Language, today: date) -> Answer:
        """Answer a wish for a plan with the plan of what it tells."""
        fields = situation.read_situation(text, spoken, today)
        assumed = "start" not in fields
        if assumed:
            fields["start"] = (today + relativedelta(days=1, weekday=0)).isoformat()
        profile = Profile.of(_agreeing(fields), language)
        return self._told(text, language, self.make(profile, language), assumed=assumed)

    def follow_up(
        self, text: str, spoken: Language, language: Language, old: Plan, today: date
    ) -> Answer | None:
        """Answer a turn that changes or questions the plan before; None for any other."""
        named = self._named(text, spoken, old)
        asks = text.rstrip().endswith(("?", "？"))
        if named and situation.wants("why", text, spoken) and _short(text, spoken):
            return self._why(text, language, old, named)
        day = situation.read_day(text, spoken, today)
        changes = old.profile.changes
        if named and day and situation.wants("move", text, spoken):
            if old.get(named) is None:
                return self._why(text, language, old, named)
            moved = changes.model_copy(update={"moved": {**changes.moved, named: day}})
            return self._changed(text, language, old, {"changes": moved}, moved=(named, day))
        fields = situation.read_situation(text, spoken, today)
        if situation.wants("move", text, spoken):
            fields.pop("start", None)  # the day is the action's, whichever that is
        if fields and not asks:
            return self._changed(text, language, old, _agreeing(fields, old.profile))
        if named and not asks and _short(text, spoken):
            if situation.wants("without", text, spoken) and old.get(named):
                left = changes.model_copy(update={"left_out": (*changes.left_out, named)})
                return self._changed(text, language, old, {"changes": left})
            if situation.wants("with", text, spoken) and not old.get(named):
                kept = tuple(key for key in changes.left_out if key != named)
                added = {"left_out": kept, "added": (*changes.added, named)}
                wished = changes.model_copy(update=added)
                return self._changed(text, language, old, {"changes": wished})
        return None

    def _named(self, text: str, spoken: Language, old: Plan) -> str:
        """Return the action that a text names best by the words of its names.

        A word of few actions says more than one of many, a word of a title more than one
        of another name. Of two named alike one of the plan is meant, for adding one that
        is not in it.
        """
        said = set(analysis.terms(situation.subject(text, spoken), spoken))
        passages = {key: words(key, self.corpus, spoken) for key in self.near(text, spoken)}
        titles = {key: set(analysis.terms(one.title, spoken)) for key, one in passages.items()}
        known = {
            key: said & (titles[key] | set(analysis.terms(" ".join(one.aliases), spoken)))
            for key, one in passages.items()
        }
        shared = Counter(term for terms in known.values() for term in terms)
        adds = situation.wants("with", text, spoken)

        def weight(key: str) -> tuple[float, bool]:
            told = sum((1 + (term in titles[key])) / shared[term] for term in known[key])
            return -round(told, 6), (old.get(key) is None) is not adds

        return min((key for key in known if known[key]), key=weight, default="")

    def _told(self, text: str, language: Language, made: Plan, *, assumed: bool) -> Answer:
        draft = _Draft(language, made, self.corpus)
        known = _known(made, language, assumed=assumed)
        if known:
            draft.lines += [message("plan_understood", language), ""]
            draft.lines += [f"- {line}" for line in known]
        if assumed:
            day = day_in_words(made.profile.start, language)
            draft.lines += ["", message("plan_start_assumed", language, day=day)]
        draft.principle()
        draft.short()
        draft.first_days()
        draft.ask(self._questions(made, language, assumed=assumed))
        return draft.finish(text)

    def _changed(
        self,
        text: str,
        language: Language,
        old: Plan,
        fields: Mapping[str, Any],
        moved: tuple[str, date] | None = None,
    ) -> Answer:
        profile = old.profile.model_copy(update=dict(fields))
        if "changes" not in fields:
            kept = old.profile.model_dump(mode="json", exclude_unset=True)
            profile = Profile.of({**kept, **fields}, language)
        new = self.make(profile, language)
        draft = _Draft(language, new, self.corpus)
        if moved:
            draft.moved(*moved)
        else:
            draft.changes(old)
        draft.short()
        return draft.finish(text)

    def _why(self, text: str, language: Language, made: Plan, key: str) -> Answer:
        draft = _Draft(language, made, self.corpus)
        draft.why(key)
        return draft.finish(text)

    def _questions(self, made: Plan, language: Language, *, assumed: bool) -> list[str]:
        """Return the questions whose answers would change the plan most."""
        found = [message("plan_ask_start", language)] if assumed else []
        now = {one.action.id for one in made.actions}
        effects = []
        for key, tries in _TRIED:
            unknown = [one for one in tries if getattr(made.profile, next(iter(one))) in (None, ())]
            others = (
                plan(made.profile.model_copy(update=dict(one)), self.library) for one in unknown
            )
            changed = [len(now ^ {one.action.id for one in other.actions}) for other in others]
            effects.append((max(changed, default=0), key))
        ranked = sorted((one for one in effects if one[0]), key=lambda one: -one[0])
        return (found + [message(key, language) for _, key in ranked])[:_QUESTIONS]


class _Draft:
    """The answer being written; each action is cited by the library's passage."""

    def __init__(self, language: Language, made: Plan, corpus: Corpus) -> None:
        self.language = language
        self.made = made
        self.corpus = corpus
        self.lines: list[str] = []
        self.citations: dict[str, Citation] = {}

    def principle(self) -> None:
        """Open with what the playbook says of a first year."""
        passage = self.corpus.get("playbook/succeeding", self.language)
        if passage is not None:
            statements = passage.blocks[0].statements
            gap = "" if self.language.startswith("zh") else " "
            quote = gap.join(statements)
            marked = gap.join(_marked(one, self._number(passage, quote)) for one in statements)
            self.lines += ["", marked]

    def short(self) -> None:
        """List the actions by phase."""
        self.lines += ["", f"**{message('plan_short', self.language)}**", ""]
        between = "；" if self.language.startswith("zh") else "; "
        for number in range(1, PHASES + 1):
            actions = [one for one in self.made.actions if one.phase == number]
            if actions:
                first, last = self.made.year.phases[number - 1]
                heading = self._dated(message(f"plan_phase_{number}", self.language), first, last)
                listed = between.join(self._titled(one) for one in actions)
                self.lines.append(f"- {_bold(heading, self.language)}{listed}")

    def first_days(self) -> None:
        """Tell the first thirty days: when, what for, and why here."""
        self.lines += ["", f"**{message('plan_first_weeks', self.language)}**", ""]
        for one in self.made.actions:
            if one.phase == 1:
                passage = words(one.action.id, self.corpus, self.language)
                heading = self._dated(passage.title, one.start, one.end)
                point = _marked(passage.lead, self._number(passage, passage.lead))
                gap = "" if self.language.startswith("zh") else " "
                why = because(one.reasons[0], self.made, self.corpus, self.language)
                self.lines.append(f"- {_bold(heading, self.language)}{point}{gap}{why}")

    def ask(self, questions: list[str]) -> None:
        if questions:
            key = "plan_ask_one" if len(questions) == 1 else "plan_ask_intro"
            self.lines += ["", message(key, self.language), ""]
            self.lines += [f"- {question}" for question in questions]

    def changes(self, old: Plan) -> None:
        """Say what differs from the plan before."""
        came, went, shifted = differences(old, self.made)
        for key, changed in (("plan_new", came), ("plan_gone", went), ("plan_shifted", shifted)):
            if changed:
                titles = (words(one, self.corpus, self.language).title for one in changed)
                named = ("；" if self.language.startswith("zh") else "; ").join(titles)
                self.lines += ["", message(key, self.language, actions=named)]
        if not (came or went or shifted):
            self.lines += ["", message("plan_same", self.language)]

    def moved(self, key: str, wished: date) -> None:
        """Say where an action went that was to move, and what that moved."""
        one = self.made.get(key)
        if one is None:
            title = words(key, self.corpus, self.language).title
            self.lines.append(message("plan_gone", self.language, actions=title))
            return
        late = one.start > self.made.year.day(self.made.year.position(wished))
        self.lines.append(
            message(
                "plan_moved_later" if late else "plan_moved",
                self.language,
                action=words(key, self.corpus, self.language).title,
                wished=day_in_words(wished, self.language),
                first=day_in_words(one.start, self.language),
                last=day_in_words(one.end, self.language),
            )
        )

    def why(self, key: str) -> None:
        """Tell why an action is in the plan, when, and what it is for; or why it is not."""
        passage = words(key, self.corpus, self.language)
        one = self.made.get(key)
        if one is None:
            left = next(one for one in self.made.left_out if one.action.id == key)
            stated = "left_stated" if left.reason.stated else "left_assumed"
            if left.reason.kind == "condition":
                why = message(stated, self.language, clause=clause(left.reason.key, self.language))
            else:
                why = message(f"left_{left.reason.kind}", self.language)
            self.lines += [why, ""]
        else:
            self.lines.append(
                message(
                    "plan_why_action",
                    self.language,
                    action=passage.title,
                    first=day_in_words(one.start, self.language),
                    last=day_in_words(one.end, self.language),
                )
            )
            self.lines.append("")
            self.lines += [
                f"- {because(reason, self.made, self.corpus, self.language)}"
                for reason in one.reasons
            ]
            self.lines.append("")
        self.lines.append(_marked(passage.lead, self._number(passage, passage.lead)))

    def finish(self, text: str) -> Answer:
        answer = Answer(
            text,
            self.language,
            "\n".join(self.lines).strip(),
            tuple(self.citations.values()),
            suggestions=self._suggestions(),
            profile=self.made.profile.model_dump_json(exclude_unset=True),
        )
        return replace(answer, problems=verify(answer))

    def _suggestions(self) -> tuple[str, ...]:
        found = []
        if not self.made.facts["budget"].holds:
            found.append(message("plan_follow_budget", self.language))
        tailored = [
            one
            for one in self.made.actions
            if any(reason.kind == "condition" and reason.stated for reason in one.reasons)
        ]
        for one in (tailored or list(self.made.actions))[-1:]:
            title = words(one.action.id, self.corpus, self.language).title
            found.append(message("plan_follow_why", self.language, action=title))
        return tuple(found[:_SUGGESTIONS])

    def _titled(self, one: Planned) -> str:
        passage = words(one.action.id, self.corpus, self.language)
        gap = "" if self.language.startswith("zh") else " "
        return f"{passage.title}{gap}[{self._number(passage, passage.lead)}]"

    def _number(self, passage: Passage, quote: str) -> int:
        if passage.id not in self.citations:
            self.citations[passage.id] = Citation(len(self.citations) + 1, passage, quote)
        return self.citations[passage.id].number

    def _dated(self, text: str, first: date, last: date) -> str:
        opening, closing = ("（", "）") if self.language.startswith("zh") else (" (", ")")
        return f"{text}{opening}{self._span(first, last)}{closing}"

    def _span(self, first: date, last: date) -> str:
        return message(
            "plan_period",
            self.language,
            first=day_in_words(first, self.language),
            last=day_in_words(last, self.language),
        )


def _agreeing(fields: Mapping[str, Any], before: Profile | None = None) -> dict[str, Any]:
    """Return fields without contradiction: the later or more precise one counts."""
    found = dict(fields)
    if "team" in found:
        found["has_team"] = found["team"] > 0
    elif "has_team" in found and before is not None and before.team is not None:
        found["team"] = None
    if found.get("feedback") is False:
        found |= {"channels": (), "survey_tools": 0}
    elif found.get("survey_tools"):
        found["feedback"] = True
    return found


def _known(made: Plan, language: Language, *, assumed: bool) -> list[str]:
    """Return what was understood, a line each, fit to be corrected."""
    profile = made.profile
    found = []
    if not assumed:
        day = day_in_words(profile.start, language)
        found.append(message("plan_fact_start", language, day=day))
    for key, value in (
        ("plan_fact_employees", profile.employees),
        ("plan_fact_team", profile.team),
    ):
        if value:
            found.append(message(key, language, count=value))
    if profile.industry:
        shown = message(f"industry_{profile.industry.replace(' ', '_')}", language)
        found.append(message("plan_fact_industry", language, industry=shown))
    if profile.hours:
        found.append(message("plan_fact_hours", language, hours=f"{profile.hours:g}"))
    skipped = _BY_NUMBER if profile.team else _BY_NUMBER - {"team"}
    for name, fact in made.facts.items():
        if fact.stated and name not in skipped and not name.startswith("goal-"):
            if name in ("only-nps", "many-tools", "advanced") and not fact.holds:
                continue
            found.append(clause(name if fact.holds else f"no-{name}", language))
    if profile.goals:
        found.append(goals_in_words(profile.goals, language))
    return list(dict.fromkeys(found))


def _short(text: str, spoken: Language) -> bool:
    most = _LONGEST_WHY_HAN if spoken.startswith("zh") else _LONGEST_WHY
    return dialogue.own_words(text, spoken) <= most


def _bold(text: str, language: Language) -> str:
    return f"**{text}**：" if language.startswith("zh") else f"**{text}:** "


def _marked(statement: str, number: int) -> str:
    """Put a mark before the full stop of a statement."""
    head, tail = statement.rstrip(".。"), statement[len(statement.rstrip(".。")) :]
    gap = "" if tail == "。" or head[-1:] > "\u2e80" else " "
    return f"{head}{gap}[{number}]{tail}"
