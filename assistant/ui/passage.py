"""A passage as HTML: for the panel beside an answer, and as a page of its own.

Also the frame of such plain pages, which the glossary shares.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from html import escape

from markdown_it import MarkdownIt

from assistant.messages import message
from assistant.types import LANGUAGES, Language, Passage

_INLINE = MarkdownIt("commonmark", {"html": False}).disable(["image", "link", "autolink"])
_NO_QUOTE: range = range(0)


def passage_address(passage: Passage, quote: str) -> str:
    """Return the address of a passage in its language, with the quoted statements marked."""
    starts: list[int] = []
    for statement in passage.statements:
        after = starts[-1] + len(passage.statements[len(starts) - 1]) if starts else 0
        starts.append(passage.text.index(statement, after))
    ends = {at + len(s) for at, s in zip(starts, passage.statements, strict=True)}
    found = [at for at in starts if passage.text.startswith(quote, at)]
    span = ""
    if found:
        first = next((at for at in found if at + len(quote) in ends), found[0])
        marked = [n for n, at in enumerate(starts) if first <= at < first + len(quote)]
        span = f"?from={marked[0]}&to={marked[-1]}"
    return f"/{passage.language}/passages/{passage.id}{span}"


def passage_fragment(
    passage: Passage, others: Sequence[Language], quoted: Container[int] = _NO_QUOTE
) -> str:
    """Render a passage, its source, and links to it in the other languages.

    Args:
        passage: what to show.
        others: the other languages that it exists in.
        quoted: positions of the statements to mark.
    """
    language = passage.language
    crumbs = " › ".join(escape(part) for part in (passage.document_title, *passage.path))
    links = "".join(
        f'<a href="/{code}/passages/{passage.id}" hreflang="{code}" lang="{code}" '
        f"data-passage>{escape(message('language_name', code))}</a>"
        for code in others
    )
    note = f'<p class="cx-note">{escape(message("source_authored", language))}</p>'
    return (
        f'<article class="cx-passage" lang="{language}">'
        f'<p class="cx-crumbs">{crumbs}</p><h2>{escape(passage.title)}</h2>'
        f"{_blocks(passage, quoted)}"
        f'<p class="cx-from">{escape(message("source_from", language, source=passage.source))}</p>'
        f"{note if passage.authored else ''}"
        f'<nav class="cx-variants" aria-label="{escape(message("in_other_languages", language))}">'
        f"<span>{escape(message('in_other_languages', language))}</span>{links}</nav></article>"
    )


def passage_page(
    passage: Passage, others: Sequence[Language], quoted: Container[int] = _NO_QUOTE
) -> str:
    """Render a passage as a page that can be shared."""
    return _page(passage.language, passage.title, passage_fragment(passage, others, quoted))


def missing_page(language: Language) -> str:
    """Say that there is no such passage, and where to go instead."""
    text = message("no_passage", language)
    return _page(
        language, message("source_panel", language), f"<article><p>{escape(text)}</p></article>"
    )


def plain_page(
    language: Language,
    title: str,
    main: str,
    *,
    beside: str = "",
    here: str = "",
    scripts: Sequence[str] = (),
    styles: Sequence[str] = (),
) -> str:
    """Put the frame of a page that needs no Gradio around its content.

    Args:
        language: of the page.
        title: for the browser's tab.
        main: the `<main>` element.
        beside: HTML at the end of the header.
        here: the page itself, where its header links to it: "plan" or "glossary".
        scripts: names of files in assets; those that end in .mjs are modules.
        styles: names of files in assets beside site.css.
    """
    name = escape(message("title", language))
    loaded = "".join(
        f'<script src="/assets/{script}" {"type=module" if script.endswith(".mjs") else "defer"}>'
        "</script>"
        for script in scripts
    )
    looks = "".join(f'<link rel="stylesheet" href="/assets/{style}">' for style in styles)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)} · {name}</title>"
        '<link rel="icon" href="/assets/icon.svg"><link rel="stylesheet" href="/assets/site.css">'
        f'{looks}{loaded}</head><body class="cx-page"><header>'
        f'<a class="cx-home" href="/{language}/">{name}</a>{page_links(language, here)}{beside}'
        f"</header>{main}</body></html>"
    )


def page_links(language: Language, here: str = "") -> str:
    """Render the links to the plan and the glossary, `here` being the page they stand on."""
    return "".join(
        f'<a class="cx-to-{page}" href="/{language}/{page}"'
        f"{' aria-current=page' if page == here else ''}>{escape(message(key, language))}</a>"
        for page, key in (("plan", "plan_page_nav"), ("glossary", "glossary"))
    )


def language_links(language: Language, path: str = "") -> str:
    """Render the switch between the languages of a page, `path` being what follows each."""
    links = "".join(
        f'<a href="/{code}/{path}" hreflang="{code}" lang="{code}"'
        f"{' aria-current=page' if code == language else ''}>"
        f"{escape(message('language_name', code))}</a>"
        for code in LANGUAGES
    )
    return f'<nav aria-label="{escape(message("choose_language", language))}">{links}</nav>'


def inline(statement: str) -> str:
    """Render a statement's emphasis; whatever else it holds stays text."""
    return str(_INLINE.renderInline(statement))


def _page(language: Language, title: str, body: str) -> str:
    back = escape(message("back_to_chat", language))
    return plain_page(
        language,
        title,
        f'<main>{body}<p><a class="cx-back" href="/{language}/">{back}</a></p></main>',
    )


def _blocks(passage: Passage, quoted: Container[int]) -> str:
    html, position = [], 0
    gap = "" if passage.language.startswith("zh") else " "
    for block in passage.blocks:
        parts = []
        for statement in block.statements:
            text = inline(statement)
            parts.append(f"<mark>{text}</mark>" if position in quoted else text)
            position += 1
        if block.kind == "paragraph":
            html.append(f"<p>{gap.join(parts)}</p>")
        else:
            html.append("<ul>" + "".join(f"<li>{part}</li>" for part in parts) + "</ul>")
    return "".join(html)
