"""Lines of a file that are no data: preambles, comments, footers, repeated headers.

None of them is left out without a finding that names it.
"""

from __future__ import annotations

import re

from seqlab.data.reader.cells.kinds import is_missing, looks_like_data
from seqlab.data.reader.vocabulary import TYPES
from seqlab.data.reader.wording import count, hint, names, on_lines, shown, warning
from seqlab.experiment import Finding

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


def without_comments(
    rows: list[list[str]], lines: list[int], width: int
) -> tuple[list[list[str]], list[int], list[Finding]]:
    """Leaves out rules and lines that start with #, unless they are shaped like all the others."""
    marks = ("#", "//", "%", "@") if width > 1 else ("#", "//")
    keep = [
        (
            not (row[0].startswith(marks) and (len(row) != width or width == 1))
            and not _RULE.fullmatch("".join(row))
        )
        or (width == 1 and is_missing(row[0]))
        for row in rows
    ]
    if all(keep) or not any(keep):
        return rows, lines, []
    dropped = [line for line, kept in zip(lines, keep, strict=True) if not kept]
    return (
        [row for row, kept in zip(rows, keep, strict=True) if kept],
        [line for line, kept in zip(lines, keep, strict=True) if kept],
        [warning("comments", f"Comments or rules left out: {on_lines(dropped)}.")],
    )


def report_preamble(rows: list[list[str]], lines: list[int], end: int) -> list[Finding]:
    """Names the lines above the header."""
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
    rows: list[list[str]],
    lines: list[int],
    width: int,
    typed: list[int],
) -> tuple[list[list[str]], list[int], list[Finding]]:
    """Leaves out totals, sources and notes below the data: none of them is a time step."""
    findings: list[Finding] = []
    end = len(rows)
    while end > 1 and len(rows) - end < 20 and _is_footer(rows[end - 1], width, typed):
        end -= 1
    dropped = [next(filter(None, row), "") for row in rows[end:]]
    if any(dropped):
        findings.append(
            warning(
                "footer",
                f"{count(len(dropped), 'line')} below the data left out "
                f"({on_lines(lines[end:])}): {names(filter(None, dropped))}.",
            )
        )
    elif dropped:
        findings.append(
            hint("empty_rows", f"Rows of empty cells left out: {on_lines(lines[end:])}.")
        )
    return rows[:end], lines[:end], findings


def without_totals(
    rows: list[list[str]], lines: list[int], typed: list[int]
) -> tuple[list[list[str]], list[int], list[Finding]]:
    """Leaves out totals between the rows of data: no time step either."""
    if not typed or typed[0] != 0:
        return rows, lines, []
    totals = {i for i, row in enumerate(rows) if row[0][:1].isalpha() and _TOTAL.fullmatch(row[0])}
    if not totals or len(totals) > 0.4 * len(rows):
        return rows, lines, []
    finding = warning(
        "totals",
        f"{count(len(totals), 'line')} between the data left out "
        f"({on_lines(lines[i] for i in sorted(totals))}): "
        f"{names(dict.fromkeys(rows[i][0] for i in sorted(totals)))} is no time step.",
    )
    return *_without(rows, lines, totals), [finding]


def without_types(
    rows: list[list[str]], lines: list[int]
) -> tuple[list[list[str]], list[int], list[Finding]]:
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


def without_repeated_header(
    rows: list[list[str]], lines: list[int], title: list[list[str]]
) -> tuple[list[list[str]], list[int], list[Finding]]:
    """Leaves out copies of the header between the rows, as in files glued together."""
    copies = [i for i, row in enumerate(rows) if row == title[-1]] if title else []
    if not copies:
        return rows, lines, []
    above = _words_above(rows, copies, len(title[-1]))
    told = f" The {on_lines(lines[i] for i in above)} above it likewise." if above else ""
    finding = warning(
        "repeated_header",
        f"The header stands again on {on_lines(lines[i] for i in copies)}: left out.{told} "
        "Perhaps several files or recordings were joined: windows cross the seam.",
    )
    return *_without(rows, lines, {*copies, *above}), [finding]


def _words_above(rows: list[list[str]], copies: list[int], width: int) -> list[int]:
    """Short lines of words just above a header that stands again: where a log began anew."""
    found = []
    for copy in copies:
        row = copy - 1
        while row >= max(0, copy - 5):
            filled = [cell for cell in rows[row] if cell]
            if len(filled) >= width or any(map(looks_like_data, filled[1:])):
                break
            found.append(row)
            row -= 1
    return sorted(found)


def _without(
    rows: list[list[str]], lines: list[int], places: set[int]
) -> tuple[list[list[str]], list[int]]:
    """All but the rows in these places."""
    kept = [i for i in range(len(rows)) if i not in places]
    return [rows[i] for i in kept], [lines[i] for i in kept]
