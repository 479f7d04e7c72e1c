"""Check whether a passage supports a sentence, without a model.

What a sentence states must be found in its passage: its figures, where they belong, its
names, the level or year it speaks of. Beyond that a logistic regression weighs how near
its meaning is to the passage, and whether some other passage is nearer, and how many of its
words the passage has. What is supported so far must not turn round the statements that it is
nearest to (`polarity` by words, `entailment` by meaning). All of it is fitted on
`tests/data/support/` by `cx-assistant eval --support … --fit`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from assistant import analysis
from assistant.corpus import Corpus, figures, plain, searchable
from assistant.entailment import Entailment
from assistant.facets import FacetNames
from assistant.numerals import numbers, stated
from assistant.polarity import contradicts
from assistant.regression import fit_logistic
from assistant.types import Language, Passage
from assistant.vectors import VectorStore, pieces

if TYPE_CHECKING:
    import numpy as np

    from assistant.keywords import KeywordIndex

_RIDGE = 1.0
_UNSEEN_RARITY = 5.0
_COMPARED = 3
# The statements that a sentence is read together with have no more characters than these.
_PREMISE = 700
_PREMISE_HAN = 233
# What is said in the passage's own words is turned round by a word only, which `polarity` tells:
# so much of the log-odds of being turned each share of covered words outweighs.
_FAMILIAR = 4.0
# So many standard deviations from the mean of the supported sentences each step draws its line:
# the outermost of a hundred sentences are too few to draw it by.
_BELOW_MEAN = 2.5
_ABOVE_MEAN = 2.3
# A sentence that names another of these than its passage does speaks of something else.
_TOLD_APART = ("level", "stage", "sfia", "executive")
_OPENING = re.compile(r"[\s(„“\"«*]+$")
_CLAUSES = re.compile(r"(?<!\d)[,;:](?!\d)|[,;:](?=\s)|[，、；：。！？()（）—–]")
_CLEARLY_MORE = 0.15
# A figure that the passage lacks or has of something else, or its words turned round.
_DENYING = ("figures", "misplaced", "contradicted")
_DENIED = -1.0
_BEFORE_A_START = ("", ".", "!", "?", ":", "…")
_WORD = re.compile(r"(?:(?![\u3400-\u9fff])[^\W\d_])(?:(?![\u3400-\u9fff])[\w’'-])+")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence to be judged, and what of it can be found in a passage.

    `near` holds the cosines of the sentence to the pieces of each passage of the
    corpus, the whole one first; `size` is the number of its content words.
    """

    text: str
    language: Language
    vector: np.ndarray = field(repr=False)
    near: Mapping[str, list[float]] = field(repr=False)
    terms: tuple[str, ...]
    numbers: frozenset[str]
    names: tuple[str, ...]
    facets: Mapping[str, frozenset[str]]
    size: int


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against a sentence resting on its passages.

    `similarity` is the cosine to the nearest statement, `whole` that to the passage,
    `lead` by how much the passage is nearer than the nearest other one. `coverage` is
    the share of the content words, weighed by rarity, that the passage has, and
    `novelty` the share that the whole corpus lacks. `turned` is how likely it says the
    opposite of the nearest statements, as log-odds, and `contradicted` whether it repeats
    the nearest but for a negation or an opposite. `figures`, `names` and `facets` count what the
    passage has not got, `astray` the figures that it has elsewhere than near, and
    `misplaced` the clauses whose figures the passage's most similar clause has otherwise.
    """

    similarity: float
    whole: float
    lead: float
    coverage: float
    novelty: float
    turned: float
    contradicted: float
    figures: float
    astray: float
    misplaced: float
    names: float
    facets: float


def denied(signs: Signs) -> bool:
    """Whether one sign alone rules support out."""
    return any(getattr(signs, name) for name in _DENYING)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a sentence is supported, and by how much: log-odds of at least 0."""

    signs: Signs
    log_odds: float

    @property
    def supported(self) -> bool:
        return self.log_odds >= 0


