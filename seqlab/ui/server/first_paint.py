"""What a browser must know before it draws anything: our styles, Plotly, and Streamlit's widgets.

Streamlit can only send styles with the page's first parts, which then move when the styles arrive.
Here they stand in the head of the one HTML file that Streamlit serves. The scripts of its widgets
would be asked for only when the first of them has arrived; here while the server is still at work.
"""

from __future__ import annotations

import re
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STYLE = Path(__file__).parents[1] / "style.css"
END = b"</head>"
STATIC = Path(streamlit.__file__).parent / "static"
WIDGETS = ("BidiComponent", "Button", "Checkbox", "Html", "NumberInput", "Selectbox", "Slider")
_IMPORT = re.compile(r'(?:from|import)"\./([\w.$-]+\.js)"')
# What scrolls and may hold nothing but words, popovers and code, is reached by Tab and scrolled by
# the arrows. Streamlit has no setting for that, and not every browser does it by itself.
SCROLLED = """<script>
new MutationObserver(() => {
  const scrolled = ":is([data-testid=stPopoverBody], pre):not([tabindex])"
  for (const each of document.querySelectorAll(scrolled)) each.tabIndex = 0
}).observe(document, { childList: true, subtree: true })
</script>"""
UNWANTED = (b"accept-encoding", b"if-none-match", b"if-modified-since")


def preloads(static: Path = STATIC) -> str:
    """Links to the scripts of the playground's widgets, with all that they import.

    Args:
        static: Streamlit's folder with `index.html`, which has links to its first scripts.
    """
    page, scripts = (static / "index.html").read_text("utf-8"), static / "static" / "js"
    ahead = [path.name for name in WIDGETS for path in sorted(scripts.glob(f"{name}.*.js"))]
    modules: list[str] = []
    while ahead:
        name = ahead.pop(0)
        if name not in page and name not in modules:
            modules.append(name)
            ahead += _IMPORT.findall((scripts / name).read_text("utf-8"))
    address = "./static/js/"  # as in `index.html`
    return "".join(f'<link rel="modulepreload" crossorigin href="{address}{n}">' for n in modules)


def head(script: str) -> bytes:
    """Styles, and scripts to fetch while the page waits for the server, as the end of a head."""
    # Nested, so that they outweigh Streamlit's own, which come later.
    style = f"<style>html body {{ {STYLE.read_text('utf-8')} }}</style>"
    # `chart.js` asks whether it is there yet.
    handlers = 'onload="this.dataset.loaded = 1" onerror="this.remove()"'
    return (
        f'<script async src="{script}" {handlers}></script>{SCROLLED}{preloads()}{style}'.encode()
    )


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
