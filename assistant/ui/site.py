"""The site: a page per language, passages by address, glossary, plan, assets, and its guard."""

from __future__ import annotations

import gc
import os
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from assistant.settings import Settings
from assistant.types import LANGUAGES, Language
from assistant.ui.glossary import glossary_page
from assistant.ui.guard import Guard
from assistant.ui.pages import Pages
from assistant.ui.passage import missing_page, passage_fragment, passage_page
from assistant.ui.plan import plan_routes

if TYPE_CHECKING:
    from assistant.conversation import Assistant
    from assistant.storage import Storage

ASSETS = Path(__file__).resolve().parent / "assets"
_PATIENCE = 2


def build_site(assistant: Assistant, storage: Storage) -> FastAPI:
    """Build the whole site around an opened assistant."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from assistant.ui.chat import chat_page

    pages = Pages(partial(chat_page, assistant, storage))
    site = FastAPI(
        title="CX Assistant",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=pages.lifespan,
    )
    site.router.default = pages

    @site.get("/")
    def start(request: Request) -> RedirectResponse:
        preferred = request.headers.get("accept-language", "")
        return RedirectResponse(f"/{preferred_language(preferred, assistant.settings.language)}/")

    @site.get("/{language}/passages/{document}/{heading}", response_class=HTMLResponse)
    def passage(
        language: Language,
        document: str,
        heading: str,
        first: int = Query(default=-1, alias="from"),
        last: int = Query(default=-1, alias="to"),
        *,
        fragment: bool = False,
    ) -> HTMLResponse:
        found = assistant.corpus.get(f"{document}/{heading}", language)
        if found is None:
            return HTMLResponse(missing_page(language), status_code=404)
        others = [code for code in assistant.corpus.variants(found.id) if code != language]
        render = passage_fragment if fragment else passage_page
        return HTMLResponse(render(found, others, range(first, last + 1)))

    @cache
    def glossary_of(language: Language) -> str:
        return glossary_page(assistant.glossary, assistant.corpus, language)

    @site.get("/{language}/glossary", response_class=HTMLResponse)
    def glossary(language: Language) -> HTMLResponse:
        return HTMLResponse(glossary_of(language))

    site.include_router(plan_routes(assistant, storage))

    @site.get("/favicon.ico", include_in_schema=False)
    def favicon() -> FileResponse:
        return FileResponse(ASSETS / "icon.svg", media_type="image/svg+xml")

    site.mount("/assets", StaticFiles(directory=ASSETS), name="assets")
    site.add_middleware(Guard)
    return site


def preferred_language(header: str, fallback: Language) -> Language:
    """Return the language of ours that an Accept-Language header asks for most."""
    wishes: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.partition(";")
        quality = weight.strip().removeprefix("q=") or "1"
        try:
            wishes.append((-float(quality), tag.strip().casefold()))
        except ValueError:
            continue
    for _, tag in sorted(wishes, key=lambda wish: wish[0]):
        if tag.startswith("zh"):
            parts = tag.split("-")
            traditional = any(part in parts for part in ("hant", "tw", "hk", "mo"))
            return "zh-Hant" if traditional and "hans" not in parts else "zh-Hans"
        for language in LANGUAGES:
            if tag.split("-")[0] == language:
                return language
    return fallback


def serve(settings: Settings) -> None:
    """Open the assistant, then serve the site until it is interrupted."""
    import uvicorn
    from rich.console import Console

    from assistant.conversation import Assistant
    from assistant.storage import Storage

    console = Console(stderr=True)
    # What is made while starting stays; looking for garbage in it costs a third of the start.
    gc.disable()
    with console.status("Opening the corpus and its index …") as status:
        assistant = Assistant.open(
            settings,
            progress=lambda done, total: status.update(f"Indexing: {done} of {total} passages …"),
        )
        site = build_site(assistant, Storage(settings.database_url))
    gc.freeze()
    gc.enable()
    console.print(f"CX Assistant: http://{settings.host}:{settings.port}/  (Ctrl+C stops it)")
    uvicorn.run(
        site,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=_PATIENCE,
    )