class Support:
    """Judges sentences against passages of the corpus.

    Args:
        corpus: where other passages are that may support a sentence better.
        keywords: the rarity of words by language.
        store: the vectors of the corpus's pieces.
        entailment: tells whether a sentence turns statements round; None where it cannot be had.
        weights: what `fit` returned; the stored ones where none are given.
    """

    def __init__(
        self,
        corpus: Corpus,
        keywords: Mapping[Language, KeywordIndex],
        store: VectorStore,
        entailment: Entailment | None,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        self._corpus = corpus
        self._keywords = keywords
        self._store = store
        self._entailment = entailment
        self._weights = stored_weights() if weights is None else weights
        self._facets = cache(lambda language: FacetNames(corpus, language))
        self._pieces = cache(self._read)
        self._known = cache(self._known_of)
        self._clauses = cache(self._clauses_in)

    def claim(self, text: str, language: Language) -> Claim:
        """Read a sentence once, to be judged against any passages of its language."""
        bare = plain(text)
        vector = self._store.compute([bare])[0]
        return Claim(
            bare,
            language,
            vector,
            self._nearness(vector, language),
            tuple(dict.fromkeys(analysis.terms(bare, language))),
            frozenset(stated(bare, language)),
            tuple(_names(bare, language)),
            self._facets(language).find(bare),
            len(analysis.content_words(bare, language)),
        )

    def judge(self, claim: Claim, passages: Sequence[Passage]) -> Verdict:
        """Return whether passages, at least one and in the claim's language, support it."""
        signs = self.signs(claim, passages)
        log_odds = self._log_odds(signs)
        if log_odds >= 0 and self._entailment is not None:
            signs = replace(signs, turned=self.turned(claim, passages))
            if _turning(signs) > self._weights["turned"]:
                log_odds = _DENIED
        return Verdict(signs, log_odds)

    def turned(self, claim: Claim, passages: Sequence[Passage]) -> float:
        """Return the log-odds that a sentence says the opposite of passages, 0 if none can tell."""
        if self._entailment is None:
            return 0.0
        return self._entailment.score(self.premise(claim, passages), claim.text)

    def premise(self, claim: Claim, passages: Sequence[Passage]) -> str:
        """Return the statements that are nearest to a sentence, in their order."""
        rows, texts = self._nearest_statements(claim, passages)
        most = _PREMISE_HAN if claim.language.startswith("zh") else _PREMISE
        kept: list[int] = []
        length = 0
        for row, text in zip(rows, texts, strict=True):
            length += len(text)
            if kept and length > most:
                break
            kept.append(row)
        by_row = dict(zip(rows, texts, strict=True))
        return " ".join(by_row[row] for row in sorted(kept))

    def _log_odds(self, signs: Signs) -> float:
        total: float = self._weights["bias"]
        for name in _WEIGHED:
            total += self._weights[name] * getattr(signs, name)
        return min(total, _DENIED) if denied(signs) else total

    def quote(self, claim: Claim, passage: Passage) -> str:
        """Return the statement of a passage that is nearest to a sentence, verbatim."""
        _, nearest = self._nearest_statements(claim, [passage])
        by_text = {plain(one): one for one in passage.statements}
        return by_text[nearest[0]]

    def familiar(self, claim: Claim, passages: Sequence[Passage]) -> float:
        """Return the share of a sentence's content words that any of the passages has."""
        return self._words(claim, passages)[0]

    def signs(self, claim: Claim, passages: Sequence[Passage]) -> Signs:
        """Measure a sentence against passages, all but `turned`, which takes longest."""
        ids = {passage.id for passage in passages}
        family = ids | {p.parent for p in passages if p.parent}
        family |= {child.id for p in passages for child in self._corpus.children(p)}
        others = [max(values) for key, values in claim.near.items() if key not in family]
        own = [claim.near[key] for key in ids]
        best = max(max(values) for values in own)
        coverage, novelty = self._words(claim, passages)
        _, statements = self._nearest_statements(claim, passages)
        language = claim.language
        known = [self._known(passage.id, language) for passage in passages]
        missing = claim.numbers - frozenset().union(*(one.numbers for one in known))
        names = [
            name
            for name in claim.names
            if not any(
                name in one.words or analysis.stem(name, language) in one.stems for one in known
            )
        ]
        return Signs(
            best,
            max(values[0] for values in own),
            best - max(others, default=0.0),
            coverage,
            novelty,
            0.0,
            float(any(contradicts(claim.text, one, language) for one in statements[:1])),
            float(len(missing)),
            float(len(claim.numbers - numbers("\n".join(statements), language))),
            float(self._misplaced(claim, passages)),
            float(len(names)),
            float(self._other_facets(claim, passages)),
        )

    def _read(self, language: Language) -> tuple[list[str], list[str], np.ndarray]:
        """Return passage ids, statements ("" for other pieces) and vectors of all pieces."""
        import numpy as np

        passages = self._corpus.passages(language)
        ids, texts, rows = [], [], []
        for passage, vectors in zip(passages, self._store.vectors(passages), strict=True):
            for piece, vector in zip(pieces(passage), vectors, strict=True):
                if piece.kind != "heading":
                    ids.append(passage.id)
                    texts.append(piece.statement)
                    rows.append(vector)
        return ids, texts, np.stack(rows)

    def _known_of(self, passage_id: str, language: Language) -> _Known:
        passage = self._corpus.get(passage_id, language)
        assert passage is not None
        words = {
            analysis.fold(word)
            for word in _WORD.findall(f"{passage.document_title}\n{searchable(passage)}")
        }
        text = f"{' '.join(passage.path)}\n{passage.title}\n{plain(passage.text)}"
        return _Known(
            frozenset(words),
            frozenset(analysis.stem(word, language) for word in words),
            frozenset(numbers(text, language)),
            self._facets(language).find(searchable(passage)),
        )

    def _clauses_in(
        self, passage_id: str, language: Language
    ) -> list[tuple[frozenset[str], frozenset[str]]]:
        passage = self._corpus.get(passage_id, language)
        assert passage is not None
        texts = (passage.title, *(plain(one) for one in passage.statements))
        return [clause for text in texts for clause in _clauses_of(text, language)]

    def _nearness(self, vector: np.ndarray, language: Language) -> dict[str, list[float]]:
        ids, _, matrix = self._pieces(language)
        found: dict[str, list[float]] = {}
        for key, value in zip(ids, (matrix @ vector).tolist(), strict=True):
            found.setdefault(key, []).append(value)
        return found

    def _nearest_statements(
        self, claim: Claim, passages: Sequence[Passage]
    ) -> tuple[list[int], list[str]]:
        """Return the places and texts of the nearest statements, the best first."""
        wanted = {passage.id for passage in passages}
        ids, texts, matrix = self._pieces(claim.language)
        rows = [n for n, key in enumerate(ids) if key in wanted and texts[n]]
        values = matrix[rows] @ claim.vector
        order = sorted(range(len(rows)), key=lambda n: -float(values[n]))[:_COMPARED]
        return [rows[n] for n in order], [plain(texts[rows[n]]) for n in order]

    def _words(self, claim: Claim, passages: Sequence[Passage]) -> tuple[float, float]:
        """Return which share of a sentence's words the passages have, and the corpus lacks."""
        keywords = self._keywords[claim.language]
        has: set[str] = set()
        for passage in passages:
            has |= keywords.terms_of.get(passage.id, frozenset())
        total = covered = unseen = 0.0
        for term in claim.terms:
            weight = keywords.rarity.get(term, _UNSEEN_RARITY)
            total += weight
            covered += weight * (term in has)
            unseen += weight * (term not in keywords.rarity)
        return (covered / total, unseen / total) if total else (1.0, 0.0)

    def _misplaced(self, claim: Claim, passages: Sequence[Passage]) -> int:
        """Count the clauses whose figures belong elsewhere in the passages.

        Such a clause shares more words with one that has other figures than with any
        that has its own: "level 3 sets up" where the passage says it of level 5.
        """
        if not claim.numbers:
            return 0
        known = [one for p in passages for one in self._clauses(p.id, claim.language)]
        count = 0
        for numbered, terms in _clauses_of(claim.text, claim.language):
            if not numbered or not terms:
                continue
            shared = [(len(terms & other) / len(terms), own) for own, other in known]
            own = max((share for share, figures in shared if numbered <= figures), default=0.0)
            others = max(
                (share for share, figures in shared if figures and not numbered & figures),
                default=0.0,
            )
            count += others > own + _CLEARLY_MORE
        return count

    def _other_facets(self, claim: Claim, passages: Sequence[Passage]) -> int:
        """Count the levels, years and executives named that the passages are not about."""
        known = [self._known(passage.id, claim.language).facets for passage in passages]
        count = 0
        for facet in _TOLD_APART:
            for value in claim.facets.get(facet, frozenset()):
                about = any(passage.facets.get(facet) == value for passage in passages)
                count += not about and not any(value in one.get(facet, ()) for one in known)
        return count


@dataclass(frozen=True, slots=True)
class _Known:
    """The words of a passage, folded and stemmed, its numbers, and the facets it names."""

    words: frozenset[str]
    stems: frozenset[str]
    numbers: frozenset[str]
    facets: Mapping[str, frozenset[str]]


def _clauses_of(text: str, language: Language) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return the numbers and the other terms of each clause of a text."""
    return [
        (
            frozenset(stated(part, language)),
            frozenset(analysis.terms(part, language)) - frozenset(figures(part)),
        )
        for part in _CLAUSES.split(text)
        if part.strip()
    ]


def _names(text: str, language: Language) -> Iterator[str]:
    """Yield the names of a sentence, folded: words in capitals that do not begin it."""
    chinese = language.startswith("zh")
    for match in _WORD.finditer(text):
        before = _OPENING.sub("", text[: match.start()])[-1:]
        if chinese or (before not in _BEFORE_A_START and match.group()[0].isupper()):
            yield analysis.fold(match.group())


_WEIGHED = [one.name for one in fields(Signs) if one.name not in (*_DENYING, "turned")]


def _turning(signs: Signs) -> float:
    """Return how likely a sentence turns its passage round, words that it shares discounted."""
    return signs.turned - _FAMILIAR * signs.coverage


@cache
def stored_weights() -> dict[str, float]:
    """Return the weights that were fitted."""
    text = files("assistant").joinpath("data/support.json").read_text(encoding="utf-8")
    loaded: dict[str, float] = json.loads(text)
    return loaded


def fit(samples: Iterable[tuple[Signs, bool]], ridge: float = _RIDGE) -> dict[str, float]:
    """Fit the weights, and the limit of `turned`, so that nearly all supported sentences are kept.

    Args:
        samples: the signs of sentences, and whether they are supported.
        ridge: the penalty on squared weights of standardised signs.
    """
    import numpy as np

    rows = [(signs, right) for signs, right in samples if not denied(signs)]
    x = np.array([[getattr(signs, name) for name in _WEIGHED] for signs, _ in rows])
    y = np.array([float(supported) for _, supported in rows])
    turning = np.array([_turning(signs) for signs, right in rows if right])
    limit = float(turning.mean() + _ABOVE_MEAN * turning.std())
    centre, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-3)
    weights = fit_logistic((x - centre) / spread, y, ridge)
    values = ((x - centre) / spread @ weights[:-1] + weights[-1])[y == 1]
    threshold = float(values.mean() - _BELOW_MEAN * values.std())
    raw = weights[:-1] / spread
    fitted = {name: round(float(value), 4) for name, value in zip(_WEIGHED, raw, strict=True)}
    bias = float(weights[-1] - (raw * centre).sum() - threshold)
    return fitted | {"bias": round(bias, 4), "turned": round(limit, 4)}
