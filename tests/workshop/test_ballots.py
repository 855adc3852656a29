import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlab.workshop import ballots
from seqlab.workshop.ballots import read_answer
from seqlab.workshop.predictions import POINTS

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=POINTS + 1),
)


@given(st.sampled_from(["choice", "number", "curve"]), ANY)
def test_whatever_a_browser_sends_is_an_answer_or_a_sentence(kind, answer):
    try:
        value = read_answer(kind, ("a", "b"), answer)
    except ValueError as error:
        sentence = str(error)
        assert sentence.endswith(".")
        return
    if kind == "choice":
        assert value in (0, 1)
        assert type(value) is int
    elif kind == "number":
        assert math.isfinite(value)
    else:
        assert len(value) == POINTS
        assert np.isfinite(value).all()


def test_votes_add_up_to_the_answers():
    votes = ballots.tally(("a", "b", "c"), [2, 0, 2])
    assert votes == {"a": 1, "b": 0, "c": 2}
    assert ballots.choice_sentence(("a", "b"), [0, 1]) == "“a” and “b” have 1 of 2 answers each."


@pytest.mark.parametrize(
    "sentence",
    [ballots.choice_sentence(("a",), []), ballots.number_sentence([]), ballots.curve_sentence([])],
)
def test_nobody_has_answered(sentence):
    assert sentence == "Nobody has answered yet."


@given(st.lists(st.floats(-1e6, 1e6), min_size=2))
def test_the_median_of_numbers_is_numpys(numbers):
    assert f"median {np.median(numbers):.4g}" in ballots.number_sentence(numbers)


@given(st.lists(st.lists(st.floats(0, 1), min_size=POINTS, max_size=POINTS), min_size=1))
def test_the_median_curve_lies_between_the_curves(curves):
    middle = ballots.median_curve(curves)
    assert (middle >= np.min(curves, axis=0)).all()
    assert (middle <= np.max(curves, axis=0)).all()
