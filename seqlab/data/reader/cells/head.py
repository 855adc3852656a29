"""Where the data of a file begins, and which rows above it hold the names of its columns."""

from __future__ import annotations

import re
from itertools import pairwise

from seqlab.data.reader.cells.kinds import is_missing, looks_like_data
from seqlab.data.reader.vocabulary import DATE_NAMES, key
from seqlab.data.reader.wording import on_lines, shown, warning
from seqlab.experiment import Finding

_MAX_HEADER = 3
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{4}-\d\d\b")
# Possessive quantifiers (*+, ++) give nothing back, so that no text takes more than linear time.
_UNIT = re.compile(
    r"deg\w*|UTC|unit|[\[(].*[\])]|[^°%/²³µ^\n]*+[°%/²³µ^].*|-|[kcmnµhMG]?(m|g|s|Pa|W|Wh|V|A|Hz|J|N|l|L|b|bar|mol|min|h|d|C|F|K)"
)


def typed_columns(rows: list[list[str]], width: int) -> list[int]:
    """The columns that hold numbers, dates or truth values in the body of the file."""
    body = [row for row in rows[min(4, len(rows) // 2) :] if len(row) == width]
    body = body[:: max(1, len(body) // 30)]
    typed = []
    for column in range(width):
        known = [row[column] for row in body if not is_missing(row[column])]
        if known and sum(map(looks_like_data, known)) >= 0.6 * len(known):
            typed.append(column)
    return typed


def find(
    rows: list[list[str]], width: int, typed: list[int], header: int | None
) -> tuple[int, int]:
    """The index of the first row of data, and how many header rows stand above it."""
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


def _below_late_title(rows: list[list[str]], start: int, width: int, typed: list[int]) -> int:
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


def _below_title(rows: list[list[str]], start: int, width: int) -> int:
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


def _belongs(title: list[list[str]]) -> bool:
    """Do several rows above the data form one header: groups above names, or names above units?"""
    if len(title) > _MAX_HEADER:
        return False
    upper, lower = title[-2], title[-1]
    grouped = len(set(upper)) < len(upper) or "" in upper
    units = [cell for cell in lower if cell]
    return grouped or sum(_UNIT.fullmatch(cell) is not None for cell in units) >= len(units) / 2


def _are_names(rows: list[list[str]], typed: list[int]) -> bool:
    """Does the first row use numbers or dates as names: 0, 1, 2, ... or 1/22/20, 1/23/20, ...?"""
    if len(rows) < 2 or min(map(len, rows)) <= typed[-1] or len(typed) < 2:
        return False
    if _are_places(*rows):
        return True
    if _are_years(*rows):
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


def _are_years(first: list[str], second: list[str]) -> bool:
    """2019, 2020, 2021 above numbers of another kind."""
    if not all(re.fullmatch(r"(19|20)\d\d", cell) for cell in first):
        return False
    steps = {int(b) - int(a) for a, b in pairwise(first)}
    return steps == {1} and not any(re.fullmatch(r"(19|20)\d\d", cell) for cell in second)


def _words_are_header(rows: list[list[str]]) -> bool:
    """In a file of words only: the first row is a header if it does not look like the rest."""
    first, rest = rows[0], rows[1:200]
    if len(set(first)) < len(first) or not all(first) or any(map(looks_like_data, first)):
        return False
    if any(cell in {row[j] for row in rest if j < len(row)} for j, cell in enumerate(first)):
        return False
    for j, cell in enumerate(first):  # a sentence like the ones below it
        words = cell.casefold().split()
        known = {word for row in rest if j < len(row) for word in row[j].casefold().split()}
        if len(words) > 1 and 2 * sum(word in known for word in words) > len(words):
            return False
    return all(len(cell) <= 40 and cell[-1:] not in ".!?" for cell in first)


def labels(
    title: list[list[str]], title_lines: list[int]
) -> tuple[list[str] | None, list[Finding]]:
    """The names of the columns: several header rows are joined."""
    findings: list[Finding] = []
    if not title:
        return None, findings
    if len(title) == 1:
        found = title[0]
    else:
        length = max(map(len, title))
        padded = [row + [""] * (length - len(row)) for row in title]
        for row in padded[:-1]:  # a merged spreadsheet cell names the empty ones after it
            for j in range(1, length):
                row[j] = row[j] or row[j - 1]
        found = [
            " ".join(dict.fromkeys(part for part in parts if part not in ("", "-")))
            for parts in zip(*padded, strict=True)
        ]
        findings.append(
            warning(
                "header_rows",
                f"The header rows on {on_lines(title_lines)} were joined into names such as "
                f"{shown(found[-1])}.",
            )
        )
    if len(title) > 1 and title[-1][0] and not any(title[-1][1:]):
        found[0] = title[-1][0]
    elif len(title) > 1:  # above and below the name of the time stand group titles and units
        parts = [row[0] for row in title if row]
        found[0] = next((part for part in parts if key(part) in DATE_NAMES), found[0])
    found = [" ".join(label.split()) for label in found]
    return [found[0].lstrip("#% ").strip('"'), *found[1:]], findings
