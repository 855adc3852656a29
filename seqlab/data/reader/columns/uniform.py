"""The fast way through a long column whose numbers are all dressed alike: $1,234.50, 12,5 %.

A sample shows the dress; one regular expression then checks the whole column at once. Whatever
is not dressed exactly so is left to `numerals`, which looks at each cell and gives the same
numbers.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqlab.data.reader.cells.kinds import is_missing
from seqlab.data.reader.cldr import signs

LEAST = 2000  # cells; below, the time does not matter
_FEW_WORDS = 50  # different words for "missing"
_LAKH = re.compile(r"\d,\d\d,\d{3}(?!\d)", re.ASCII)


class Dress(NamedTuple):
    """What the numbers of a column have in common; signs and brackets may differ.

    Attributes:
        prefix, suffix: a currency or unit, or "".
        decimal: the decimal sign.
        group: the sign between groups of digits, or "".
    """

    prefix: str
    suffix: str
    decimal: str
    group: str


class Undressed(NamedTuple):
    """The numbers of a column, and what was found.

    Attributes:
        values: float64, NaN for a word for missing.
        words: those words.
        lakh: digits are grouped in the Indian manner.
        accounting: some numbers are negative by their parentheses.
    """

    values: NDArray[np.float64]
    words: dict[str, str]
    lakh: bool
    accounting: bool


def undress(cells: list[str], dress: Dress) -> Undressed | None:
    """The numbers, if every cell that is no word for missing wears exactly this dress."""
    text = "\n".join(cells)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(signs())
        if text.count("\n") != len(cells) - 1:
            return None
    odd = set(_other_than(dress).findall(text))
    if len(odd) > _FEW_WORDS or not all(map(is_missing, odd)):
        return None
    lines = text.split("\n") if odd else []
    lakh = dress.group == "," and _LAKH.search(text) is not None
    accounting = "(" in text
    for mark in filter(None, (dress.prefix, dress.suffix, dress.group, ")")):
        text = text.replace(mark, "")
    text = text.replace(" ", "").replace("(", "-").replace(dress.decimal, ".")
    bare = text.split("\n")
    if not odd:
        return Undressed(np.array(list(map(float, bare))), {}, lakh, accounting)
    words: dict[str, str] = {}
    values = np.full(len(cells), np.nan)
    for i, (cell, number) in enumerate(zip(cells, bare, strict=True)):
        if cell in words:
            continue
        if lines[i] in odd:
            words[cell] = cell
        else:
            values[i] = float(number)
    return Undressed(values, words, lakh, accounting)


def _other_than(dress: Dress) -> re.Pattern[str]:
    """Finds the lines that are no number in this dress."""
    point = re.escape(dress.decimal)
    whole = r"\d+"
    if dress.group:
        group = re.escape(dress.group)
        grouped = rf"\d{{1,3}}(?:{group}\d{{3}})+"
        if dress.group == ",":
            grouped += r"|\d{1,3},(?:\d\d,)+\d{3}"
        whole = rf"(?:{grouped}|\d+)"
    body = rf"(?:{whole}(?:{point}\d*)?|{point}\d+)"
    prefix, suffix = re.escape(dress.prefix), re.escape(dress.suffix)
    number = rf"(?:[+-]?\ ?{prefix}|{prefix}\ ?[+-])\ ?{body}\ ?{suffix}"
    return re.compile(
        rf"^(?!(?:{number}|\(\ ?{prefix}\ ?{body}\ ?{suffix}\ ?\))$).*$", re.MULTILINE | re.ASCII
    )
