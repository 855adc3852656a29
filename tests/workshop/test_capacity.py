import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlab.runs.turns import until_turn
from seqlab.workshop.capacity import seconds_for_all


@given(st.integers(0, 60), st.integers(1, 8), st.floats(0.1, 100))
def test_it_is_the_queue_of_the_pool_when_nothing_is_compiled(learners, workers, seconds):
    # When the next run would begin on the last worker that is free: the same arithmetic, stepwise.
    rounds = [until_turn([0.0] * workers, [seconds] * i) for i in range(learners)]
    ends = max((begin + seconds for begin in rounds), default=0.0)
    assert seconds_for_all(seconds, seconds, learners, workers) == pytest.approx(ends)


def test_no_worker_is_refused():
    with pytest.raises(ValueError, match="workers"):
        seconds_for_all(1, 1, 30, 0)
