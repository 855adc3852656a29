"""The pass phrase and the headers, spoken to as a server speaks to an application."""

from urllib.parse import urlencode

import pytest

from seqlab.ui.server import door
from seqlab.ui.server.door import COOKIE, Door, SafeHeaders, Tries
from tests.clock import Skipping
from tests.ui import asgi

SECRET = "open sesame"


async def inside(scope, receive, send):
    """What is behind the door."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


def ask(app, path="/", method="GET", cookie="", body=b"", kind="http", client="10.0.0.1"):
    """The messages that an application sends back."""
    headers = [(b"accept", b"text/html")] if method == "GET" else []
    headers += [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": kind, "path": path, "method": method, "headers": headers, "scheme": "http"}
    scope |= {"client": (client, 1), "server": ("here", 80), "root_path": ""}
    return asgi.ask(app, scope, body)


def status(sent):
    return sent[0]["status"]


def enter(app, password, **more):
    body = urlencode({"password": password}).encode()
    return ask(app, "/enter", "POST", body=body, **more)


def cookie_of(sent):
    headers = dict(sent[0]["headers"])
    return headers[b"set-cookie"].decode()


def test_without_a_pass_phrase_everybody_comes_in():
    assert status(ask(Door(inside, None))) == 200
    assert ask(Door(inside, None), kind="websocket")[0]["type"] == "websocket.accept"


@pytest.mark.parametrize("path", ["/", "/runs", "/_stcore/host-config", "/media/x.csv"])
def test_nobody_comes_in_without_it(path):
    sent = ask(Door(inside, SECRET), path)
    assert status(sent) == 401
    assert b"Pass phrase" in sent[1]["body"]


def test_nor_by_the_websocket_nor_by_an_upload():
    app = Door(inside, SECRET)
    assert ask(app, "/_stcore/stream", kind="websocket")[0]["type"] == "websocket.close"
    assert status(ask(app, "/_stcore/upload_file/a/b", "PUT")) == 401
    assert status(ask(app, "/_stcore/health")) == 200


def test_who_enters_it_comes_in_and_stays_in_after_a_restart():
    sent = enter(Door(inside, SECRET), SECRET)
    assert status(sent) == 303
    cookie = cookie_of(sent)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    mine = cookie.partition(";")[0]
    again = Door(inside, SECRET)  # a server that was started anew
    assert status(ask(again, cookie=mine)) == 200
    assert ask(again, cookie=mine, kind="websocket")[0]["type"] == "websocket.accept"
    assert status(ask(Door(inside, "another phrase"), cookie=mine)) == 401


def test_a_cookie_that_was_made_up_or_has_expired_is_none(monkeypatch):
    app = Door(inside, SECRET)
    expiry, _, signature = cookie_of(enter(app, SECRET)).partition(";")[0].partition(".")
    later = f"{int(expiry.partition('=')[2]) + 1}"
    for made_up in (f"{later}.{signature}", f"{later}.", ".", "x.y", "é.é", ""):
        assert status(ask(app, cookie=f"{COOKIE}={made_up}")) == 401
    monkeypatch.setattr(door.time, "time", lambda: int(later) + 1)
    assert status(ask(app, cookie=f"{expiry}.{signature}")) == 401


def test_it_cannot_be_guessed():
    app = Door(inside, SECRET)
    for _ in range(door.MOST_EACH):
        assert status(enter(app, "a guess")) == 401
    refused = enter(app, SECRET)  # the right one, too: nobody learns which it was
    assert status(refused) == 429
    assert b"Wait a minute" in refused[1]["body"]
    assert status(enter(app, SECRET, client="10.0.0.2")) == 303


def test_tries_are_forgotten_and_counted_over_all_addresses():
    clock = Skipping()
    tries = Tries(clock.monotonic)
    for i in range(door.MOST_ALL):
        assert tries.allowed(f"{i}")
        tries.wrong(f"{i}")
    assert not tries.allowed("another")
    clock.skipped = door.WINDOW + 1
    assert tries.allowed("another")


def test_a_flood_is_not_read():
    assert status(ask(Door(inside, SECRET), "/enter", "POST", body=b"x" * 10_000)) == 413


def test_every_answer_has_the_headers():
    headers = dict(ask(SafeHeaders(inside))[0]["headers"])
    policy = headers[b"content-security-policy"].decode()
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"x-frame-options"] == b"DENY"
    assert b"content-security-policy" in dict(ask(SafeHeaders(Door(inside, SECRET)))[0]["headers"])
