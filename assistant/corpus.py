"""Read the corpus: one Markdown file per document and language.

The conventions, each checked with a message that names file, line and remedy:
front matter with title, language and source; every heading ends with
`{#id key="value"}` and has text of its own; the same ids in every language. Any
attribute but `aliases`, `question`, `authored`, `note`, `route` (a wish that the
section answers first, such as "vet") and the details of a glossary term (`_DETAILS`)
is a facet, inherited by the headings below. A list item may end with
an anchor of its own, `{#id}`. Beside a file may stand `<language>.asked.yaml`, other
ways in which people put a passage's question, by heading id.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn

import sentencex
import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.attrs.parse import ParseError, parse
from mdit_py_plugins.front_matter import front_matter_plugin

from assistant.errors import CorpusError
from assistant.types import LANGUAGES, Block, Language, Passage

if TYPE_CHECKING:
    from markdown_it.token import Token

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_ATTRIBUTES = re.compile(r"\s*(\{[^{}]*\})\s*\Z")
_PLAIN_ATTRIBUTE = re.compile(r' ?(?:#([a-z0-9-]+)|([a-z-]+)=(?:"([^"\\]*)"|([a-z0-9-]+)))(?= |\Z)')
_FIGURE = re.compile(r"\d{1,3}(?:[\u00a0\u202f ]\d{3})+(?!\d)|\d+(?:[.,]\d+)*")
_DETAILS = frozenset({"abbreviation", "forms", "related", "versus", "uses", "formula", "example"})
_NOT_FACETS = frozenset({"id", "aliases", "question", "authored", "note", "route", *_DETAILS})
# Only blocks are read; what stands inside them is kept as written.
_MARKDOWN = MarkdownIt("commonmark").use(front_matter_plugin).disable("inline")
_LAST = 1000
_ITEM = {"list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close"}
_SOURCE_KEYS = ("publisher", "title", "language")


class Corpus:
    """All passages, by id and language, in reading order."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._passages: dict[Language, dict[str, Passage]] = {code: {} for code in LANGUAGES}
        self._children: dict[tuple[str | None, Language], list[Passage]] = defaultdict(list)
        for passage in passages:
            self._passages[passage.language][passage.id] = passage
            self._children[passage.parent, passage.language].append(passage)

    @classmethod
    def read(cls, folder: Path) -> Corpus:
        """Read every `<document>/<language>.md` below `folder`, documents by their `order`.

        Raises:
            CorpusError: the folder holds no document, or a file breaks the conventions.
        """
        files = sorted(folder.glob("*/*.md"))
        if not files:
            raise CorpusError(f"{folder.name}: no <document>/<language>.md; is CX_CORPUS right?")
        readers = [_Reader(file) for file in files]
        read = [(reader.passages(), reader) for reader in readers]
        read.sort(key=lambda pair: (pair[1].order, pair[1].name))
        return cls(passage for passages, _ in read for passage in passages)

    def passages(self, language: Language) -> list[Passage]:
        return list(self._passages[language].values())

    def get(self, passage_id: str, language: Language) -> Passage | None:
        return self._passages[language].get(passage_id)

    def variants(self, passage_id: str) -> dict[Language, Passage]:
        """Return the passage in each language it exists in."""
        return {
            language: passages[passage_id]
            for language, passages in self._passages.items()
            if passage_id in passages
        }

    def children(self, passage: Passage) -> list[Passage]:
        return list(self._children.get((passage.id, passage.language), ()))

    def siblings(self, passage: Passage) -> list[Passage]:
        """Return the passages under the same heading of the same document, itself included."""
        return [
            other
            for other in self._children.get((passage.parent, passage.language), ())
            if other.document == passage.document
        ]

    def __iter__(self) -> Iterator[Passage]:
        for passages in self._passages.values():
            yield from passages.values()

    @cached_property
    def vocabulary(self) -> Mapping[Language, frozenset[str]]:
        """The folded words of each language's titles, aliases, questions and text."""
        return _Vocabulary(self._passages)


class _Vocabulary(dict[Language, frozenset[str]]):
    """The words of each language, collected when they are first asked for."""

    def __init__(self, passages: Mapping[Language, Mapping[str, Passage]]) -> None:
        super().__init__()
        self._of = passages

    def __missing__(self, language: Language) -> frozenset[str]:
        from assistant import analysis

        self[language] = frozenset(
            analysis.fold(word)
            for passage in self._of[language].values()
            for word in analysis.words(searchable(passage), language)
        )
        return self[language]


def searchable(passage: Passage) -> str:
    """Everything of a passage that a search may match: headings, aliases, questions, text."""
    headings = (*passage.path, passage.title, *passage.aliases, passage.question, *passage.asked)
    return "\n".join((*headings, plain(passage.text)))


