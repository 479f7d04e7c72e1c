"""Decide whether the corpus covers a question, per language and from measured evidence.

The signals: how near the nearest piece is, and how far the best hits stand out from
the rest; the share of the question's content words, weighed by rarity, that the best
passages hold, and the share that the whole corpus has never seen; a name in it from
elsewhere; and how much it is like questions that the corpus answers, and like those
from outside, on the whole and the nearest of them (`routing.py`). A logistic regression
weighs them, fitted on the golden questions that are not held back by `cx-assistant eval
--fit`, with each signal brought to the same spread in every language first.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant import analysis, dialogue
from assistant.corpus import Corpus, searchable
from assistant.regression import fit_logistic
from assistant.types import LANGUAGES, Hit, Language, Query

if TYPE_CHECKING:
    import numpy as np

    from assistant.keywords import KeywordIndex
    from assistant.routing import Kind

_CONSIDERED = 3
_FIFTH = 5
_UNSEEN_RARITY = 5.0
_RIDGE = 1.0
# Beta squared of the F score (van Rijsbergen, 1979).
_RECALL_WEIGHT = 0.5
# What cannot be answered, whatever else fits: a price that no hit has, a figure of one's own, and
# what has no word but a name that no language of the corpus knows ("and at Aeroflot?").
_HOPELESS = -3.0
_LATIN: tuple[Language, ...] = ("en", "pl", "hu")
_WORD = re.compile(r"(?:(?![\u3400-\u9fff])[^\W\d_]){2,}")
_STARTS = re.compile(r"(?:\A|[.!?…:;\n\"„“«(])\s*\Z")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against a question being covered.

    `similarity`, `coverage`, `unseen` and `margin` are shares between 0 and 1,
    and so is `named`, of the facets that the question names those the best hit has.
    `stranger` is 1 for a name that no language of the corpus knows, `unpriced` for a
    price asked where no hit has an amount of money. `inside` and `outside` are log-odds,
    `strayness` is the cosine to the nearest examples from outside, and `ours` is 1 where
    somebody asks what a figure of their own is at some time.
    """

    similarity: float
    coverage: float
    unseen: float
    margin: float = 0.0
    stranger: float = 0.0
    named: float = 0.0
    unpriced: float = 0.0
    inside: float = 0.0
    outside: float = 0.0
    strayness: float = 0.0
    ours: float = 0.0

    @property
    def signals(self) -> Mapping[str, float]:
        return MappingProxyType({name: round(value, 3) for name, value in asdict(self).items()})


@dataclass(frozen=True, slots=True)
class Weights:
    """One language's regression: what each signal adds to the log-odds of being covered."""

    bias: float
    signals: Mapping[str, float]

    def log_odds(self, evidence: Evidence) -> float:
        given: dict[str, float] = asdict(evidence)
        return self.bias + sum(weight * given[name] for name, weight in self.signals.items())


@dataclass(frozen=True, slots=True)
class Judgement:
    """How sure the evidence makes it that the corpus answers a query."""

    evidence: Evidence
    log_odds: float

    @property
    def covered(self) -> bool:
        return self.log_odds > 0

    @property
    def probability(self) -> float:
        return round(1 / (1 + math.exp(-self.log_odds)), 3)


