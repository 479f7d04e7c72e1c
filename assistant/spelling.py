"""Mend misspelt words of a question towards the words of the corpus.

Only words that the corpus has never seen are touched, and only where one known
word is near enough; everything else stays as typed. Chinese is left alone.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from assistant import analysis, dialogue
from assistant.types import Language

_WORD = re.compile(r"[^\W\d_]{5,}")
_NEAR = 88.0


class Spelling:
    """Knows the words of one language.

    Args:
        vocabulary: folded words of the corpus in that language.
        language: decides which words are function words and which stems are equal.
    """

    def __init__(self, vocabulary: frozenset[str], language: Language) -> None:
        self._language = language
        self._alphabetic = not language.startswith("zh")
        self._stems = (
            {analysis.stem(word, language) for word in vocabulary} if vocabulary else set()
        )
        self._words = sorted(word for word in vocabulary if len(word) >= 5 and word.isalpha())
        self._known = vocabulary

    def mend(self, text: str) -> str:
        """Return the text with each misspelt word replaced by the known word nearest to it.

        Near is a word with the same first letter and a normalised indel similarity
        (without diacritics) of at least 88 of 100; at 84, "pricing" became "picking".
        """
        return _WORD.sub(self._mended, text) if self._alphabetic else text

    def _mended(self, match: re.Match[str]) -> str:
        word = match.group()
        folded = analysis.fold(word)
        stems = {analysis.stem(one, self._language) for one in (folded, word.casefold())}
        if folded in self._known or stems & self._stems:
            return word
        if folded in dialogue.known_words(self._language):
            return word
        if analysis.number(word, self._language):
            return word
        if word[0].isupper() and match.start() > 0:
            return word
        best = process.extractOne(folded, self._words, scorer=fuzz.ratio, score_cutoff=_NEAR)
        return best[0] if best and best[0][0] == folded[0] else word