def plain(markdown: str) -> str:
    """Drop the emphasis and list marks of a passage's Markdown."""
    return re.sub(r"^- ", "", markdown.replace("**", ""), flags=re.MULTILINE)


@dataclass(slots=True)
class _Heading:
    """A heading being read, and the blocks found beneath it so far."""

    line: int
    level: int
    title: str
    attributes: dict[str, str]
    blocks: list[Block] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def read_document(file: Path) -> list[Passage]:
    """Read one file into its passages.

    Raises:
        CorpusError: with the file's name, the line and what to do.
    """
    return _Reader(file).passages()


class _Reader:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.name = f"{file.parent.name}/{file.name}"
        try:
            self.tokens = _MARKDOWN.parse(file.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            self.fail(1, f"not UTF-8 at byte {error.start}; save the file as UTF-8")
        self.language: Language = "en"
        self.document_title = self.source = ""
        self.authored = False
        self.order = _LAST
        self.asked = self._asked()

    def _asked(self) -> dict[str, tuple[str, ...]]:
        """Read the phrasings beside the file, by heading id; none where there is no such file."""
        file = self.file.with_name(f"{self.file.stem}.asked.yaml")
        if not file.is_file():
            return {}
        name = f"{file.parent.name}/{file.name}"
        try:
            read = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise CorpusError(f"{name}: not YAML ({str(error).splitlines()[0]})") from error
        if not isinstance(read, dict) or not all(isinstance(v, list) for v in read.values()):
            raise CorpusError(f"{name}: write a list of questions below each heading id")
        return {str(key): tuple(map(str, questions)) for key, questions in read.items()}

    def fail(self, line: int, problem: str) -> NoReturn:
        raise CorpusError(f"{self.name}:{line}: {problem}")

    def passages(self) -> list[Passage]:
        self._front_matter()
        headings = self._headings()
        seen: dict[str, int] = {}
        stack: list[tuple[_Heading, Passage]] = []
        found: list[Passage] = []
        for heading in headings:
            identity = heading.attributes["id"]
            if identity in seen:
                self.fail(
                    heading.line,
                    f"id #{identity} is already used on line {seen[identity]}; "
                    "give this heading an id of its own",
                )
            seen[identity] = heading.line
            while stack and stack[-1][0].level >= heading.level:
                stack.pop()
            if heading.level != (stack[-1][0].level + 1 if stack else 2):
                self.fail(
                    heading.line,
                    f"heading level {heading.level} has no heading of level "
                    f"{heading.level - 1} above it; start at ## and skip none",
                )
            if not heading.blocks:
                self.fail(
                    heading.line,
                    f"heading #{identity} has no text of its own; "
                    "write at least one sentence below it",
                )
            passage = self._passage(heading, stack[-1][1] if stack else None)
            stack.append((heading, passage))
            found.append(passage)
        for identity in self.asked:
            raise CorpusError(
                f"{self.file.parent.name}/{self.file.stem}.asked.yaml: no heading #{identity} in "
                f"{self.file.name}; rename or remove it"
            )
        return found

    def _front_matter(self) -> None:
        first = self.tokens[0] if self.tokens else None
        if first is None or first.type != "front_matter":
            self.fail(1, "no front matter; start with ---, title, language, source and ---")
        try:
            matter = yaml.safe_load(first.content)
        except yaml.YAMLError as error:
            self.fail(
                2,
                f"front matter is not YAML ({str(error).splitlines()[0]}); "
                "quote values that contain a colon",
            )
        if not isinstance(matter, dict):
            self.fail(2, "front matter has no keys; it needs title, language and source")
        for key in ("title", "language", "source"):
            if not matter.get(key):
                self.fail(2, f"front matter lacks '{key}'")
        expected = self.file.stem
        if matter["language"] not in LANGUAGES:
            self.fail(2, f"unknown language {matter['language']!r}; known: {', '.join(LANGUAGES)}")
        if matter["language"] != expected:
            self.fail(
                2,
                f"language is {matter['language']!r} but the file is named {expected!r}; "
                "make them equal",
            )
        source = matter["source"]
        missing = [k for k in _SOURCE_KEYS if not isinstance(source, dict) or not source.get(k)]
        if missing:
            self.fail(2, f"source lacks '{missing[0]}'; it needs {', '.join(_SOURCE_KEYS)}")
        self.language = matter["language"]
        self.document_title = str(matter["title"])
        self.source = f"{source['publisher']}: {source['title']}"
        self.authored = bool(matter.get("authored", False))
        self.order = matter.get("order", _LAST)
        if not isinstance(self.order, int):
            self.fail(2, f"order is {self.order!r}; write a whole number, or leave it out")

    def _headings(self) -> list[_Heading]:
        headings: list[_Heading] = []
        position = 1
        while position < len(self.tokens):
            token = self.tokens[position]
            line = (token.map[0] if token.map else 0) + 1
            if token.type == "heading_open":
                headings.append(self._heading(token, self.tokens[position + 1], line))
                position += 3
                continue
            if not headings:
                self.fail(line, "text before the first heading; put it below a ## heading")
            end = _closing(self.tokens, position)
            self._add_block(headings[-1], self.tokens[position : end + 1], line)
            position = end + 1
        if not headings:
            self.fail(1, "no heading; write at least one '## Title {#id}' with text below it")
        return headings

    def _heading(self, opening: Token, inline: Token, line: int) -> _Heading:
        match = _ATTRIBUTES.search(inline.content)
        if match is None:
            self.fail(line, f"heading {inline.content!r} has no id; end it with {{#some-id}}")
        attributes = self._parse_attributes(match.group(1), line)
        if "id" not in attributes:
            self.fail(line, f"heading {inline.content!r} has no id; add #some-id to its braces")
        if not _ID.match(attributes["id"]):
            self.fail(line, f"id #{attributes['id']} is not lower-case words joined by hyphens")
        title = inline.content[: match.start()].strip()
        if not title:
            self.fail(
                line, f"heading #{attributes['id']} has no title; write one before the braces"
            )
        return _Heading(line, int(opening.tag[1]), title, attributes)

    def _parse_attributes(self, braces: str, line: int) -> dict[str, str]:
        plain = _plain_attributes(braces)
        if plain is not None:
            return plain
        try:
            end, attributes = parse(braces)
        except ParseError:
            end, attributes = -1, {}
        if end != len(braces) - 1:
            self.fail(line, f'attributes {braces[:60]} cannot be read; write {{#id key="value"}}')
        return {str(key): str(value) for key, value in attributes.items()}

    def _add_block(self, heading: _Heading, tokens: list[Token], line: int) -> None:
        kind = tokens[0].type
        if kind == "paragraph_open":
            text = _one_line(tokens[1].content)
            heading.blocks.append(Block("paragraph", tuple(sentences(text, self.language))))
            heading.texts.append(text)
        elif kind in ("bullet_list_open", "ordered_list_open"):
            if sum(token.type.endswith("_list_open") for token in tokens) > 1:
                self.fail(line, "a list within a list; give the inner list a heading of its own")
            if any(token.type not in _ITEM for token in tokens[1:-1]) or _crowded(tokens):
                self.fail(line, "a list item with more than one paragraph; keep it to one")
            items, anchors = [], []
            for inline in (token for token in tokens if token.type == "inline"):
                at = (inline.map[0] if inline.map else line - 1) + 1
                item, anchor = self._item(_one_line(inline.content), at)
                items.append(item)
                anchors.append(anchor)
            heading.blocks.append(Block("list", tuple(items), tuple(anchors)))
            heading.texts.append("\n".join(f"- {item}" for item in items))
        else:
            what = {
                "html_block": "HTML",
                "fence": "a code block",
                "code_block": "a code block",
                "blockquote_open": "a quotation block",
                "hr": "a rule",
            }.get(kind, kind)
            self.fail(line, f"{what} is not allowed; use paragraphs and lists")

    def _item(self, content: str, line: int) -> tuple[str, str]:
        match = _ATTRIBUTES.search(content)
        if match is None:
            return content, ""
        braces = match.group(1)
        anchor = braces[2:-1]
        if not braces.startswith("{#") or not _ID.match(anchor):
            self.fail(line, "a list item may end with {#some-id} and nothing else in braces")
        return content[: match.start()].strip(), anchor

    def _passage(self, heading: _Heading, parent: Passage | None) -> Passage:
        attributes = heading.attributes
        own = {key: value for key, value in attributes.items() if key not in _NOT_FACETS}
        authored = (
            self.authored
            or attributes.get("authored") == "true"
            or (parent is not None and parent.authored)
        )
        return Passage(
            id=f"{self.file.parent.name}/{attributes['id']}",
            language=self.language,
            document=self.file.parent.name,
            document_title=self.document_title,
            path=(*parent.path, parent.title) if parent else (),
            title=heading.title,
            text="\n\n".join(heading.texts),
            blocks=tuple(heading.blocks),
            facets=MappingProxyType({**(parent.facets if parent else {}), **own}),
            source=self.source,
            parent=parent.id if parent else None,
            own_facets=MappingProxyType(own),
            aliases=_split(attributes.get("aliases", "")),
            question=attributes.get("question", ""),
            asked=self.asked.pop(attributes["id"], ()),
            route=attributes.get("route", ""),
            details=MappingProxyType({k: v for k, v in attributes.items() if k in _DETAILS}),
            authored=authored,
        )


def _plain_attributes(braces: str) -> dict[str, str] | None:
    """Read `{#id key="value" key=value}`; None for anything else, which the full parser judges.

    Reading a whole corpus letter by letter would cost half a second of each start.
    """
    found: dict[str, str] = {}
    position, end = 1, len(braces) - 1
    while position < end:
        match = _PLAIN_ATTRIBUTE.match(braces, position, end)
        if match is None:
            return None
        identity, key, quoted, bare = match.groups()
        if (key or "id") in found:
            return None
        found[key or "id"] = identity or (quoted if quoted is not None else bare)
        position = match.end()
    return found


def _crowded(tokens: list[Token]) -> bool:
    """Whether an item of a list holds more than one paragraph."""
    items = sum(token.type == "list_item_open" for token in tokens)
    return sum(token.type == "inline" for token in tokens) != items


def _closing(tokens: list[Token], start: int) -> int:
    """Return the position of the token that closes the block opened at `start`."""
    depth = 0
    for position in range(start, len(tokens)):
        depth += tokens[position].nesting
        if depth == 0:
            return position
    return len(tokens) - 1


def _one_line(content: str) -> str:
    return re.sub(r"\s*\n\s*", " ", content).strip()


def _split(aliases: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split("[;；]", aliases) if part.strip())


_ONLY_MARKS = re.compile(r"[\W_]+\Z")
_OPENING, _CLOSING = "“„«「『（(", "”»」』）)"


def sentences(text: str, language: Language) -> list[str]:
    """Split a paragraph into sentences, which joined (with spaces) give it again.

    A quotation stays whole with the sentence it is quoted in.
    """
    code = "zh" if language.startswith("zh") else language
    found: list[str] = []
    for piece in sentencex.segment(code, text):
        if found and (_open_quote(found[-1]) or _continues(piece)):
            found[-1] += piece
        else:
            found.append(piece)
    return [sentence.strip() for sentence in found if sentence.strip()]


def _continues(piece: str) -> bool:
    """Whether a piece goes on with the sentence before: a comma, a small letter, marks alone."""
    first = piece.lstrip()[:1]
    return first in "，、；：,;:" or first.islower() or _ONLY_MARKS.match(piece) is not None


def _open_quote(text: str) -> bool:
    """Whether a quotation or bracket opened in `text` is still open at its end."""
    counts = Counter(text)
    return sum(counts[mark] for mark in _OPENING) > sum(counts[mark] for mark in _CLOSING)


def figures(text: str) -> list[str]:
    """Return the figures of a text as digits, grouping and decimal marks made equal.

    "10,000", "10 000" and "10.000" are one figure; so are "1.8" and "1,8".
    """
    found = []
    for match in _FIGURE.findall(text):
        parts = re.split(r"[.,\u00a0\u202f ]", match)
        grouped = len(parts) > 1 and all(len(part) == 3 for part in parts[1:])
        found.append("".join(parts) if grouped else ".".join(parts))
    return found


def check_alignment(corpus: Corpus, languages: Iterable[Language] = LANGUAGES) -> list[str]:
    """Compare every language with English: ids, order, facets, points, figures.

    Returns a line per difference, each naming document, language and passage.
    """
    problems: list[str] = []
    english = {passage.id: passage for passage in corpus.passages("en")}
    for language in languages:
        others = {passage.id: passage for passage in corpus.passages(language)}
        problems += [
            f"{language}: {missing} is missing" for missing in english if missing not in others
        ]
        problems += [
            f"{language}: {extra} is not in English" for extra in others if extra not in english
        ]
        common = [identity for identity in english if identity in others]
        if common != [identity for identity in others if identity in english]:
            problems.append(f"{language}: passages stand in another order than in English")
        for identity in common:
            problems += _differences(english[identity], others[identity])
    return problems


def _differences(english: Passage, other: Passage) -> list[str]:
    where = f"{other.language}: {other.id}"
    found = []
    if dict(english.facets) != dict(other.facets):
        found.append(f"{where} has facets {dict(other.facets)}, not {dict(english.facets)}")
    if english.route != other.route:
        found.append(f"{where} has route {other.route!r}, not {english.route!r}")
    if english.authored != other.authored:
        found.append(f"{where} differs in authored")
    if english.parent != other.parent:
        found.append(f"{where} stands below {other.parent}, not {english.parent}")
    shape = [(block.kind, len(block.anchors), block.anchors) for block in english.blocks]
    if shape != [(block.kind, len(block.anchors), block.anchors) for block in other.blocks]:
        found.append(f"{where} has other paragraphs, lists or points than in English")
    ours, theirs = Counter(figures(english.text)), Counter(figures(other.text))
    if ours != theirs:
        found.append(
            f"{where} has figures {sorted(theirs.elements())}, not {sorted(ours.elements())}"
        )
    if bool(english.question) != bool(other.question):
        found.append(f"{where} differs in having a question")
    if len(other.aliases) < min(2, len(english.aliases)):
        found.append(f"{where} has {len(other.aliases)} aliases; give at least two")
    return found
