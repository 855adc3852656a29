"""What a browser must know before it draws anything: our styles, and that Plotly will be needed.

Streamlit can only send styles with the page's first parts, which then move when the styles arrive.
Here they stand in the head of the one HTML file that Streamlit serves.
"""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STYLE = Path(__file__).parents[1] / "style.css"
END = b"</head>"
UNWANTED = (b"accept-encoding", b"if-none-match", b"if-modified-since")


def head(script: str) -> bytes:
    """Styles, and the address of a script to load early, as the last lines of a head."""
    # Nested, so that they outweigh Streamlit's own, which come later.
    style = f"<style>html body {{ {STYLE.read_text('utf-8')} }}</style>"
    return f'<link rel="preload" as="script" href="{script}">{style}'.encode()


class FirstPaint:
    """Middleware: puts something into the head of each HTML page.

    Args:
        app: what serves the pages.
        head: HTML as bytes, see `head`.
    """

    def __init__(self, app: ASGIApp, head: bytes) -> None:
        self._app = app
        self._head = head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; an HTML page that comes back is changed."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        # A compressed page could not be changed; it is small. And what a browser has kept may have
        # another head than ours, though Streamlit's own page is still the same.
        plain = [pair for pair in scope["headers"] if pair[0] not in UNWANTED]
        start: Message | None = None
        body = b""

        async def changed(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if not kind.startswith("text/html"):
                    await send(message)
                    return
                start = message
            elif start is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                page = body.replace(END, self._head + END, 1)
                headers = MutableHeaders(scope=start)
                for name in ("etag", "last-modified"):
                    if name in headers:
                        del headers[name]
                if "content-length" in headers:
                    headers["content-length"] = str(len(page))
                await send(start)
                await send({**message, "body": page})

        await self._app({**scope, "headers": plain}, receive, changed)
