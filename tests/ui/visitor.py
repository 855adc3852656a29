"""A visitor without a browser: the page's own messages over its websocket, for many at once."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from urllib.parse import parse_qs

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState


class Visitor:
    """Holds the values of the widgets and looks again when a fragment asks for it, as a page does.

    Attributes:
        query: the URL's parameters.
        errors: what was shown as an exception or an error.
        texts: what was written on the page, by its place in the tree.
    """

    def __init__(self, port: int, query: str = "") -> None:
        self._address = f"ws://127.0.0.1:{port}/_stcore/stream"
        self._widgets: dict[str, WidgetState] = {}  # by id
        self._ids: dict[str, str] = {}  # key -> id
        self._page = ""
        self._clocks: dict[str, asyncio.Task] = {}
        self._cache: dict[str, ForwardMsg] = {}  # what a browser keeps is not sent again
        self._answered = asyncio.Event()
        self.query = query
        self.errors: list[str] = []
        self.texts: dict[tuple[int, ...], str] = {}

    async def __aenter__(self) -> Visitor:
        self._socket = await websockets.connect(
            self._address, subprotocols=["streamlit"], max_size=None, open_timeout=60
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in [self._reader, *self._clocks.values()]:
            task.cancel()
        await self._socket.close()
        with suppress(asyncio.CancelledError):
            await self._reader

    async def open(self) -> float:
        """The first look at the page; returns the seconds until it was there."""
        return await self._rerun()

    async def press(self, key: str) -> float:
        """Presses a button; returns the seconds until the page had answered."""
        return await self._rerun(WidgetState(id=self._ids[key], trigger_value=True))

    async def enter(self, key: str, value: int) -> float:
        """Enters a whole number; returns the seconds until the page had answered."""
        state = WidgetState(id=self._ids[key], int_value=value)
        self._widgets[state.id] = state
        return await self._rerun()

    @property
    def run(self) -> str | None:
        """The run that the URL names."""
        return parse_qs(self.query).get("run", [None])[0]

    async def _rerun(self, trigger: WidgetState | None = None) -> float:
        self._answered.clear()
        begin = time.perf_counter()
        await self._send(trigger=trigger)
        await self._answered.wait()
        return time.perf_counter() - begin

    async def _send(self, fragment: str = "", trigger: WidgetState | None = None) -> None:
        message = BackMsg()
        script = message.rerun_script
        script.query_string = self.query
        script.page_script_hash = self._page
        script.fragment_id = fragment
        script.is_auto_rerun = bool(fragment)
        script.cached_message_hashes.extend(self._cache)
        widgets = [*self._widgets.values(), *([trigger] if trigger else [])]
        script.widget_states.widgets.extend(widgets)
        await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        try:
            async for data in self._socket:
                message = ForwardMsg()
                message.ParseFromString(data)
                self._take(message)
        except websockets.ConnectionClosed as error:
            self.errors.append(f"the connection was closed: {error}")
        except Exception as error:  # noqa: BLE001  shown by the test that looks at `errors`
            self.errors.append(repr(error))
        self._answered.set()

    def _take(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "ref_hash":
            place = message.metadata
            message = self._cache[message.ref_hash]
            message.metadata.CopyFrom(place)
        elif message.metadata.cacheable:
            self._cache[message.hash] = message
        match message.WhichOneof("type"):
            case "new_session":
                self._page = message.new_session.page_script_hash
                if not message.metadata.run.fragment_ids:
                    self._stop_clocks()
                    self.texts.clear()
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
                if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    self._answered.set()
            case "delta":
                self._draw(message)

    def _draw(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind is None:
            return
        content = getattr(element, kind)
        found = getattr(content, "id", "")
        if found:
            self._ids[found.split("-", 2)[-1]] = found
        if kind == "exception":
            self.errors.append(content.message)
        text = getattr(content, "body", "") or getattr(content, "text", "")
        self.texts[tuple(message.metadata.delta_path)] = str(text)

    async def _tick(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            await self._send(fragment)

    def _stop_clocks(self) -> None:
        for clock in self._clocks.values():
            clock.cancel()
        self._clocks.clear()
