"""Time in tests: clocks that are set by hand, and how long a call takes on a busy machine."""

import math
import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


class Clock:
    """In the place of the module `time`: it stands still, except while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def time(self) -> float:
        return self.now

    monotonic = time

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Skipping:
    """In the place of the module `time`: the real one, of which any part can be skipped."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.skipped

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def within_cpu_seconds(limit: float, call: Callable[[], Value], tries: int = 5) -> Value:
    """What a call gives that takes less processor time than `limit` in one of some tries.

    What other processes do costs no processor time; garbage is collected in one of the tries.
    """
    least = math.inf
    for _ in range(tries):
        start = time.process_time()
        value = call()
        least = min(least, time.process_time() - start)
        if least < limit:
            return value
    raise AssertionError(f"took {least:.3g} s of processor time, {limit:g} s are allowed")
