"""A visitor without a browser: the page's own messages over its websocket, for many at once.

It speaks Streamlit's wire format (`streamlit.proto`) and knows nothing of how pages are drawn.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import time
import urllib.parse
import urllib.request
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

OPENING = 60.0  # seconds for a connection


class Visitor:
    """Holds the values of the widgets and looks again when a fragment asks for it, as a page does.

    Args:
        site: the server, as "http://127.0.0.1:8501".
        query: of the address that is opened.
        cookies: of the browser; what the server sets is kept there.
        password: the pass phrase of the server, if it has one.

    Attributes:
        query: the URL's parameters.
        errors: what was shown as an exception or an error.
        texts: what was written on the page, by its place in the tree.
        drawn: kind and content of each widget on the page, by key.
        pages: by their path, what the server calls the pages.
        looks: seconds that each look of a fragment took to be answered.
    """

    def __init__(
        self,
        site: str,
        query: str = "",
        cookies: http.cookiejar.CookieJar | None = None,
        password: str | None = None,
    ) -> None:
        self._site = site.rstrip("/")
        kind = "wss" if self._site.startswith("https") else "ws"
        self._address = f"{kind}://{self._site.partition('://')[2]}/_stcore/stream"
        self._cookies = cookies if cookies is not None else http.cookiejar.CookieJar()
        self._browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._cookies)
        )
        self._password = password
        self._widgets: dict[str, WidgetState] = {}  # by id
        self._ids: dict[str, str] = {}  # key -> id
        self._page = ""  # what the server calls the page that is open
        self._path = ""  # and its path: at first that of the page where one begins
        self._clocks: dict[str, asyncio.Task[None]] = {}
        self._cache: dict[str, ForwardMsg] = {}  # what a browser keeps is not sent again
        self._answered = asyncio.Event()
        self._looking: float | None = None  # when a fragment last looked and got no answer yet
        self.query = query
        self.errors: list[str] = []
        self.texts: dict[tuple[int, ...], str] = {}
        self.drawn: dict[str, tuple[str, Any]] = {}
        self.pages: dict[str, str] = {}
        self.looks: list[float] = []

    async def __aenter__(self) -> Visitor:
        for path in ("/", "/_stcore/health"):  # each sets cookies of its own
            await asyncio.to_thread(self._get, path)
        header = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._cookies)
        self._socket = await websockets.connect(
            self._address,
            subprotocols=[websockets.Subprotocol("streamlit")],
            max_size=None,
            open_timeout=OPENING,
            additional_headers={"Cookie": header},
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in [self._reader, *self._clocks.values()]:
            task.cancel()
        await self._socket.close()
        with suppress(asyncio.CancelledError):
            await self._reader

    def _get(self, path: str) -> None:
        if self._password is not None:
            body = urllib.parse.urlencode({"password": self._password}).encode()
            with self._browser.open(f"{self._site}/enter", body, timeout=OPENING) as answer:
                answer.read()
            self._password = None
        request = urllib.request.Request(self._site + path, headers={"Accept": "text/html"})
        with self._browser.open(request, timeout=OPENING) as answer:
            answer.read()

    async def open(self) -> float:
        """The first look at the page; returns the seconds until it was there."""
        return await self._rerun()

    async def go(self, path: str, query: str = "") -> float:
        """Opens another page by the navigation; returns the seconds until it was there.

        On the page that is open, it goes to another address of it, as Back and Forward do.

        Raises:
            KeyError: if the server has no such page.
        """
        stays = self._path == path
        self._path, self._page, self.query = path, self.pages[path], query
        return await self._rerun(through_history=stays)

    async def press(self, key: str) -> float:
        """Presses a button; returns the seconds until the page had answered.

        Raises:
            KeyError: if there is none.
        """
        return await self._rerun(WidgetState(id=self._ids[key], trigger_value=True))

    async def submit(self, key: str, **texts: str) -> float:
        """Fills in a form and sends it; as `press`.

        Args:
            key: of the form's button.
            texts: what is typed, by the keys of the boxes.
        """
        for name, text in texts.items():
            state = WidgetState(id=self._ids[name], string_value=text)
            self._widgets[state.id] = state
        return await self.press(key)

    async def enter(self, key: str, value: int) -> float:
        """Enters a whole number; returns the seconds until the page had answered."""
        return await self.change(key, int_value=value)

    async def change(self, key: str, **value: Any) -> float:  # noqa: ANN401
        """Gives a widget a value, as the wire format has it: `double_value=0.01`; as `press`."""
        state = WidgetState(id=self._ids[key], **value)
        self._widgets[state.id] = state
        return await self._rerun()

    def has(self, key: str) -> bool:
        """Whether a widget is on the page and can be used."""
        return key in self.drawn and not getattr(self.drawn[key][1], "disabled", False)

    def says(self, words: str) -> bool:
        """Whether a text on the page has these words."""
        return any(words in text for text in self.texts.values())

    @property
    def run(self) -> str | None:
        """The run that the URL names."""
        return parse_qs(self.query).get("run", [None])[0]

    async def _rerun(
        self, trigger: WidgetState | None = None, *, through_history: bool = False
    ) -> float:
        self._answered.clear()
        begin = time.perf_counter()
        await self._send(trigger=trigger, through_history=through_history)
        await self._answered.wait()
        return time.perf_counter() - begin

    async def _send(
        self,
        fragment: str = "",
        trigger: WidgetState | None = None,
        *,
        through_history: bool = False,
    ) -> None:
        message = BackMsg()
        script = message.rerun_script
        script.query_string = self.query
        script.page_script_hash = self._page
        script.fragment_id = fragment
        script.is_auto_rerun = bool(fragment)
        script.is_history_navigation = through_history
        script.cached_message_hashes.extend(self._cache)
        widgets = [*self._widgets.values(), *([trigger] if trigger else [])]
        script.widget_states.widgets.extend(widgets)
        await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        try:
            await self._read_all()
        except websockets.ConnectionClosed as error:
            self.errors.append(f"the connection was closed: {error}")
        except Exception as error:  # noqa: BLE001  whoever uses it looks at `errors`
            self.errors.append(repr(error))
        self._answered.set()

    async def _read_all(self) -> None:
        async for data in self._socket:
            message = ForwardMsg()
            message.ParseFromString(data if isinstance(data, bytes) else data.encode())
            self._take(message)

    def _take(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "ref_hash":
            place = message.metadata
            message = self._cache[message.ref_hash]
            message.metadata.CopyFrom(place)
        elif message.metadata.cacheable:
            self._cache[message.hash] = message
        match message.WhichOneof("type"):
            case "navigation":
                for page in message.navigation.app_pages:
                    self.pages[page.url_pathname] = page.page_script_hash
            case "new_session":
                self._page = message.new_session.page_script_hash
                if not message.metadata.run.fragment_ids:
                    self._stop_clocks()
                    self.texts.clear()
                    self.drawn.clear()
            case "auto_rerun":
                wish = message.auto_rerun
                if wish.fragment_id not in self._clocks:
                    clock = self._tick(wish.fragment_id, wish.interval)
                    self._clocks[wish.fragment_id] = asyncio.create_task(clock)
            case "stop_auto_rerun":
                self._stop_clocks()
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "script_finished":
                self._finished(message)
            case "delta":
                self._draw(message)

    def _finished(self, message: ForwardMsg) -> None:
        if self._looking is not None:
            self.looks.append(time.perf_counter() - self._looking)
            self._looking = None
        if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._answered.set()

    def _draw(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind is None:
            return
        content = getattr(element, kind)
        widget = getattr(content, "id", "")
        if widget:
            key = widget.split("-", 2)[-1]
            self._ids[key] = widget
            self.drawn[key] = kind, content
        if kind == "exception":
            self.errors.append(content.message)
        text = getattr(content, "body", "") or getattr(content, "text", "")
        self.texts[tuple(message.metadata.delta_path)] = str(text)

    async def _tick(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            self._looking = time.perf_counter()
            await self._send(fragment)

    def _stop_clocks(self) -> None:
        for clock in self._clocks.values():
            clock.cancel()
        self._clocks.clear()


def site_of(url: str) -> tuple[str, str, dict[str, str]]:
    """The server, the page and the parameters of an address.

    Example:
        >>> site_of("http://10.0.0.2:8501/room?room=KTMR")
        ('http://10.0.0.2:8501', 'room', {'room': 'KTMR'})

    Raises:
        ValueError: if it is no address of a server.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"Received an invalid address, expected http://HOST:PORT, got {url!r}.")
    base, _, page = parts.path.rpartition("/")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return f"{parts.scheme}://{parts.netloc}{base}", page, query
