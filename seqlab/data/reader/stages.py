"""How far the reading of a file is, for whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

STAGES = (
    "Unpacking",
    "Cutting lines into cells",
    "Reading numbers and dates",
    "Finding out what the columns are",
    "Checking the values",
)
_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Calls the listener with each stage that is entered inside the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def enter(stage: int) -> None:
    """Says that a stage begins, by its place in `STAGES`."""
    listener = _listener.get()
    if listener is not None:
        listener(STAGES[stage])
