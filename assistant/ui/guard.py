"""What stands between the site and a browser: security headers, and the page's language.

The content security policy lets a page talk to nothing but its own server, so
that no image, form or script in any text can carry data away. Gradio takes the
words of its own buttons from `navigator.language`; a page in Hungarian shows them
in Hungarian only if that says so before Gradio starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from assistant.types import LANGUAGES

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_BROWSER_LANGUAGE = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}


class Guard:
    """ASGI middleware; streams everything but the start page of a language, untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        language = scope["path"].strip("/")
        page = _Page(send, language) if language in LANGUAGES else None

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await (page.send(message) if page else send(message))

        await self._app(scope, receive, guarded)


class _Page:
    """Holds an HTML page back until it is whole, and tells it its language."""

    def __init__(self, send: Send, language: str) -> None:
        self._send = send
        self._language = language
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body") or self._start is None:
            return
        headers = MutableHeaders(scope=self._start)
        if headers.get("content-type", "").startswith("text/html"):
            self._body = in_language(self._body, self._language)
            headers["Content-Length"] = str(len(self._body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": self._body})


def in_language(page: bytes, language: str) -> bytes:
    """Return a page that says, before any script runs, which language it is in."""
    code = _BROWSER_LANGUAGE.get(language, language)
    script = (
        f"<script>for(const [k,v] of [['language','{code}'],['languages',['{code}']]])"
        "Object.defineProperty(navigator,k,{get:()=>v});"
        "(root=>{const keep=()=>{if(root.lang!=='%s')root.lang='%s'};keep();"
        "new MutationObserver(keep).observe(root,{attributes:true,attributeFilter:['lang']})"
        "})(document.documentElement)</script>".replace("%s", language)
    )
    return page.replace(b"<head>", b"<head>" + script.encode(), 1)
