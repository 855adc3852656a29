import keras
import pytest

from seqlab.training import kept_programs, program


@pytest.fixture(scope="module")
def uncompiled():
    """Without XLA, which takes seconds to compile what these tests run for a moment.

    That the compiled programs give the losses of Keras' own loop is tested in tests/training.
    """
    with pytest.MonkeyPatch.context() as patch:
        make, compile_ = program.Program._make, keras.Model.compile
        patch.setattr(program.Program, "_make", lambda self, jit: make(self, False))
        patch.setattr(
            keras.Model,
            "compile",
            lambda self, *args, **kwargs: compile_(self, *args, **kwargs, jit_compile=False),
        )
        patch.setattr(kept_programs, "KEPT", 0)
        yield
