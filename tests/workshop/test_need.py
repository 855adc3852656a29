from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlab.workshop.need import AWAY, ORDER, STUCK, Learner, by_need, need

HERE = Learner("Ada", changed=5, seen=1)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({}, "working"),
        ({"changed": STUCK}, "stuck"),
        ({"changed": STUCK - 1}, "working"),
        ({"changed": STUCK, "asked": 3}, "asked"),
        ({"changed": STUCK, "status": "running"}, "training"),
        ({"changed": STUCK, "status": "queued"}, "training"),
        ({"changed": STUCK, "status": "finished"}, "stuck"),
        ({"status": "diverged"}, "failed"),
        ({"status": "paused", "changed": STUCK}, "stuck"),
        ({"changed": STUCK, "seen": AWAY + 1}, "away"),
        ({"seen": None}, "away"),
        ({"seen": None, "asked": 3}, "asked"),
        # Five minutes idle, four of them in a pause of the whole room: one.
        ({"changed": 300, "paused": 240}, "working"),
        ({"changed": 300, "paused": 100}, "stuck"),
    ],
)
def test_what_is_said_of_a_learner(what, expected):
    assert need(replace(HERE, **what)) == expected


LEARNERS = st.lists(
    st.builds(
        Learner,
        nickname=st.text(max_size=5),
        changed=st.floats(0, 1e4),
        seen=st.none() | st.floats(0, 100),
        asked=st.none() | st.floats(0, 1e4),
        status=st.sampled_from([None, "running", "finished", "diverged", "paused"]),
        paused=st.none() | st.floats(0, 1e4),
    )
)


@given(LEARNERS)
def test_the_greatest_need_comes_first_and_nobody_is_lost(learners):
    order = by_need(learners)
    assert sorted(order) == list(range(len(learners)))
    places = [ORDER.index(need(learners[i])) for i in order]
    assert places == sorted(places)
    waited = [learners[i].asked for i in order if need(learners[i]) == "asked"]
    assert waited == sorted(waited, reverse=True)
