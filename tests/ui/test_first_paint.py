"""The head of the page, and nothing else, is changed on its way to the browser."""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from seqlab.ui.server.first_paint import FirstPaint, head

PAGE = "<html><head><title>t</title></head><body>" + "x" * 2000 + "</body></html>"


def get(path: str, **headers: str) -> tuple[Headers, str]:
    """What an app with compression answers behind the middleware."""
    app = Starlette(
        routes=[
            Route("/", lambda _: HTMLResponse(PAGE, headers={"etag": '"streamlit"'})),
            Route("/text", lambda _: PlainTextResponse("</head>")),
        ],
        middleware=[
            Middleware(FirstPaint, head=b"<style>p{}</style>"),
            Middleware(GZipMiddleware, minimum_size=10),
        ],
    )
    sent: list[dict] = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": raw, "query_string": b""}
    with ThreadPoolExecutor(1) as thread:  # Playwright may have an event loop in this one
        thread.submit(asyncio.run, app(scope, receive, send)).result()
    answered = Headers(raw=sent[0]["headers"])
    body = b"".join(message.get("body", b"") for message in sent[1:])
    if answered.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    else:
        assert int(answered["content-length"]) == len(body)
    return answered, body.decode()


def test_a_page_gets_it_into_its_head_though_pages_are_compressed():
    headers, text = get("/", accept="text/html", accept_encoding="gzip")
    assert "etag" not in headers  # it would be that of a page with another head
    assert text == PAGE.replace("</head>", "<style>p{}</style></head>")


def test_anything_else_stays_as_it_is():
    assert get("/text", accept="text/html")[1] == "</head>"
    headers, text = get("/", accept="*/*", accept_encoding="gzip")
    assert text == PAGE
    assert headers["content-encoding"] == "gzip"


def test_the_head_holds_our_styles_and_the_address_of_plotly():
    text = head("/seqlab/plotly.min.js?v=1").decode()
    assert 'rel="preload" as="script" href="/seqlab/plotly.min.js?v=1"' in text
    assert ".st-key-playground" in text
