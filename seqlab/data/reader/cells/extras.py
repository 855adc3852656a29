"""Lines of a file that are no data: preambles, comments, footers, repeated headers.

None of them is left out without a finding that names it.
"""

from __future__ import annotations

import re
from itertools import pairwise

from seqlab.data.reader.cells import head
from seqlab.data.reader.cells.kinds import Cells, is_missing, looks_like_data
from seqlab.data.reader.vocabulary import TYPES
from seqlab.data.reader.wording import Findings, count, names, on_lines, shown, warning
from seqlab.experiment import Finding

Left = tuple[Cells, list[int], list[Finding]]  # rows, their lines, what was left out

_SUMMARY = re.compile(
    r"(grand |sub)?(total|sum|average|mean|avg|median|count|min|max|std|summe|gesamt|mittelwert"
    r"|moyenne|somme|promedio|media|totale|合计|总计|小计|平均|備考)s?\b.{0,20}$"
    r"|(source|note|notes|quelle|hinweis|copyright|©|\(c\)|\*|footnote|remark|generated|exported"
    r"|end of|eof|downloaded|data from|updated|来源|注)",
    re.IGNORECASE,
)


_ROW_COUNT = re.compile(r"\(?\d[\d,]* rows?\b.{0,30}\)?", re.IGNORECASE)
_TOTAL = re.compile(
    r"((grand|sub|running)[- ]?)?(total|sum)s?( .{0,20})?:?|(zwischen|gesamt)?summe|gesamt"
    r"|somme|totale|sous-total|合计|总计|小计",
    re.IGNORECASE,
)
_RULE = re.compile(r"[:|+ ]*[-=_]{3}[-=_:|+ ]*")  # |---|---|


FEWEST = 10  # rows, each with a time, that make the last one without a time a total
REMARKS = 0.02  # of the rows: as many may be words alone, others begin parts of the table


def without_comments(rows: Cells, lines: list[int], width: int) -> Left:
    """Leaves out rules and lines that start with #, unless they are shaped like all the others.

    Args:
        rows: the cells.
        lines: the line of each row in the file.
        width: how many cells most rows have.
    """
    marks = ("#", "//", "%", "@") if width > 1 else ("#", "//")
    marked = next((i for i, row in enumerate(rows) if not row[0].startswith(("#", "%"))), 0)
    above = 0  # lines with a mark that are left out even if they have as many cells
    if marked > 0 and width > 1 and len(rows[marked]) == width:
        if any(map(looks_like_data, rows[marked])):
            rows = _with_commented_names(rows, marked, width)
        else:
            above = marked  # the names stand below
    keep = [
        i >= above
        and (
            (
                not (row[0].startswith(marks) and (len(row) != width or width == 1))
                and not _RULE.fullmatch("".join(row))
            )
            or (width == 1 and is_missing(row[0]))
        )
        for i, row in enumerate(rows)
    ]
    if all(keep) or not any(keep):
        return rows, lines, []
    dropped = [line for line, is_data in zip(lines, keep, strict=True) if not is_data]
    return (
        [row for row, is_data in zip(rows, keep, strict=True) if is_data],
        [line for line, is_data in zip(lines, keep, strict=True) if is_data],
        [warning("comments", f"Comments or rules left out: {on_lines(dropped)}.")],
    )


def _with_commented_names(rows: Cells, marked: int, width: int) -> Cells:
    """Names behind a `#`, as `numpy.savetxt` writes them, become the names of the columns.

    Units may stand behind another one below them.
    """
    titles = [_unmarked(row, width) for row in rows[:marked]]
    last = titles[-1]
    if last is None:
        return rows
    if marked > 1 and (names_of := titles[-2]) is not None and head.are_units(last):
        return [*rows[: marked - 2], names_of, last, *rows[marked:]]
    if len(set(last)) < width:
        return rows
    return [*rows[: marked - 1], last, *rows[marked:]]


def _unmarked(row: list[str], width: int) -> list[str] | None:
    """The names in a line behind a mark, if they are as many words as there are columns."""
    title = [row[0].lstrip("#% "), *row[1:]]
    title = title[0 if title[0] else 1 :]
    named = len(title) == width and all(title) and not any(map(looks_like_data, title))
    return title if named else None


def report_preamble(rows: Cells, lines: list[int], end: int) -> list[Finding]:
    """Names the lines above the header.

    Args:
        rows: the cells.
        lines: the line of each row in the file.
        end: how many of them stand above the header.
    """
    if end <= 0:
        return []
    return [
        warning(
            "preamble",
            f"{count(end, 'line')} above the header left out ({on_lines(lines[:end])}), "
            f"beginning with {shown(next(filter(None, rows[0]), ''))}.",
        )
    ]


def without_footer(
    rows: Cells,
    lines: list[int],
    width: int,
    typed: list[int],
) -> Left:
    """Leaves out totals, sources and notes below the data: none of them is a time step.

    Args:
        rows: of the data, without the header.
        lines: the line of each in the file.
        width: how many cells most rows have.
        typed: the places of columns with numbers, dates or truth values.
    """
    findings = Findings()
    end = len(rows)
    timed = len(typed) > 1 and typed[0] == 0 and all(row[0] for row in rows[:-1])
    if timed and len(rows) > FEWEST and not rows[-1][0]:
        end -= 1  # a total without a name
    merged = sum(not row[0] for row in rows) > 0.2 * len(rows)  # cells, so that rows begin empty
    while end > 1 and len(rows) - end < 20 and _is_footer(rows[end - 1], width, typed):
        if merged and any(map(looks_like_data, rows[end - 1])):
            break
        end -= 1
    dropped = [next(filter(None, row), "") for row in rows[end:]]
    if any(dropped):
        findings.warn(
            "footer",
            f"{count(len(dropped), 'line')} below the data left out "
            f"({on_lines(lines[end:])}): {names(filter(None, dropped))}.",
        )
    elif dropped:
        findings.hint("empty_rows", f"Rows of empty cells left out: {on_lines(lines[end:])}.")
    return rows[:end], lines[:end], findings


