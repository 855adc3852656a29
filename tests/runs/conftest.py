import pytest

from seqlab.runs import connection


@pytest.fixture(scope="session", autouse=True)
def _eager_cluster():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "PROGRAM", "tests.runs.eager")
        yield
