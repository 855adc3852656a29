import os

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import pytest


@pytest.fixture(scope="session", autouse=True)
def keep_programs():
    """Compiling takes seconds: what one test has compiled serves the others."""
    from seqlab.training import kept_programs

    kept_programs.KEPT = 32
