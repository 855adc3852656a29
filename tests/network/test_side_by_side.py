"""Two scripts beside each other stand level, and nothing that differs is left out."""

from hypothesis import given
from hypothesis import strategies as st

from seqlab.network.source.side_by_side import SKIPPED, side_by_side

LINES = st.lists(st.sampled_from(["a = 1", "b = 2", "c = 3", "d"]), max_size=12)


@given(LINES, LINES)
def test_both_have_as_many_lines_and_keep_all_that_only_one_of_them_has(one, other):
    left, right = (
        text.split("\n") for text in side_by_side("\n".join(one), "\n".join(other), context=1)
    )
    assert len(left) == len(right)
    for lines, kept, others in ((one, left, other), (other, right, one)):
        for line in set(lines) - set(others):
            assert kept.count(line) == lines.count(line)
    if one == other:
        assert (left, right) == ([""], [""])


def test_far_from_a_difference_lines_are_left_out():
    text = "\n".join(f"line {i}" for i in range(20))
    left, right = side_by_side(text, text.replace("line 10", "LINE"))
    assert left.splitlines() == [
        SKIPPED,
        "line 8",
        "line 9",
        "line 10",
        "line 11",
        "line 12",
        SKIPPED,
    ]
    assert right.splitlines()[3] == "LINE"
