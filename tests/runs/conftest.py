import pytest


@pytest.fixture(scope="session", autouse=True)
def _beside_others():
    """The pool's processes do not wait until a busy machine has nothing else to do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEQLAB_NICE", "0")
        yield