class Confidence:
    """Judges by a language's weights whether hits answer a query."""

    def __init__(
        self,
        corpus: Corpus,
        keywords: Mapping[Language, KeywordIndex],
        weights: Mapping[Language, Weights],
    ) -> None:
        self._corpus = corpus
        self._keywords = keywords
        self._weights = weights

    @classmethod
    def load(cls, corpus: Corpus, keywords: Mapping[Language, KeywordIndex]) -> Confidence:
        text = files("assistant").joinpath("data/confidence.json").read_text(encoding="utf-8")
        stored = json.loads(text)
        return cls(corpus, keywords, {code: Weights(**values) for code, values in stored.items()})

    def judge(
        self,
        query: Query,
        hits: Sequence[Hit],
        kinds: Mapping[Kind, float] = MappingProxyType({}),
        strayness: float = 0.0,
    ) -> Judgement:
        """Return the log-odds that the corpus answers the query, and what speaks for it."""
        evidence = self.evidence(query, hits, kinds, strayness)
        log_odds = self._weights[query.spoken].log_odds(evidence)
        foreign = evidence.stranger and evidence.unseen == 1.0
        unanswerable = evidence.unpriced or evidence.ours or foreign
        return Judgement(evidence, min(log_odds, _HOPELESS) if unanswerable else log_odds)

    def evidence(
        self,
        query: Query,
        hits: Sequence[Hit],
        kinds: Mapping[Kind, float] = MappingProxyType({}),
        strayness: float = 0.0,
    ) -> Evidence:
        own = query.own if dialogue.own_words(query.own, query.spoken) else query.text
        parts = [(query.spoken, own), *query.foreign]
        total = covered = unseen = 0.0
        for language, text in parts:
            keywords = self._keywords[language]
            together: set[str] = set()
            for hit in hits[:_CONSIDERED]:
                together |= keywords.terms_of.get(hit.passage.id, frozenset())
            for variants in analysis.content_words(_own_script(text, query, language), language):
                known = [term for term in variants if term in keywords.rarity]
                weight = max((keywords.rarity[term] for term in known), default=_UNSEEN_RARITY)
                total += weight
                covered += weight * any(term in together for term in known)
                unseen += weight * (not known)
        borrowed, held = self._borrowed(own, query.spoken, hits)
        similarity = max((hit.similarity for hit in hits), default=0.0)
        share = total or 1.0
        return Evidence(
            similarity,
            min(1.0, (covered + _UNSEEN_RARITY * held) / share),
            max(0.0, (unseen - _UNSEEN_RARITY * borrowed) / share),
            _margin(hits),
            float(self._has_stranger(own, query.spoken)),
            _named(query, hits),
            float(_is_unpriced(own, query.spoken, hits)),
            kinds.get("ask", 0.0),
            kinds.get("outside", 0.0),
            strayness,
            float(_is_ours(own, query.spoken)),
        )

    def _borrowed(self, text: str, spoken: Language, hits: Sequence[Hit]) -> tuple[int, int]:
        """Count words of another language of the corpus, and those of them that the hits hold.

        A Hungarian who writes "executive sponsor" is understood.
        """
        borrowed = held = 0
        for word in _latin_words(text):
            folded = analysis.fold(word)
            stem = analysis.stem(word.casefold(), spoken)
            if stem in self._keywords[spoken].rarity or self._is_known(folded, spoken):
                continue
            others = [code for code in _LATIN if code != spoken and self._is_known(folded, code)]
            borrowed += bool(others)
            held += any(
                folded in map(analysis.fold, analysis.words(searchable(variant), code))
                for code in others[:1]
                for hit in hits[:_CONSIDERED]
                if (variant := self._corpus.get(hit.passage.id, code))
            )
        return borrowed, held

    def _is_known(self, folded: str, language: Language) -> bool:
        stop = analysis.function_words()["zh" if language.startswith("zh") else language]
        return folded in self._corpus.vocabulary[language] or folded in stop

    def _has_stranger(self, text: str, spoken: Language) -> bool:
        """Whether a question has a name that the corpus knows in no language.

        Names are capitalised inside a sentence; in a Chinese question, any Latin word.
        """
        for match in _WORD.finditer(text):
            word = match.group()
            inside = spoken.startswith("zh") or not _STARTS.search(text[: match.start()])
            if not inside or not word[0].isupper():
                continue
            folded = analysis.fold(word)
            stem = analysis.stem(word.casefold(), spoken)
            known = stem in self._keywords[spoken].rarity
            if not known and not any(self._is_known(folded, code) for code in LANGUAGES):
                return True
        return False


def _margin(hits: Sequence[Hit]) -> float:
    """Return how far the best hit stands out from the fifth, as a share of its score."""
    if len(hits) < _FIFTH or hits[0].score <= 0:
        return 0.0
    return min(1.0, (hits[0].score - hits[_FIFTH - 1].score) / hits[0].score)