def without_totals(rows: Cells, lines: list[int], typed: list[int]) -> Left:
    """Leaves out totals, and a few words alone, between the rows of data: no time step either.

    Args:
        rows: of the data, without the header.
        lines: the line of each in the file.
        typed: the places of columns with numbers, dates or truth values.
    """
    if not typed or typed[0] != 0:
        return rows, lines, []
    worded = [i for i, row in enumerate(rows) if row[0][:1].isalpha()]
    totals = {i for i in worded if _TOTAL.fullmatch(rows[i][0])}
    if len(typed) > 1 and len(worded) <= max(1, REMARKS * len(rows)):
        totals |= {i for i in worded if not any(rows[i][1:]) and not _is_value(rows[i][0])}
    if not totals or len(totals) > 0.4 * len(rows):
        return rows, lines, []
    what = dict.fromkeys(rows[i][0] for i in sorted(totals))
    finding = warning(
        "totals",
        f"{count(len(totals), 'line')} between the data left out "
        f"({on_lines(lines[i] for i in sorted(totals))}): {names(what)} "
        f"{'is no time step' if len(what) == 1 else 'are no time steps'}.",
    )
    return *_without(rows, lines, totals), [finding]


def _is_value(cell: str) -> bool:
    return looks_like_data(cell) or is_missing(cell)


def without_types(rows: Cells, lines: list[int]) -> Left:
    """Leaves out a line below the names that says what the columns hold: float, int, text."""
    for i, row in enumerate(rows[1:6], start=1):
        filled = [cell.casefold() for cell in row if cell]
        if len(filled) > 1 and TYPES.issuperset(filled) and len(rows[i - 1]) == len(row):
            above = [cell.casefold() for cell in rows[i - 1] if cell]
            if any(map(looks_like_data, above)) or TYPES.issuperset(above):
                continue
            finding = warning("types_row", f"Line {lines[i]} only names types: left out.")
            return *_without(rows, lines, {i}), [finding]
    return rows, lines, []


def _is_footer(row: list[str], width: int, typed: list[int]) -> bool:
    filled = [cell for cell in row if cell]
    if not filled:
        return True
    if width == 1:
        return bool(typed) and not looks_like_data(row[0]) and not is_missing(row[0])
    first = filled[0]
    if len(filled) == 1 and _ROW_COUNT.fullmatch(first):
        return True
    if looks_like_data(first) or is_missing(first):
        return False
    full = len(row) == width and all(looks_like_data(row[j]) for j in typed)
    if full and not _SUMMARY.match(first):
        return False
    if not typed:
        return len(row) < width and len(filled) == 1 and _SUMMARY.match(first) is not None
    if len(filled) == 1 and len(first) > 1:
        return True
    return (typed[0] == 0 or row[0] == "" or _SUMMARY.match(first) is not None) and (
        _SUMMARY.match(first) is not None or not any(c.isdigit() for c in first)
    )


def without_repeated_header(rows: Cells, lines: list[int], title: Cells) -> Left:
    """Leaves out copies of the header between the rows, as in files glued together.

    Args:
        rows: of the data, without the header.
        lines: the line of each in the file.
        title: the rows of the header.
    """
    copies = [i for i, row in enumerate(rows) if row == title[-1]] if title else []
    if not copies:
        return rows, lines, []
    above = _words_above(rows, copies, len(title[-1]))
    end = min({*copies, *above})
    if _are_years(rows[copies[0] + 1 :]) and not _are_years(rows[:end]):
        sentence = (
            f"Another table below the data (from line {lines[end]:,} on) left out: its rows are "
        )
        sentence += f"years, as in {shown(rows[copies[0] + 1][0])}."
        return rows[:end], lines[:end], [warning("other_table", sentence)]
    sentence = f" The {on_lines(lines[i] for i in above)} above it likewise." if above else ""
    finding = warning(
        "repeated_header",
        f"The header stands again on {on_lines(lines[i] for i in copies)}: left out.{sentence} "
        "Perhaps several files or recordings were joined.",
    )
    return *_without(rows, lines, {*copies, *above}), [finding]


def _are_years(rows: Cells) -> bool:
    """Whether the first cells, of two rows at least, are years that follow each other."""
    years = [row[0] for row in rows]
    if len(years) < 2 or not all(re.fullmatch(r"(?:1[89]|2[01])\d\d", year) for year in years):
        return False
    return all(int(b) - int(a) == 1 for a, b in pairwise(years))


def _words_above(rows: Cells, copies: list[int], width: int) -> list[int]:
    """Short lines of words just above a header that stands again: where a log began anew."""
    worded = []
    for copy in copies:
        row = copy - 1
        while row >= max(0, copy - 5):
            filled = [cell for cell in rows[row] if cell]
            if len(filled) >= width or any(map(looks_like_data, filled[1:])):
                break
            worded.append(row)
            row -= 1
    return sorted(worded)


def _without(rows: Cells, lines: list[int], places: set[int]) -> tuple[Cells, list[int]]:
    """All but the rows in these places."""
    left = [i for i in range(len(rows)) if i not in places]
    return [rows[i] for i in left], [lines[i] for i in left]
