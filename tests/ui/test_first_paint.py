"""The head of the page, and nothing else, is changed on its way to the browser."""

import gzip
import re

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from seqlab.ui.server.first_paint import STYLE, WIDGETS, FirstPaint, head, preloads
from seqlab.workshop.handles import MENUS
from tests.ui.asgi import ask, body_of

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
    raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    sent = ask(app, {"type": "http", "method": "GET", "path": path, "headers": raw})
    answered = Headers(raw=sent[0]["headers"])
    body = body_of(sent)
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
    assert '<script async src="/seqlab/plotly.min.js?v=1"' in text
    assert ".st-key-playground" in text


def test_what_widgets_import_is_asked_for_once_and_what_the_page_asks_for_is_not(tmp_path):
    scripts = tmp_path / "static" / "js"
    scripts.mkdir(parents=True)
    (tmp_path / "index.html").write_text('<link href="./static/js/base.1.js">')
    (scripts / "Button.2.js").write_text('import{a}from"./base.1.js";import"./shared.3.js";')
    (scripts / "Slider.4.js").write_text('import{b}from"./shared.3.js";import("./later.5.js")')
    (scripts / "shared.3.js").write_text('import{c}from"./deep.6.js";')
    (scripts / "deep.6.js").write_text("export const c = 1")
    names = re.findall(r'href="\./static/js/([^"]+)"', preloads(tmp_path))
    assert names == ["Button.2.js", "Slider.4.js", "shared.3.js", "deep.6.js"]


def test_the_widgets_of_the_installed_streamlit_are_found():
    for name in WIDGETS:
        assert f'href="./static/js/{name}.' in preloads()


def test_the_style_names_keys_in_full():
    """A part of a class costs milliseconds with each click; so each of the layers has its line."""
    style = STYLE.read_text("utf-8")
    assert not re.search(r"\[class.?=", style)
    for menu in MENUS:
        assert f".st-key-{menu}" in style
        assert f".st-key-{menu.replace('more', 'changed')}" in style
