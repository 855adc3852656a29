"""Scripts and styles go to the browser in gzip, compressed once and not for each visitor.

Streamlit sends its own scripts as they are: it would compress them anew for each request. They
never change while a server runs, so here each is compressed when it is first asked for, and kept:
2.7 MB of a first visit become 0.8.
"""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDERS = ("/static/", "/seqlab/")  # of Streamlit's files and of ours
ENDINGS = (".js", ".css")
UNWANTED = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")


@dataclass(frozen=True)
class Answer:
    """What is sent for a path.

    Attributes:
        headers: of the compressed answer.
        body: in gzip.
    """

    headers: list[tuple[bytes, bytes]]
    body: bytes


class Compressed:
    """Middleware: files that never change in gzip, for browsers that read it.

    A file counts as one that never changes if it is answered with `Cache-Control: immutable`. What
    is kept is bounded by the files that there are: an address is known by its path alone.

    Args:
        app: what serves the files.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[str, Answer] = {}
        self._packing: dict[str, asyncio.Task[Answer]] = {}  # several may ask for a path at once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers it with what was kept."""
        if not _wanted(scope):
            await self._app(scope, receive, send)
            return
        answer = self._kept.get(scope["path"]) or await self._ask(scope, receive, send)
        if answer is not None:
            start = {"type": "http.response.start", "status": 200, "headers": answer.headers}
            await send(start)
            await send({"type": "http.response.body", "body": answer.body})

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> Answer | None:
        """The compressed file; `None` if the answer was another one and has been sent, or ended."""
        start: Message | None = None
        body, whole = bytearray(), False

        async def collect(message: Message) -> None:
            nonlocal start, whole
            if message["type"] == "http.response.start" and _never_changes(message):
                start = message
            elif start is None:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                whole = not message.get("more_body")

        plain = [pair for pair in scope["headers"] if pair[0] not in UNWANTED]
        await self._app({**scope, "headers": plain}, receive, collect)
        # An answer ends early when its visitor goes: a part must not be kept for all who come.
        if start is None or not whole or not _is_whole(start, len(body)):
            return None
        path = scope["path"]
        if path in self._kept:  # by another request in the meantime
            return self._kept[path]
        if path not in self._packing:
            self._packing[path] = asyncio.create_task(self._pack(path, start, bytes(body)))
        return await asyncio.shield(self._packing[path])  # others wait, if this visitor goes

    async def _pack(self, path: str, start: Message, body: bytes) -> Answer:
        """Compresses a file and keeps it."""
        try:
            packed = await asyncio.to_thread(gzip.compress, body, 9, mtime=0)
        finally:
            del self._packing[path]
        headers = MutableHeaders(raw=list(start["headers"]))
        del headers["etag"]  # it is that of the file as it is
        headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(packed))
        headers["vary"] = "Accept-Encoding"
        answer = self._kept[path] = Answer(headers.raw, packed)
        return answer


def _wanted(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    path = scope["path"]
    if not path.endswith(ENDINGS) or not any(folder in path for folder in FOLDERS):
        return False
    return reads_gzip(Headers(scope=scope).get("accept-encoding", ""))


def reads_gzip(accepted: str) -> bool:
    """Whether a header `Accept-Encoding` names gzip, and not with the weight 0, which forbids it.

    Example:
        >>> reads_gzip("br;q=1.0, gzip;q=0.5"), reads_gzip("gzip;q=0, br")
        (True, False)
    """
    for choice in accepted.split(","):
        name, _, weight = choice.replace(" ", "").lower().partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


def _is_whole(start: Message, length: int) -> bool:
    return Headers(raw=start["headers"]).get("content-length", f"{length}") == f"{length}"


def _never_changes(start: Message) -> bool:
    cache = Headers(raw=start["headers"]).get("cache-control", "")
    return start["status"] == 200 and "immutable" in cache
