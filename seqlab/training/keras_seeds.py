"""Where Keras takes its seeds from, whatever other threads draw."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from seqlab.training import private_keras

_lock = threading.RLock()


class _ForThisThread:
    """The module `random` for all threads but the one that made this: it draws by a seed."""

    def __init__(self, seed: int) -> None:
        self._thread = threading.get_ident()
        self._generator = random.Random(seed)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        mine = threading.get_ident() == self._thread
        return getattr(self._generator if mine else random, name)


@contextmanager
def private_seeds(seed: int) -> Iterator[None]:
    """Lets Keras draw the seeds of initializers and dropout as after `set_random_seed(seed)`.

    Keras draws them from Python's global `random` (keras/src/random/seed_generator.py). In a worker
    another thread draws from that too (dask/sizeof.py, twice a second), and then the same seed
    gives other weights. Here Keras gets a generator for this thread alone, which gives the same
    numbers; the global one is left alone, and to other threads. One thread builds at a time.

    Args:
        seed: as for `keras.utils.set_random_seed`.
    """
    with _lock, private_keras.seeds_drawn_from(_ForThisThread(seed)):
        yield
