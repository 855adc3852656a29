"""The order of waiting runs: fair among visitors, as they came for each."""

from hypothesis import given
from hypothesis import strategies as st

from seqlab.runs.turns import give_way, order, until_turn

VISITORS = st.lists(st.sampled_from("abcd"), max_size=25)


def test_one_visitors_runs_stay_as_they_came():
    assert order("aaaa", "") == [0, 1, 2, 3]


def test_a_single_run_passes_a_hundred_of_somebody_else():
    waiting = ["a"] * 100 + ["b"]
    assert order(waiting, ["a", "a"])[0] == 100
    assert order(waiting, [])[1] == 100  # both have none at work: the first one came first


def test_of_two_with_nothing_at_work_who_was_served_last_waits():
    assert order("aab", "", {"a": 5.0}) == [2, 0, 1]
    assert order("aab", "", {"a": 5.0, "b": 7.0}) == [0, 2, 1]


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


def test_the_busiest_gives_way_and_nobody_with_a_fair_share_does():
    assert give_way("c", "aab", [True, True, True]) == [0]  # for one who waits, one run ends
    assert give_way("b", "aab", [True, True, True]) == [0]  # two and one: a turn of the two's
    assert give_way("b", "ab", [True, True]) == []  # b has as much as a
    assert give_way("aa", "aa", [True, True]) == []  # nobody else waits
    assert give_way("c", "aab", [False, False, True]) == [2]
    assert give_way("c", "aab", [False, False, False]) == []
    assert give_way("c", "aab", [True, True, True], leaving=1) == []  # one ends already
    assert give_way("cd", "aab", [True, True, True]) == [0, 1]


@given(VISITORS, st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=8))
def test_runs_end_only_for_those_who_have_less_at_work(waiting, at_work):
    running, over = [owner for owner, _ in at_work], [had for _, had in at_work]
    ending = give_way([waiting[i] for i in order(waiting, running)], running, over)
    assert len(set(ending)) == len(ending) <= len(waiting)
    assert all(over[index] for index in ending)
    for index in ending:
        fewest = min(running.count(visitor) for visitor in waiting)
        assert running.count(running[index]) > fewest
    for visitor in set(running):  # nobody loses all and is left behind those they made room for
        lost = sum(running[index] == visitor for index in ending)
        assert lost <= sum(other != visitor for other in waiting)


def test_the_time_until_ones_turn_follows_the_queue():
    assert until_turn([], []) == 0
    assert until_turn([8.0, 3.0], []) == 3  # the second worker is free first
    assert until_turn([8.0, 3.0], [10.0]) == 8
    assert until_turn([8.0, 3.0], [10.0, 1.0]) == 9
    assert until_turn([900.0, 800.0], [700.0], turn=600) == 600  # who has had a turn makes room
