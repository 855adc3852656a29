"""Where Keras takes its seeds from: the one place that touches that private name."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from keras.src.random import seed_generator

_lock = threading.RLock()


@contextmanager
def private_seeds(seed: int) -> Iterator[None]:
    """Lets Keras draw the seeds of initializers and dropout as after `set_random_seed(seed)`.

    Keras draws them from Python's global `random` (keras/src/random/seed_generator.py). In a worker
    another thread draws from that too (dask/sizeof.py, twice a second), and then the same seed
    gives other weights. Here Keras gets a generator of its own, which gives the same numbers;
    the global one is left alone. One thread builds at a time.

    Args:
        seed: as for `keras.utils.set_random_seed`.
    """
    with _lock:
        usual = seed_generator.python_random
        seed_generator.python_random = random.Random(seed)
        try:
            yield
        finally:
            seed_generator.python_random = usual
