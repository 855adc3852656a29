"""Settings for all tests: quiet TensorFlow, no GPU, the same draws in every order of the tests."""

import gc
import os
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from seqlab import environment
from seqlab.runs.store import Store

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

# A busy machine is no reason to fail: pytest-timeout ends what hangs.
settings.register_profile("seqlab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("seqlab")

# Tests of the run store and of short-lived processes, which need no training pool.
WITHOUT_POOL = (
    "test_class_record.py",
    "test_housekeeping.py",
    "test_keras_process.py",
    "test_listing.py",
    "test_progress.py",
    "test_rooms.py",
    "test_store.py",
    "test_turns.py",
    "test_workers.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Marks the tests that need the machine for themselves: browsers, servers, training pools."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        needs = {"browser", "server", "serve"} & {*getattr(item, "fixturenames", ())}
        by_itself = item.path.name in ("test_soak.py", "test_workshop.py", "test_recovery.py")
        pool = folder == "runs" and item.path.name not in WITHOUT_POOL
        if pool or (folder == "ui" and (needs or by_itself)):
            item.add_marker("alone")


@pytest.fixture(scope="module", autouse=True)
def _quick_collections():
    """What stays for good is not looked through again at every collection of garbage.

    AppTest collects after each run of a page. With TensorFlow loaded that took three times as long
    as the page itself.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _environment_read_anew():
    """A test may set SEQLAB_ variables: they are read once a process otherwise."""
    environment.current.cache_clear()
    yield
    environment.current.cache_clear()


@pytest.fixture(scope="module")
def _generators(request):
    """The generators of a test's file, and their states before its first test."""
    found = [v for v in vars(request.module).values() if isinstance(v, np.random.Generator)]
    return [(generator, generator.bit_generator.state) for generator in found]


@pytest.fixture(autouse=True)
def _same_draws(_generators):
    """Each test draws the same numbers, whichever tests ran before it in its process.

    That covers the weights of Keras' layers: their seeds come from `random`.
    """
    random.seed(0)
    np.random.seed(0)
    for generator, state in _generators:
        generator.bit_generator.state = state


@pytest.fixture
def store(tmp_path):
    """A run store of this test's own."""
    store = Store(tmp_path)
    yield store
    store.close()
