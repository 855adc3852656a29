"""A column of cells -> numbers, strictly: signs, grouping, decimals, currencies and units.

`float()` alone would be too kind ("1_000" is a number to Python) and too strict ("1,234.50" is
none). Whether a comma means thousands or decimals is decided for a whole column, from cells that
allow one reading only; a column without such cells follows the rest of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqlab.data.reader.cells.kinds import CURRENCY, is_missing, plain
from seqlab.data.reader.vocabulary import EXCEL_ERRORS

Floats = NDArray[np.float64]
ENOUGH = 0.8  # a column is numeric if this share of its cells (without missing ones) is
MOST = 1e100  # beyond, a squared error is no number any more
_EXACT = 2**53  # whole numbers beyond lose digits as float64
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "b": 1e9, "bn": 1e9, "t": 1e12}

_DIGITS = frozenset("0123456789.+-eE")
_PLAIN = re.compile(r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?", re.ASCII)
_DRESSED = re.compile(
    rf"""'?(?P<open>\()?\s*+(?P<sign>[+-])?\s*+(?P<prefix>{CURRENCY})?\s*+(?P<sign2>[+-])?\s*+
    (?P<body>\d[\d.,'\ ]*(?<=\d)\.?|[.,]\d++)
    (?P<exponent>[eEdD][+-]?\d++)?\s*+
    (?P<suffix>(?:[^\W\d_]|[^\w\s.,;:()"'+*/?!<=>&\\|\#@~-])[^\s,;()"\d_]{{0,11}}[23]?)?\s*+
    (?P<trail>-)?\s*+(?P<close>\))?""",
    re.ASCII | re.VERBOSE,
)
_COMMA_PROOF = re.compile(
    r"[+-]?(?:\d+,\d{1,2}|\d+,\d{4,}|0,\d+|,\d+|\d{1,3}(?:[.' ]\d{3})+,\d+|\d{4,},\d+"
    r"|\d{1,3}(?:\.\d{3}){2,})"
)
_POINT_PROOF = re.compile(
    r"[+-]?(?:\d+\.\d{1,2}|\d+\.\d{4,}|0\.\d+|\.\d+|\d{1,3}(?:[,' ]\d{2,3})+\.\d+|\d{4,}\.\d+"
    r"|\d{1,3}(?:,\d{2,3})+,\d{3})"
)


@dataclass(frozen=True)
class Numbers:
    """A column read as numbers, and what that took.

    Attributes:
        values: float64, NaN where there is none.
        missing: the rows with a word for missing, or nothing.
        bad: the rows with something else that is no number.
        errors: the rows with an Excel error such as #REF!.
        infinite: the rows with infinity or a number beyond float64.
        inexact: the rows with whole numbers too long for float64.
        decimal: the decimal sign.
        grouped: "thousands" or "lakh" if digits were grouped, else "".
        unsure: the grouping or decimal sign is an assumption.
        affix: what was stripped from the cells ("%", "€", "kg"), or "".
        scaled: K, M and B were multiplied out.
        accounting: parentheses or minus signs behind the number were read as negative.
    """

    values: Floats
    missing: list[int] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    infinite: list[int] = field(default_factory=list)
    inexact: list[int] = field(default_factory=list)
    decimal: str = "."
    grouped: str = ""
    unsure: bool = False
    affix: str = ""
    scaled: bool = False
    accounting: bool = False


@dataclass(frozen=True)
class NotNumbers:
    """Why a column that has digits is left as text, in words ("" if it simply is text)."""

    reason: str = ""


def decimal_evidence(columns: Iterable[Sequence[str]]) -> tuple[int, int]:
    """How many cells of a file can only have a decimal comma, and how many only a point."""
    commas = points = 0
    for column in columns:
        for cell in column[:500]:
            commas += _COMMA_PROOF.fullmatch(cell) is not None
            points += _POINT_PROOF.fullmatch(cell) is not None
    return commas, points


def has_comma(cell: str) -> bool:
    """Is this a number with a decimal comma, whatever stands around it?"""
    match = _DRESSED.fullmatch(plain(cell)) if "," in cell else None
    return match is not None and "," in match["body"]


def parse(cells: list[str], decimal: str, forced: bool = False) -> Numbers | NotNumbers:
    """The column as numbers.

    Args:
        cells: stripped text.
        decimal: the decimal sign of the file, for columns that do not show their own.
        forced: the user chose it, so the column's own evidence does not count.
    """
    if (quick := _quick(cells, decimal)) is not None:
        return quick
    sample = [c for c in cells[:: max(1, len(cells) // 200)] if not is_missing(c)]
    if sum(_DRESSED.fullmatch(plain(c)) is not None for c in sample) < 0.5 * len(sample):
        return NotNumbers()
    counts = Counter(cells)
    dressed: dict[str, _Dressed] = {}
    words: set[str] = set()  # for missing
    infinite: set[str] = set()
    for cell in counts:
        if match := _DRESSED.fullmatch(text := plain(cell)):
            dressed[cell] = _Dressed(*match.groups())
        elif is_missing(text):
            words.add(cell)
        elif _is_infinite(text):
            infinite.add(cell)
    total = len(cells) - sum(counts[cell] for cell in words)
    if not total or sum(counts[c] for c in dressed) + len(infinite) < ENOUGH * total:
        return NotNumbers()

    affixes = Counter[str]()
    for cell, parts in dressed.items():
        affixes[parts.affix.casefold()] += counts[cell]
    scales = _short_scales(affixes)
    affix = "" if scales else next((a for a, _ in affixes.most_common() if a), "")
    allowed = set(scales) or {"", affix}
    if sum(n for a, n in affixes.items() if a not in allowed) > (1 - ENOUGH) * total:
        return NotNumbers(f"it mixes units ({', '.join(a for a in affixes if a)})")

    sign, unsure = decimal, False
    if not forced:
        sign, unsure = _decimal_sign([(d.body, counts[c]) for c, d in dressed.items()], decimal)
    read = _reader(sign)
    numbers: dict[str, float] = {}
    groupings: set[str] = set()
    for cell, parts in dressed.items():
        body = read(parts)
        if body is not None and parts.affix.casefold() in allowed:
            value, grouping = body
            numbers[cell] = value * scales.get(parts.affix.casefold(), 1)
            groupings.add(grouping)
    if sum(counts[cell] for cell in numbers) + len(infinite) < ENOUGH * total:
        return NotNumbers("its cells do not agree on a decimal sign" if numbers else "")
    for cell in infinite:
        numbers[cell] = np.inf
    nan = float("nan")
    return _checked(
        cells,
        np.fromiter((numbers.get(cell, nan) for cell in cells), np.float64, len(cells)),
        words,
        decimal=sign,
        grouped="lakh" if "lakh" in groupings else "thousands" if "thousands" in groupings else "",
        unsure=unsure,
        affix=next((d.affix for d in dressed.values() if d.affix), "") if affix else "",
        scaled=bool(scales),
        accounting=any(dressed[cell].is_accounting for cell in numbers if cell in dressed),
    )


class _Dressed(NamedTuple):
    """The parts of one cell, as `_DRESSED` finds them."""

    opening: str | None
    sign: str | None
    prefix: str | None
    inner_sign: str | None
    body: str
    exponent: str | None
    suffix: str | None
    trailing: str | None
    closing: str | None

    @property
    def affix(self) -> str:
        """The currency or unit."""
        return self.prefix or self.suffix or ""

    @property
    def is_accounting(self) -> bool:
        """Negative in the manner of book-keepers."""
        return self.opening is not None or self.trailing is not None

    @property
    def factor(self) -> int:
        """1 or -1; 0 if the signs contradict each other."""
        if self.sign is self.inner_sign is self.trailing is self.opening is self.closing:
            return 1
        marks = [m for m in (self.sign, self.inner_sign, self.trailing, self.opening) if m]
        if len(marks) > 1 or (self.opening is None) != (self.closing is None):
            return 0
        return 1 if marks == ["+"] else -1


def _quick(cells: list[str], decimal: str) -> Numbers | None:
    """The usual column: nothing but plain numbers, and perhaps a few words for missing."""
    if decimal == ",":
        if not any(map(_COMMA_PROOF.fullmatch, cells[:500])):
            return None
        cells = "\n".join(cells).replace(".", "?").replace(",", ".").split("\n")
    sample = cells[:: max(1, len(cells) // 200)]
    if any(not _PLAIN.fullmatch(cell) and not is_missing(cell) for cell in sample):
        return None
    odd: set[str] = set()
    if not _DIGITS.issuperset("".join(cells)) or "" in cells:
        odd = {cell for cell in cells if not _PLAIN.fullmatch(cell)}
        if len(odd) > 20 or not all(map(is_missing, odd)) or odd.issuperset(cells):
            return None
    swap = dict.fromkeys(odd, "nan")
    try:
        values = np.fromiter((float(swap.get(c, c)) for c in cells), np.float64, len(cells))
    except ValueError:
        return None
    return _checked(cells, values, odd, decimal=decimal)


def _checked(
    cells: list[str],
    values: Floats,
    words: set[str],
    *,
    decimal: str = ".",
    grouped: str = "",
    unsure: bool = False,
    affix: str = "",
    scaled: bool = False,
    accounting: bool = False,
) -> Numbers:
    """The numbers with the rows that need a word; `words` mean that there is none."""
    beyond = np.abs(values) > MOST  # false for NaN
    infinite = np.flatnonzero(beyond).tolist()
    if infinite:
        values = np.where(beyond, np.nan, values)
    empty = np.flatnonzero(np.isnan(values)).tolist()
    aside = set(infinite)
    return Numbers(
        values,
        missing=[i for i in empty if cells[i] in words],
        bad=[i for i in empty if cells[i] not in words and i not in aside],
        errors=[i for i in empty if cells[i].casefold() in EXCEL_ERRORS],
        infinite=infinite,
        inexact=[
            i
            for i in np.flatnonzero(np.abs(np.nan_to_num(values)) > _EXACT).tolist()
            if cells[i].lstrip("+-").isdigit()
        ],
        decimal=decimal,
        grouped=grouped,
        unsure=unsure,
        affix=affix,
        scaled=scaled,
        accounting=accounting,
    )


def _is_infinite(text: str) -> bool:
    return text.lstrip("+-").casefold() in {"inf", "infinity", "∞", "1.#inf"}


def _short_scales(affixes: Counter[str]) -> dict[str, float]:
    """K, M and B are factors if there are several of them, and kelvin or metres if only one."""
    letters = [affix for affix in affixes if affix]
    if len(letters) > 1 and all(letter in _SHORT_SCALES for letter in letters):
        return _SHORT_SCALES | {"": 1.0}
    return {}


def _decimal_sign(bodies: list[tuple[str, int]], decimal: str) -> tuple[str, bool]:
    """The decimal sign of one column, and whether it was only assumed."""
    commas = sum(n for body, n in bodies if _COMMA_PROOF.fullmatch(body))
    points = sum(n for body, n in bodies if _POINT_PROOF.fullmatch(body))
    if commas != points:
        return ("," if commas > points else "."), False
    return decimal, any(re.fullmatch(r"\d{1,3}[.,]\d{3}", body) for body, _ in bodies)


def _reader(decimal: str) -> Callable[[_Dressed], tuple[float, str] | None]:
    """Reads the parts of a cell; says also how its digits were grouped."""
    groups = re.escape(",' " if decimal == "." else ".' ")
    point = re.escape(decimal)
    simple = re.compile(rf"\d+(?:{point}\d*)?|{point}\d+", re.ASCII)
    lakh = r"(,)(?:\d\d,)+\d{3}" if decimal == "." else r"((?!))"  # Indian, always with commas
    grouped = re.compile(
        rf"\d{{1,3}}(?:([{groups}])\d{{3}}(?:\1\d{{3}})*|{lakh})(?:{point}\d+)?", re.ASCII
    )
    others = [c for c in ",.' " if c != decimal]

    def read(parts: _Dressed) -> tuple[float, str] | None:
        body, grouping = parts.body, ""
        if not simple.fullmatch(body):
            match = grouped.fullmatch(body)
            if match is None:
                return None
            grouping = "lakh" if match[2] else "thousands"
            for other in others:
                body = body.replace(other, "")
        factor = parts.factor
        if not factor:
            return None
        if parts.exponent:
            body += parts.exponent.lower().replace("d", "e")
        return factor * float(body.replace(decimal, ".")), grouping

    return read