def _named(query: Query, hits: Sequence[Hit]) -> float:
    """Return the share of the facets that a query names which its best hit has."""
    if not query.facets or not hits:
        return 0.0
    has = hits[0].passage.facets
    return sum(has.get(facet) in values for facet, values in query.facets.items()) / len(
        query.facets
    )


_PRICE = {
    "en": r"\bcosts?\b|\bprices?\b|\bpricing\b|\bfees?\b|\bhow much (?:is|are|do|does)\b|\bcheap",
    "pl": r"\bkosztuj\w*|\bcen[ayęą]\b|\bcennik\w*|\bopłat\w*|\bile (?:za|płaci)\w*|\btani\w*",
    "hu": r"kerül\b.{0,40}$|\bmennyibe\b|\bára\b|\bárak\b|\bdíja?\b|\bolcsó\w*",
    "ru": r"\bсколько\b.{0,40}\bсто[ия]\w*|\bстоимост\w*|\bцен[ауые]\b|\bрасцен\w*|\bтариф\w*"
    r"|\bплат\w+ за\b|\bдешев\w*",
    "zh": "多少[钱錢]|[价價]格|[价價][钱錢]|收[费費]|[费費]用多少|[报報][价價]|多[贵貴]|售[价價]",
}
_MONEY = re.compile(r"[$€£¥]|\b(?:USD|EUR)\b|dollar|dolar|dollár|доллар|евро|euro|美元|欧元|歐元")


def _is_unpriced(text: str, language: Language, hits: Sequence[Hit]) -> bool:
    """Whether a question asks for a price, and no good hit holds an amount of money."""
    pattern = _PRICE["zh" if language.startswith("zh") else language]
    if not re.search(pattern, text.casefold()):
        return False
    return not any(_MONEY.search(hit.passage.text) for hit in hits[:_CONSIDERED])


# In more characters than these a time is a circumstance of what is asked.
_LONG, _LONG_HAN = 120, 50
# Of one's own, at some time, asked for as a figure: "what was our NPS last month?"
_OURS: Mapping[str, tuple[str, str, str]] = {
    "en": (
        r"\b(?:our|my|we|we're|us)\b",
        r"\b(?:last|this|next|past|coming) (?:\w+ )?(?:week|month|quarter|year|spring|summer|autumn"
        r"|fall|winter)\b|\b(?:now|today|yesterday|currently|so far)\b|\b20\d\d\b|\bq[1-4]\b",
        r"\bwhat(?:'s| is| was| are| were| will)\b|\bhow (?:many|much|high|low)\b",
    ),
    "pl": (
        r"\b(?:nasz\w*|m[oó]j|moj\w+|u nas|mamy|mieliśmy)\b",
        r"\b(?:zeszł|ubiegł|minion|ostatni|obecn|bieżąc|przyszł)\w*|\b(?:teraz|dziś|wczoraj)\b"
        r"|\b20\d\d\b",
        r"\bile\b|\bilu\b|\bjak(?:i|a|ie|im|ą)\b",
    ),
    "hu": (
        r"\b(?:nálunk|a mi|az én)\b|\w(?:unk|ünk)\b|\w(?:unk|ünk)(?:at|et|nak|nek|ban|ben)\b",
        r"\bmúlt\b|\btavaly|\bidén|\bjelenleg|\bmost\b|\btegnap|\bjövőre|\butolsó|\b20\d\d",
        r"\bmi\b|\bmennyi|\bmekkora|\bhány",
    ),
    "ru": (
        r"\b(?:наш\w*|мо[йяеи]\w*|у нас|мы)\b",
        r"\b(?:прошл|последн|текущ|нынешн|следующ)\w*|\b(?:сейчас|сегодня|вчера)\b|\b20\d\d\b",
        r"\bкак(?:ой|ая|ое|ие|ов\w*|им)\b|\bсколько\b",
    ),
    "zh": (
        "我们|我們|咱们|我司|我公司|本公司|敝公司",
        "上个?[月季周週年]|上個[月季周週]|上一?季|[这這]个?[個]?[月季周週]|本[月季周週年]|去年|今年|明年|现在|現在|目前|昨天|今天|20\\d\\d",
        "多少|[几幾]|是什[么麼]",
    ),
}


