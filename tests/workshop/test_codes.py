import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlab.workshop.codes import LETTERS, CodeError, new_code, read_code


def test_a_code_has_four_letters_that_nobody_misreads():
    codes = {new_code(()) for _ in range(300)}
    assert len(codes) > 250
    for code in codes:
        assert len(code) == 4
        assert not set(code) & set("AEIOULQV0123456789")


def test_a_code_in_use_is_not_given_again():
    taken = {a + b + c + d for a in LETTERS for b in LETTERS for c in LETTERS for d in "BCDFGHJKM"}
    assert all(new_code(taken) not in taken for _ in range(50))


@given(
    st.text(st.sampled_from(LETTERS), min_size=4, max_size=4),
    st.lists(st.sampled_from([" ", "-", ""]), min_size=5, max_size=5),
)
def test_a_code_is_read_in_any_case_with_blanks_and_hyphens(code, between):
    mixed = "".join(a + b for a, b in zip(between, [*code.lower(), ""], strict=True))
    assert read_code(mixed) == code


@given(st.text(max_size=30))
def test_anything_else_is_refused_in_a_sentence(text):
    try:
        code = read_code(text)
    except CodeError as error:
        sentence = str(error)
        assert sentence.endswith(".")
    else:
        assert len(code) == 4
        assert set(code) <= set(LETTERS)


def test_the_wrong_letter_is_named():
    with pytest.raises(CodeError, match="letter 0, O"):
        read_code("KO0R")
