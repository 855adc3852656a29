"""Who may come in, and what a browser is told to refuse: middleware around the whole server.

It knows nothing of Streamlit: pages, files, uploads and the websocket all pass through it.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "seqlab_door"
OPEN = ("/_stcore/health",)  # for whoever watches the server
ENTER = "/enter"
DAYS = 30  # that one need not enter again
WINDOW = 60.0  # seconds
MOST_EACH, MOST_ALL = 5, 60  # wrong tries in that time, of one address and of all together
MOST_BODY = 4_096  # bytes of the form
PAGE = Path(__file__).with_name("door.html")

# Streamlit and Plotly make scripts, styles and workers of their own in the page; nothing may come
# from, or go to, another host, and no other page may put this one into a frame.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' blob: data:",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=()",
}


class SafeHeaders:
    """Adds `HEADERS` to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class Tries:
    """Counts wrong tries, so that a pass phrase cannot be guessed.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: deque[tuple[float, str]] = deque()  # when, and from which address

    def allowed(self, address: str) -> bool:
        """Whether somebody may try now."""
        start = self._clock() - WINDOW
        while self._wrong and self._wrong[0][0] < start:
            self._wrong.popleft()
        own = sum(who == address for _, who in self._wrong)
        return own < MOST_EACH and len(self._wrong) < MOST_ALL

    def wrong(self, address: str) -> None:
        """Notes a wrong try."""
        self._wrong.append((self._clock(), address))


class Door:
    """Lets nobody in who has not entered the pass phrase; without one, everybody.

    A cookie says that somebody has: its time of expiry, signed with a key that is derived from the
    pass phrase. So it outlives a restart of the server, but not a change of the pass phrase.

    Args:
        app: what is behind the door.
        password: the pass phrase, or `None`.
    """

    def __init__(self, app: ASGIApp, password: str | None) -> None:
        self._app = app
        self._key = None
        if password is not None:
            self._key = hashlib.scrypt(password.encode(), salt=b"seqlab door", n=2**14, r=8, p=1)
        self._tries = Tries()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers it."""
        kind = scope["type"]
        if self._key is None or kind not in ("http", "websocket") or scope["path"] in OPEN:
            await self._app(scope, receive, send)
        elif scope["path"] == ENTER and kind == "http" and scope["method"] == "POST":
            await (await self._enter(Request(scope, receive)))(scope, receive, send)
        elif self._known(Headers(scope=scope).get("cookie", "")):
            await self._app(scope, receive, send)
        elif kind == "websocket":
            await send({"type": "websocket.close", "code": 4401})
        else:
            wants_page = "text/html" in Headers(scope=scope).get("accept", "")
            refused = PlainTextResponse("Enter the pass phrase first.", 401)
            await (_page() if wants_page else refused)(scope, receive, send)

    def _known(self, cookies: str) -> bool:
        try:
            morsel = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        expiry, _, signature = (morsel.value if morsel else "").partition(".")
        right = hmac.compare_digest(signature.encode(), self._signature(expiry).encode())
        return right and expiry.isascii() and expiry.isdigit() and int(expiry) > time.time()

    def _signature(self, expiry: str) -> str:
        assert self._key is not None
        return hmac.new(self._key, expiry.encode(), "sha256").hexdigest()

    async def _enter(self, request: Request) -> Response:
        address = request.client.host if request.client else ""
        if not self._tries.allowed(address):
            return _page("Too many wrong tries. Wait a minute.", 429)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BODY:
                return _page("That is too long for a pass phrase.", 413)
        given = parse_qs(body.decode("utf-8", "replace")).get("password", [""])[0]
        assert self._key is not None
        key = hashlib.scrypt(given.encode(), salt=b"seqlab door", n=2**14, r=8, p=1)
        if not hmac.compare_digest(key, self._key):
            self._tries.wrong(address)
            return _page("That is not the pass phrase.", 401)
        expiry = str(int(time.time()) + 86_400 * DAYS)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            COOKIE,
            f"{expiry}.{self._signature(expiry)}",
            max_age=86_400 * DAYS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer


def _page(problem: str = "", status: int = 401) -> HTMLResponse:
    """The page that asks for the pass phrase; `problem` is one of the sentences above."""
    text = PAGE.read_text("utf-8").replace("<!-- problem -->", problem)
    return HTMLResponse(text, status, {"Cache-Control": "no-store"})