def _is_ours(text: str, language: Language) -> bool:
    """Whether somebody asks for a figure of their own, which no corpus has."""
    chinese = language.startswith("zh")
    if len(text) > (_LONG_HAN if chinese else _LONG):
        return False
    patterns = _OURS["zh" if chinese else language]
    return all(re.search(pattern, text.casefold()) for pattern in patterns)


def _latin_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word.isascii() or len(word) > 1]


def _own_script(text: str, query: Query, language: Language) -> str:
    """Drop from a mixed question what is judged in the language of its script."""
    if language == query.spoken and query.foreign:
        return "".join(c for c in text if c.isascii() or not c.isalpha())
    return text


def fit(
    samples: Mapping[Language, Sequence[tuple[Evidence, bool]]],
    usual: Mapping[Language, Sequence[tuple[Evidence, bool]]] | None = None,
    ridge: float = _RIDGE,
) -> dict[Language, Weights]:
    """Fit one regression over all languages, each signal standardised within its language.

    So every language has a threshold of its own for a signal, while what a signal is
    worth is learnt from all of them. Log-odds of 0 are where refusing has the best F score,
    its precision weighing twice its recall: a wrong refusal costs the reader an answer too.

    Args:
        samples: for each language, the evidence of questions and whether they are covered.
        usual: those of them that are mixed as people ask, which the threshold is chosen on;
            all of them without.
        ridge: the penalty on squared weights.
    """
    import numpy as np

    names = [one.name for one in fields(Evidence)]
    scaled, covered, spreads = [], [], {}
    for language, rows in samples.items():
        x = np.array([[getattr(evidence, name) for name in names] for evidence, _ in rows])
        centre, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-3)
        spreads[language] = (centre, spread)
        scaled.append((x - centre) / spread)
        covered += [float(answered) for _, answered in rows]
    x, y = np.vstack(scaled), np.array(covered)
    shared = fit_logistic(x, y, ridge)
    mixed = usual if usual is not None else samples
    odds, truth = [], []
    for language, rows in mixed.items():
        centre, spread = spreads[language]
        for evidence, answered in rows:
            values = np.array([getattr(evidence, name) for name in names])
            odds.append(float((values - centre) / spread @ shared[:-1] + shared[-1]))
            truth.append(float(answered))
    shared[-1] -= _best_threshold(np.array(odds), np.array(truth))
    fitted = {}
    for language, (centre, spread) in spreads.items():
        raw = shared[:-1] / spread
        bias = float(shared[-1] - (raw * centre).sum())
        signals = {name: round(float(value), 4) for name, value in zip(names, raw, strict=True)}
        fitted[language] = Weights(round(bias, 4), signals)
    return fitted


def _best_threshold(log_odds: np.ndarray, covered: np.ndarray) -> float:
    """Return the log-odds below which refusing has the best F score on the samples."""
    import numpy as np

    values = np.unique(log_odds)
    thresholds = [0.0, *((values[1:] + values[:-1]) / 2)]
    wrong = 1 - covered

    def f(threshold: float) -> float:
        refused = log_odds < threshold
        hit = float((refused * wrong).sum())
        weighed = float(refused.sum()) + _RECALL_WEIGHT * float(wrong.sum())
        return (1 + _RECALL_WEIGHT) * hit / (weighed or 1.0)

    return float(max(thresholds, key=f))


def save(weights: Mapping[Language, Weights]) -> str:
    """Return the weights as the text of `data/confidence.json`."""
    stored = {
        code: {"bias": one.bias, "signals": dict(one.signals)} for code, one in weights.items()
    }
    return json.dumps(stored, indent=2) + "\n"
