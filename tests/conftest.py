"""Settings for all tests: quiet TensorFlow, no GPU, one thread, a home of its own."""

import os

from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

# A busy machine is no reason to fail: pytest-timeout ends what hangs.
settings.register_profile("seqlab", deadline=None)
settings.load_profile("seqlab")
