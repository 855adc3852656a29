"""A random visitor: does to the pages what a person at a browser could do, and notes the answers.

It presses only what is drawn and enabled, keeps its cookies, uploads by the way of the browser,
and comes back when the connection was lost.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import random
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState, UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.bench.soak.files import FILES
from tests.ui.visitor import Visitor

PATIENCE = 60.0  # seconds after which an action counts as never answered
AWAY = 1.0  # seconds between two tries to reach a server that is away
FAILED = "This part of the page failed"
# What is trained is kept small, so that many runs are begun and ended: the store, the pool and the
# pages are soaked here, not the engine.
LARGEST = {"epochs": 400, "window": 60, "layers": 2, "steps": 6, "batch_size": 256}
LARGEST |= {f"units_{layer}": 48 for layer in range(4)}


@dataclass
class Diary:
    """What one visitor, or all of them, saw.

    Attributes:
        runs: ids of the runs that a page named after Train was pressed.
        seconds: that each kind of action took to be answered.
        unanswered: actions without an answer, while the server was there.
        errors: exceptions and failed parts that were shown.
        lost: connections that were lost.
    """

    runs: set[str] = field(default_factory=set)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lost: int = 0

    def note(self, action: str, seconds: float) -> None:
        """Adds the time of one action."""
        self.seconds.setdefault(action, []).append(seconds)


class Tab(Visitor):
    """One tab of a browser.

    Args:
        port: of the server.
        query: of the address that is opened.
        cookies: of the browser that it belongs to.
    """

    def __init__(self, port: int, query: str, cookies: http.cookiejar.CookieJar) -> None:
        super().__init__(port, query, cookies)
        self._urls: asyncio.Queue[Any] = asyncio.Queue()
        self._session = ""
        self.closed = asyncio.Event()

    async def _read(self) -> None:
        with suppress(websockets.ConnectionClosed):
            await self._read_all()
        self.closed.set()
        self._answered.set()

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "file_urls_response":
                self._urls.put_nowait(message.file_urls_response.file_urls)
            case "new_session" if not message.metadata.run.fragment_ids:
                self._session = message.new_session.initialize.session_id
        super()._take(message)

    def _draw(self, message: ForwardMsg) -> None:
        super()._draw(message)
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        content = getattr(element, kind) if kind else None
        if kind == "alert" and FAILED in content.body:
            self.errors.append(content.body)

    async def set(self, key: str, draw: random.Random) -> float:
        """Gives a drawn widget a random value that its limits allow."""
        kind, content = self.drawn[key]
        state = WidgetState(id=content.id)
        if kind == "number_input":
            low = content.min if content.has_min else 0.0
            high = min(content.max if content.has_max else 1e3, LARGEST.get(key, 1e3))
            if content.data_type == content.INT:
                state.double_value = draw.randint(int(low), max(int(high), int(low)))
            else:
                state.double_value = max(low, min(high, 10 ** draw.uniform(-4, 0)))
        elif kind == "selectbox":
            state.string_value = draw.choice(list(content.options))
        else:
            state.bool_value = draw.random() < 0.5
        self._widgets[state.id] = state
        return await self._rerun()

    async def upload(self, name: str, content: bytes) -> float:
        """Uploads a file as the browser does: asks for an address, puts it there, says so."""
        begin = time.perf_counter()
        message = BackMsg()
        message.file_urls_request.request_id = "soak"
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self._session
        await self._socket.send(message.SerializeToString())
        (place,) = await asyncio.wait_for(self._urls.get(), PATIENCE)
        await asyncio.to_thread(self._put, place.upload_url, name, content)
        info = UploadedFileInfo(name=name, size=len(content), file_id=place.file_id)
        info.file_urls.CopyFrom(place)
        state = WidgetState(id=self.drawn["upload"][1].id)
        state.file_uploader_state_value.CopyFrom(FileUploaderState(uploaded_file_info=[info]))
        self._widgets[state.id] = state
        await self._rerun()
        return time.perf_counter() - begin

    def _put(self, path: str, name: str, content: bytes) -> None:
        token = next((c.value for c in self._cookies if c.name == "_streamlit_xsrf"), "") or ""
        edge = "soak-part"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}", "X-Xsrftoken": token}
        request = urllib.request.Request(self._site + path, body, kind, method="PUT")
        with self._browser.open(request, timeout=30) as answer:
            answer.read()


class Person:
    """A browser with one tab after the other.

    Args:
        port: of the server.
        seed: of everything it does.
        strangers: runs that somebody has, to be looked at by their address; shared by all.
    """

    def __init__(self, port: int, seed: int, strangers: set[str]) -> None:
        self._port = port
        self._draw = random.Random(seed)
        self._cookies = http.cookiejar.CookieJar()
        self._strangers = strangers
        self._query = ""
        self.diary = Diary()

    async def live(self, ended: asyncio.Event, pace: float) -> None:
        """Comes, does this and that, leaves and comes again, until `ended`.

        Args:
            ended: when to go home.
            pace: mean seconds between two actions.
        """
        while not ended.is_set():
            try:
                async with Tab(self._port, self._query, self._cookies) as tab:
                    await self._visit(tab, ended, pace)
            except (OSError, websockets.WebSocketException, TimeoutError, asyncio.QueueEmpty):
                self.diary.lost += 1
                await asyncio.sleep(AWAY)

    async def _visit(self, tab: Tab, ended: asyncio.Event, pace: float) -> None:
        await self._do(tab, "open", tab.open)
        for _ in range(self._draw.randint(3, 25)):
            if ended.is_set() or tab.closed.is_set():
                break
            action, call = self._choose(tab)
            await self._do(tab, action, call)
            if action == "train" and tab.run:
                self.diary.runs.add(tab.run)
                self._strangers.add(tab.run)
            with suppress(TimeoutError):
                wait = min(self._draw.expovariate(1 / pace), 6 * pace)
                await asyncio.wait_for(ended.wait(), wait)
        self.diary.errors += tab.errors
        reloads = self._draw.random() < 0.7 or tab.closed.is_set()
        self._query = tab.query if reloads else ""
        if self._strangers and self._draw.random() < 0.1:
            self._query = f"run={self._draw.choice(sorted(self._strangers))}"

    async def _do(self, tab: Tab, action: str, call: Callable[[], Awaitable[float]]) -> None:
        try:
            seconds = await asyncio.wait_for(call(), PATIENCE)
        except TimeoutError:
            if not tab.closed.is_set():
                self.diary.unanswered.append(action)
            raise
        except urllib.error.HTTPError as error:  # a server that came back knows no old session
            if error.code != 400:
                self.diary.errors.append(f"upload: {error}")
            raise
        if not tab.closed.is_set():
            self.diary.note(action, seconds)

    def _choose(self, tab: Tab) -> tuple[str, Callable[[], Awaitable[float]]]:
        """Something that can be done on the page as it is, by weight."""
        draw = self._draw
        buttons = {"train": 5, "stop": 1, "pause": 2, "step": 1, "more_epochs": 1}
        choices: list[tuple[int, str, Callable[[], Awaitable[float]]]] = [
            (weight, key, lambda key=key: tab.press(key))
            for key, weight in buttons.items()
            if tab.has(key)
        ]
        settable = ("number_input", "selectbox", "checkbox")
        fields = [k for k, (kind, _) in tab.drawn.items() if kind in settable and tab.has(k)]
        if fields:
            key = draw.choice(fields)
            choices.append((6, "change", lambda: tab.set(key, draw)))
        if tab.has("upload"):
            name, content = draw.choice(FILES)(draw)
            choices.append((4, "upload", lambda: tab.upload(name, content)))
        if tab.pages:
            path = draw.choice(sorted(tab.pages))
            choices.append((2, "page", lambda: tab.go(path)))
        _, action, call = draw.choices(choices, [weight for weight, *_ in choices])[0]
        return action, call
