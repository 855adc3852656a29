"""Settings for all tests: quiet TensorFlow, no GPU, one thread, a home of its own."""

import gc
import os

import pytest
from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

# A busy machine is no reason to fail: pytest-timeout ends what hangs.
settings.register_profile("seqlab", deadline=None)
settings.load_profile("seqlab")


@pytest.fixture(scope="module", autouse=True)
def _quick_collections():
    """What stays for good is not looked through again at every collection of garbage.

    AppTest collects after each run of a page. With TensorFlow loaded that took three times as long
    as the page itself.
    """
    gc.collect()
    gc.freeze()
