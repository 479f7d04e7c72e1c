"""The Gradio pages, each built when somebody first asks for its language.

Building one takes a quarter of a second, six of them a fifth of the whole start;
most sites are read in one or two languages.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from assistant.types import LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import gradio as gr
    from starlette.types import ASGIApp, Receive, Scope, Send

_SESSIONS = 500


class Pages:
    """An ASGI app that serves /<language>/… and opens each language at its first request.

    Args:
        build: makes the page of a language.
    """

    def __init__(self, build: Callable[[Language], gr.Blocks]) -> None:
        self._build = build
        self._open: dict[str, ASGIApp] = {}
        self._opening = asyncio.Lock()
        self._closing = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = scope["path"].split("/")[1] if scope["type"] == "http" else ""
        language = next((code for code in LANGUAGES if code == first), None)
        if language is None:
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
            return
        async with self._opening:
            if language not in self._open:
                app = self._mounted(language)
                await self._closing.enter_async_context(app.router.lifespan_context(app))
                self._open[language] = app
        await self._open[language](scope, receive, send)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Close, with the site, whatever was opened."""
        async with self._closing:
            yield

    def _mounted(self, language: Language) -> FastAPI:
        import gradio as gr

        from assistant.ui.theme import HEAD, theme

        page = self._build(language)
        page.state_session_capacity = _SESSIONS
        page.queue(default_concurrency_limit=4, max_size=200)
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        gr.mount_gradio_app(
            app,
            page,
            path=f"/{language}",
            theme=theme(),
            head=HEAD,
            footer_links=[],
            run_history=False,
            ssr_mode=False,
            show_error=False,
        )
        return app
