"""Months and signs of numbers as languages write them."""

import itertools

import pytest

from seqlab.data.reader.cldr import months, signs
from seqlab.data.reader.columns.times import month
from seqlab.data.upload import read_table


def test_no_name_is_two_months():
    for first, second in itertools.combinations(months(), 2):
        assert not first & second


@pytest.mark.parametrize(
    ("word", "number"),
    [("März", 3), ("fevrier", 2), ("stycznia", 1), ("Ağustos", 8), ("мая", 5), ("Σεπτεμβρίου", 9),
     ("sept.", 9), ("okt", 10), ("kwi", 4), ("déc", 12), ("no", 0), ("Montag", 0)],
)  # fmt: skip
def test_a_month_is_known_by_its_name(word, number):
    assert month(word) == number


def test_other_scripts_write_the_same_numbers():
    assert "−1٫5".translate(signs()) == "-1.5"
    assert "\u200e-3".translate(signs()) == "-3"
    rows = "\n".join(f"{day};−{day}٫5" for day in range(1, 8))
    table = read_table(f"day;value\n{rows}".encode(), "arabic.csv")
    assert table.frame["value"].tolist() == [-(day + 0.5) for day in range(1, 8)]
