"""Where the data of a file begins, and which rows above it hold the names of its columns."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile

from seqlab.data.reader.cells.kinds import Cells, is_missing, looks_like_data
from seqlab.data.reader.vocabulary import DATE_NAMES, key
from seqlab.data.reader.wording import Findings, on_lines, shown
from seqlab.experiment import Finding

_MAX_HEADER = 3
_PREAMBLE = 60  # lines of words and values above the names
_MANY = 8  # numbers whose even steps are no chance
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{4}-\d\d\b")
# Possessive quantifiers (*+, ++) give nothing back, so that no text takes more than linear time.
_UNIT = re.compile(
    r"deg\w*|UTC|unit|yr|mo|dy|hr|mn|sec|nmi|ft|[\[(].*[\])]|[^°%/²³µ^\n]*+[°%/²³µ^].*|-|[kcmnµhMG]?(m|g|s|Pa|W|Wh|V|A|Hz|J|N|l|L|b|bar|mol|min|h|d|C|F|K)"
)


def typed_columns(rows: Cells, width: int) -> list[int]:
    """The columns that hold numbers, dates or truth values in the body of the file."""
    body = [row for row in rows[min(4, len(rows) // 2) :] if len(row) == width]
    body = body[:: max(1, len(body) // 30)]
    typed = []
    for column in range(width):
        known = [row[column] for row in body if not is_missing(row[column])]
        if known and sum(map(looks_like_data, known)) >= 0.6 * len(known):
            typed.append(column)
    return typed


def find(rows: Cells, width: int, typed: list[int], header: int | None) -> tuple[int, int]:
    """The index of the first row of data, and how many header rows stand above it.

    Args:
        rows: the cells.
        width: how many cells most rows have.
        typed: the places of columns with numbers, dates or truth values.
        header: how many header rows somebody says there are; `None` to find out.
    """
    first = next(i for i, row in enumerate(rows) if len(row) == width)
    if header == 0:
        return first, 0
    if not typed:
        height = header or int(_words_are_header(rows[first:]))
        return min(first + height, len(rows)), min(height, len(rows) - first)
    start = next(
        (i for i, row in enumerate(rows) if len(row) == width and _is_body(row, typed)), len(rows)
    )
    if header is not None:
        height = min(header, len(rows))
        return max(start, height), height
    if start == len(rows):
        return len(rows), 1
    if names_at := _names_below(rows, start, width, typed):
        return names_at + 1, 1
    while start > 0 and _is_short_body(rows[start - 1], width):
        start -= 1
    titled = start > 0 and _is_title(rows[start - 1], width) and len(rows[start - 1]) == width
    if not titled and _are_names(rows[start : start + 2], typed):
        return start + 1, 1
    start = _below_late_title(rows, start, width, typed)
    if start == 0:
        return 0, 0
    if start > 1 and _names_the_index(rows[start - 1], rows[start - 2], width):
        height = 1
        while height < min(start, _MAX_HEADER) and _is_title(rows[start - height - 1], width):
            height += 1
        return start, height
    start = _below_title(rows, start, width)
    head = 0
    while head < start and _is_title(rows[start - head - 1], width):
        head += 1
    if head > 1 and not _belongs(rows[start - head : start]):
        head = 1
    return start, head


def _is_body(row: list[str], typed: list[int]) -> bool:
    known = [row[column] for column in typed if not is_missing(row[column])]
    if not known:  # all values missing: a row of data if something says so in words
        return any(is_missing(cell) and cell for cell in row)
    return sum(map(looks_like_data, known)) >= 0.5 * len(known)


def _names_below(rows: Cells, start: int, width: int, typed: list[int]) -> int:
    """Where the names stand if lines of words and values, as many as columns, stand above them.

    `Version<tab>5.97`: instruments write so. Below the names there are no words any more.
    """

    def words(row: list[str]) -> list[bool]:
        cells = [row[column] if column < len(row) else "" for column in typed]
        return [bool(cell) and not is_missing(cell) and not looks_like_data(cell) for cell in cells]

    odd = [i for i in range(start, min(len(rows) // 2, start + _PREAMBLE)) if any(words(rows[i]))]
    if len(odd) < 2 or len(typed) < 2 or typed[0] or not all(words(rows[odd[-1]])):
        return 0
    last, above = odd[-1], rows[start : odd[-1]]
    worded = sum(words(row)[0] for row in above)
    unlike = len(rows[last]) >= width and worded >= 0.5 * len(above)
    below = rows[last + 1 : last + 1 + 2 * len(above) + _MANY]
    return last if unlike and all(_is_body(row, typed) for row in below) else 0


def _below_late_title(rows: Cells, start: int, width: int, typed: list[int]) -> int:
    """Where the data begins if lines above the names look half like data: "Generated,2020-05-05,".

    Only lines with empty cells may be passed over, as spreadsheets write them.
    """
    for at in range(start, min(start + 10, len(rows) - 1)):
        row = rows[at]
        cells = [row[column] for column in typed if column < len(row)]
        data = [looks_like_data(cell) for cell in cells if not is_missing(cell)]
        if data and all(data) and len(data) >= 0.5 * len(typed):
            return start
        if at > start and len(row) == width and all(row) and not any(data):
            return at + 1 if _is_body(rows[at + 1], typed) else start
        if all(row):
            return start
    return start


def _names_the_index(row: list[str], above: list[str], width: int) -> bool:
    """The line that pandas writes below several lines of names: `Date,,`."""
    return len(row) == width > 1 and not any(row[1:]) and bool(row[0]) and _is_title(above, width)


def _below_title(rows: Cells, start: int, width: int) -> int:
    """Where the data begins if odd rows stand between the names and the first whole row."""
    for above in range(start - 1, max(-1, start - 5), -1):
        if len(rows[above]) == width and _is_title(rows[above], width):
            return start if above == start - 1 else above + 1
    return start


def _is_short_body(row: list[str], width: int) -> bool:
    """A row of data in which cells are missing."""
    filled = [cell for cell in row if cell]
    return 1 < len(row) < width and sum(map(looks_like_data, filled)) > 0.5 * len(filled)


def _is_title(row: list[str], width: int) -> bool:
    """Could this record hold the names of the columns?"""
    filled = [cell for cell in row if cell]
    if width == 1:
        return len(row) == 1 and not looks_like_data(row[0])
    return len(filled) >= max(2 if width > 2 else 1, width // 3) and 2 * len(row) >= width


def _belongs(title: Cells) -> bool:
    """Do several rows above the data form one header: groups above names, or names above units?"""
    if len(title) > _MAX_HEADER:
        return False
    upper, lower = title[-2], title[-1]
    grouped = len(set(upper)) < len(upper) or "" in upper
    return grouped or are_units(lower)


def are_units(row: list[str]) -> bool:
    """Whether at least half of the filled cells are units: mV, °C, [m/s], hr."""
    units = [cell for cell in row if cell]
    return sum(_UNIT.fullmatch(cell) is not None for cell in units) >= len(units) / 2


def _are_names(rows: Cells, typed: list[int]) -> bool:
    """Does the first row use numbers or dates as names: 0, 1, 2, ... or 1/22/20, 1/23/20, ...?"""
    if len(rows) < 2 or min(map(len, rows)) <= typed[-1] or len(typed) < 2:
        return False
    if _are_places(*rows):
        return True
    if _are_years(*rows):
        return True
    if _are_even(*rows):
        return True
    if _are_numbers_of_things(*rows) or _count_on(*rows):
        return True
    if len(typed) < 4:
        return False
    first, second = ([row[column] for column in typed] for row in rows)
    if sum(_DATE.match(cell) is not None for cell in first) > len(first) / 2:
        return not any(map(_DATE.match, second))
    if not all(re.fullmatch(r"[0-9]{1,9}", cell) for cell in first[1:]):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(first[1:])}
    years = all(1000 <= int(cell) <= 2300 for cell in first[1:]) and min(steps) > 0
    if years and not all(re.fullmatch(r"[12]\d{3}", cell) for cell in second[1:]):
        return True
    return steps == {1} and second[-1] != first[-1]


def _are_places(first: list[str], second: list[str]) -> bool:
    """`,0,1`: what pandas writes above a column of labels when the columns have no names."""
    counted = [str(place) for place in range(len(first) - 1)]
    return not first[0] and first[1:] == counted and bool(second[0]) and second[1:] != counted


def _are_numbers_of_things(first: list[str], second: list[str]) -> bool:
    """`,773869,767541`: whole numbers as names, above times and numbers with decimals."""
    named = not first[0] and bool(second[0]) and len(set(first[1:])) == len(first) - 1
    whole = all(re.fullmatch(r"[1-9]\d{1,8}", cell) for cell in first[1:])
    return named and whole and sum("." in cell for cell in second[1:]) > len(second) / 2


def _count_on(first: list[str], second: list[str]) -> bool:
    """Words and then 1, 2, 3, ...: names of steps behind what is said of each series."""
    counted = list(takewhile(str.isdecimal, reversed(first)))
    words = first[: len(first) - len(counted)]
    if len(counted) < _MANY or not words or any(map(looks_like_data, words)):
        return False
    steps = {int(a) - int(b) for a, b in pairwise(counted)}
    return steps == {1} and second[-len(counted) :] != first[-len(counted) :]


def _are_years(first: list[str], second: list[str]) -> bool:
    """2019, 2020, 2021 above numbers of another kind."""
    if not all(re.fullmatch(r"(19|20)\d\d", cell) for cell in first):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(first)}
    return steps == {1} and not any(re.fullmatch(r"(19|20)\d\d", cell) for cell in second)


def _are_even(first: list[str], second: list[str]) -> bool:
    """Names such as 400.0, 402.5, 405.0: numbers in even steps above numbers that are in none."""
    numbers = [(_number(a), _number(b)) for a, b in zip(first, second, strict=False)]
    both = [(a, b) for a, b in numbers if a is not None and b is not None]
    if len(both) < _MANY or len(both) < 0.8 * len(first) or len({a for a, _ in both}) < len(both):
        return False
    above, below = ([b - a for a, b in pairwise(column)] for column in zip(*both, strict=True))
    mean = sum(above) / len(above)
    even = all(abs(step - mean) <= 0.01 * abs(mean) for step in above)
    return even and len({round(step, 12) for step in below}) > 1


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _words_are_header(rows: Cells) -> bool:
    """In a file of words only: the first row is a header if it does not look like the rest."""
    first, rest = rows[0], rows[1:200]
    while first and not first[-1] and not any(row[len(first) - 1 :][:1] != [""] for row in rest):
        first = first[:-1]  # v1,v2,,, above rows that end so as well
    if (
        not first
        or len(set(first)) < len(first)
        or not all(first)
        or any(map(looks_like_data, first))
    ):
        return False
    if any(cell in {row[j] for row in rest if j < len(row)} for j, cell in enumerate(first)):
        return False
    for j, cell in enumerate(first):  # a sentence like the ones below it
        words = cell.casefold().split()
        known = {word for row in rest if j < len(row) for word in row[j].casefold().split()}
        if len(words) > 1 and 2 * sum(word in known for word in words) > len(words):
            return False
    return all(len(cell) <= 40 and cell[-1:] not in ".!?" for cell in first)


def labels(title: Cells, title_lines: list[int]) -> tuple[list[str] | None, list[Finding]]:
    """The names of the columns: several header rows are joined."""
    findings = Findings()
    if not title:
        return None, findings
    if len(title) == 1:
        joined = title[0]
    else:
        length = max(map(len, title))
        padded = [row + [""] * (length - len(row)) for row in title]
        for row in padded[:-1]:  # a merged spreadsheet cell names the empty ones after it
            for j in range(1, length):
                row[j] = row[j] or row[j - 1]
        joined = [
            " ".join(dict.fromkeys(part for part in parts if part not in ("", "-")))
            for parts in zip(*padded, strict=True)
        ]
        findings.warn(
            "header_rows",
            f"The header rows on {on_lines(title_lines)} were joined into names such as "
            f"{shown(joined[-1])}.",
        )
    if len(title) > 1 and title[-1][0] and not any(title[-1][1:]):
        joined[0] = title[-1][0]
    elif len(title) > 1:  # above and below the name of the time stand group titles and units
        parts = [row[0] for row in title if row]
        joined[0] = next((part for part in parts if key(part) in DATE_NAMES), joined[0])
    joined = [" ".join(label.split()) for label in joined]
    return [joined[0].lstrip("#% ").strip('"'), *joined[1:]], findings
