"""The order of waiting runs: fair among visitors, as they came for each."""

from hypothesis import given
from hypothesis import strategies as st

from seqlab.runs.turns import order

VISITORS = st.lists(st.sampled_from("abcd"), max_size=25)


def test_one_visitors_runs_stay_as_they_came():
    assert order("aaaa", "") == [0, 1, 2, 3]


def test_a_single_run_passes_a_hundred_of_somebody_else():
    waiting = ["a"] * 100 + ["b"]
    assert order(waiting, ["a", "a"])[0] == 100
    assert order(waiting, [])[1] == 100  # both have none at work: the first one came first


def test_visitors_take_turns():
    assert "".join("aaabbc"[i] for i in order("aaabbc", "")) == "abcaba"


@given(VISITORS, VISITORS)
def test_everybody_comes_and_each_ones_order_is_kept(waiting, running):
    turns = order(waiting, running)
    assert sorted(turns) == list(range(len(waiting)))
    for visitor in set(waiting):
        own = [i for i in turns if waiting[i] == visitor]
        assert own == sorted(own)


@given(VISITORS, VISITORS)
def test_who_has_nothing_at_work_waits_for_one_run_of_each_other_visitor_at_most(waiting, running):
    begun = [waiting[i] for i in order(waiting, running)]
    for visitor in set(waiting) - set(running):
        before = begun[: begun.index(visitor)]
        assert all(before.count(other) <= 1 for other in before)
