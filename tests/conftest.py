"""Settings for all tests: quiet TensorFlow, no GPU, one thread, a home of its own."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
