import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlab.workshop.nicknames import (
    ADJECTIVES,
    ANIMALS,
    LONGEST,
    NicknameError,
    folded,
    new_nickname,
    read_nickname,
)


def test_names_of_the_machine_differ_and_can_be_typed_again():
    taken = set()
    for _ in range(300):
        name = new_nickname(taken)
        assert folded(name) not in taken
        assert read_nickname(name) == name
        taken.add(folded(name))


def test_there_is_a_name_when_all_pairs_are_taken():
    taken = {folded(f"{a} {b}") for a in ADJECTIVES for b in ANIMALS}
    assert folded(new_nickname(taken)) not in taken


@given(st.text(max_size=60))
def test_any_text_is_a_name_that_can_be_seen_or_a_sentence(text):
    try:
        name = read_nickname(text)
    except NicknameError as error:
        sentence = str(error)
        assert sentence.endswith(".")
        return
    assert 1 <= len(name) <= LONGEST
    assert read_nickname(name) == name
    assert name[0].isalnum()  # "=1+1" would be a formula in a spreadsheet
    assert not any(unicodedata.category(letter)[0] == "C" for letter in name)
    name.encode()


@pytest.mark.parametrize("text", ["", "  ", "x" * 25, "=1+1", "-a", "@a", "a\u202eb", "a\x00b"])
def test_what_cannot_be_a_nickname(text):
    with pytest.raises(NicknameError):
        read_nickname(text)


def test_names_that_look_alike_are_one():
    assert folded("Änne") == folded("ANNE") == folded("anne")
    assert folded("Anne") != folded("Anna")
