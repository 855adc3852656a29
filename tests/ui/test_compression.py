"""Files that never change reach the browser in gzip, and are compressed once."""

import asyncio
import gzip
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from seqlab.ui.server import compression
from seqlab.ui.server.compression import Compressed
from tests.ui.apart import apart
from tests.ui.asgi import ask, body_of

SCRIPT = "const answer = 42\n" * 200
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": '"as it is"'}


class Server:
    """The middleware in front of an app that counts what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        app = Starlette(
            routes=[
                Route("/static/js/a.js", self._answer(FOR_EVER)),
                Route("/static/js/changes.js", self._answer({"Cache-Control": "no-cache"})),
                Route("/media/a.js", self._answer(FOR_EVER)),
                Route("/static/gone.js", lambda _: PlainTextResponse("Not Found", 404, FOR_EVER)),
            ]
        )
        self.app = Compressed(app)

    def _answer(self, headers):
        def answer(request) -> Response:
            self.asked.append(request.url.path)
            return Response(SCRIPT, media_type="text/javascript", headers=headers)

        return answer

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Headers, bytes]:
        raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
        sent = ask(self.app, {"type": "http", "method": method, "path": path, "headers": raw})
        return sent[0]["status"], Headers(raw=sent[0]["headers"]), body_of(sent)


@pytest.fixture
def server():
    return Server()


def test_a_script_is_compressed_when_it_is_first_asked_for_and_kept(server):
    for _ in range(3):
        status, headers, body = server.get("/static/js/a.js", accept_encoding="br, gzip")
        assert status == 200
        assert gzip.decompress(body).decode() == SCRIPT
        assert int(headers["content-length"]) == len(body) < len(SCRIPT) / 10
        assert headers["content-encoding"] == "gzip"
        assert headers["vary"] == "Accept-Encoding"
        assert headers["cache-control"] == FOR_EVER["Cache-Control"]
        assert "etag" not in headers  # it would be that of the file as it is
    assert server.asked == ["/static/js/a.js"]


@pytest.mark.parametrize("last", [{"more_body": True}, {}])
def test_an_answer_that_ended_early_is_not_kept(last):
    """As when a visitor goes while a file is read: the others would get its beginning for ever."""
    length = {"content-length": str(len(SCRIPT))}
    headers = [(k.lower().encode(), v.encode()) for k, v in (FOR_EVER | length).items()]
    parts = iter([SCRIPT[:100], SCRIPT])

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        part = next(parts).encode()
        await send({"type": "http.response.body", "body": part, **last})

    asked = Compressed(app)
    scope = {"type": "http", "method": "GET", "path": "/static/js/a.js"}
    scope["headers"] = [(b"accept-encoding", b"gzip")]
    assert ask(asked, scope) == []
    parts = iter([SCRIPT])
    last = {}
    assert gzip.decompress(body_of(ask(asked, scope))).decode() == SCRIPT


def test_those_who_ask_at_once_share_one_compression(monkeypatch):
    packed = []

    def compress(data, *args, **named):
        packed.append(data)
        return gzip.compress(data, *args, **named)

    monkeypatch.setattr(compression, "gzip", SimpleNamespace(compress=compress))
    server = Server()
    scope = {"type": "http", "method": "GET", "path": "/static/js/a.js", "query_string": b""}
    scope["headers"] = [(b"accept-encoding", b"gzip")]
    bodies = []

    async def send(message):
        bodies.append(message.get("body", b""))

    async def all_at_once():
        await asyncio.gather(*(server.app(scope, None, send) for _ in range(4)))

    apart(all_at_once())
    assert packed == [SCRIPT.encode()]
    assert [gzip.decompress(body).decode() for body in bodies if body] == 4 * [SCRIPT]


def test_a_part_that_was_asked_for_is_never_kept_as_the_whole(server):
    _, _, body = server.get("/static/js/a.js", accept_encoding="gzip", range="bytes=0-9")
    assert gzip.decompress(body).decode() == SCRIPT


@pytest.mark.parametrize(
    ("path", "method", "encoding"),
    [
        ("/static/js/a.js", "GET", "identity"),
        ("/static/js/a.js", "GET", "br, gzip;q=0"),
        ("/static/js/a.js", "HEAD", "gzip"),
        ("/static/js/changes.js", "GET", "gzip"),
        ("/media/a.js", "GET", "gzip"),
    ],
)
def test_anything_else_is_sent_as_it_is(server, path, method, encoding):
    for _ in range(2):
        status, headers, body = server.get(path, method, accept_encoding=encoding)
        assert status == 200
        assert "content-encoding" not in headers
        assert body.decode() == SCRIPT
    assert server.asked == [path, path]


def test_what_is_not_there_stays_not_there(server):
    status, headers, body = server.get("/static/gone.js", accept_encoding="gzip")
    assert (status, body) == (404, b"Not Found")
    assert "content-encoding" not in headers
