"""Records -> a rectangle of named columns: preamble, header, footer and ragged rows.

Nothing leaves the rectangle silently: every line that is left out or changed is in a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from seqlab.data.cells import is_missing, looks_like_data
from seqlab.data.dialect import MAX_COLUMNS, Records
from seqlab.data.foreign import UploadError
from seqlab.data.wording import count, hint, names, on_lines, shown, warning
from seqlab.experiment import Finding

_MAX_HEADER = 3
_SUMMARY = re.compile(
    r"(grand |sub)?(total|sum|average|mean|avg|median|count|min|max|std|summe|gesamt|mittelwert"
    r"|moyenne|somme|promedio|media|totale|合计|总计|小计|平均|備考)s?\b.{0,20}$"
    r"|(source|note|notes|quelle|hinweis|copyright|©|\(c\)|\*|footnote|remark|generated|exported"
    r"|end of|eof|downloaded|data from|updated|来源|注)",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[\[(].*[\])]|.*[°%/²³µ^].*|-|[kcmnµhMG]?(m|g|s|Pa|W|Wh|V|A|Hz|J|N|l|L|b|bar|mol|min|h|d|C|F|K)"
)


@dataclass(frozen=True)
class Grid:
    """A rectangle of cells: `columns[j][i]` is on line `lines[i]` of the file.

    Attributes:
        named: whether the names come from the file.
    """

    names: list[str]
    columns: list[list[str]]
    lines: list[int]
    named: bool


def outline(records: Records, header: int | None = None) -> tuple[Grid, list[Finding]]:
    """The table inside the records; `header` is its number of header rows if that is known.

    Raises:
        UploadError: if there is no table, or names and cells cannot be matched.
    """
    if not records.rows:
        raise UploadError("This file is empty: it has no rows of data.")
    findings: list[Finding] = []
    rows, lines = _with_gaps(records)
    if len(rows) <= 2 and (turned := _turned(rows, lines)):
        return turned
    width = _width(rows)
    if width > MAX_COLUMNS:
        raise UploadError(
            f"This file has {width:,} columns; at most {MAX_COLUMNS:,} are read. If each row is "
            "one long sequence, save it transposed: one row per time step."
        )
    rows, lines = _without_comments(rows, lines, width, findings)
    typed = _typed_columns(rows, width)
    start, head = _head(rows, width, typed, header)
    _report_preamble(rows, lines, start - head, findings)
    title, title_lines = rows[start - head : start], lines[start - head : start]
    rows, lines = rows[start:], lines[start:]
    rows, lines = _without_footer(rows, lines, width, typed, findings)
    rows, lines = _without_repeated_header(rows, lines, title, findings)
    if not rows:
        raise UploadError("This file has a header but no rows of data below it.")
    labels = _labels(title, title_lines, findings)
    labels, rows = _fit(labels, rows, lines, width, records.delimiter, findings)
    grid = _square(labels, rows, lines, findings)
    if not title and header is None:
        findings.append(
            warning(
                "header_missing",
                f"Line {lines[0]:,} already looks like data, so the columns were named "
                f"{names(grid.names)}.",
            )
        )
    return Grid(_unique(grid.names, findings), grid.columns, grid.lines, bool(title)), findings


def _with_gaps(records: Records) -> tuple[list[list[str]], list[int]]:
    """In a single column a blank line between values is a missing value, not nothing."""
    rows, lines = records.rows, records.lines
    inner = [n for n in records.blank if lines[0] < n < lines[-1]]
    few = 0 < len(inner) < 0.4 * len(rows)
    if records.delimiter is not None or not few or inner[0] <= lines[min(2, len(lines) - 1)]:
        return rows, lines
    merged = sorted([*zip(lines, rows, strict=True), *((n, [""]) for n in inner)])
    return [row for _, row in merged], [line for line, _ in merged]


def _turned(rows: list[list[str]], lines: list[int]) -> tuple[Grid, list[Finding]] | None:
    """A series laid out in one row: turned into a column."""
    row = rows[-1]
    while row and not row[-1]:
        row = row[:-1]
    data = [looks_like_data(cell) for cell in row]
    is_row = len(row) >= 10 and sum(data) >= 0.9 * len(row)
    if not is_row or (len(rows) == 2 and sum(map(looks_like_data, rows[0])) > 0.5 * len(rows[0])):
        return None
    name = "column 1"
    if not data[0]:
        name, row = row[0] or name, row[1:]
    finding = warning(
        "transposed",
        f"All {len(row):,} values stand in one row (line {lines[-1]:,}): they were read as one "
        "column, one value per time step.",
    )
    return Grid([name], [row], [lines[-1]] * len(row), name != "column 1"), [finding]


def _width(rows: list[list[str]]) -> int:
    """How many cells most records have."""
    return max(Counter(map(len, rows)).items(), key=lambda item: (item[1], item[0]))[0]


def _without_comments(
    rows: list[list[str]], lines: list[int], width: int, findings: list[Finding]
) -> tuple[list[list[str]], list[int]]:
    """Leaves out lines that start with # or //, unless they are shaped like all the others."""
    keep = [
        not row[0].startswith(("#", "//", "%")) or len(row) == width and not is_missing(row[0])
        if width > 1
        else not row[0].startswith(("#", "//")) or is_missing(row[0])
        for row in rows
    ]
    if all(keep) or not any(keep):
        return rows, lines
    dropped = [line for line, kept in zip(lines, keep, strict=True) if not kept]
    findings.append(
        warning("comments", f"Comments on {on_lines(dropped)} were left out.")
    )
    return (
        [row for row, kept in zip(rows, keep, strict=True) if kept],
        [line for line, kept in zip(lines, keep, strict=True) if kept],
    )


def _typed_columns(rows: list[list[str]], width: int) -> list[int]:
    """The columns that hold numbers, dates or truth values in the body of the file."""
    body = [row for row in rows[min(4, len(rows) // 2) :] if len(row) == width]
    body = body[:: max(1, len(body) // 60)]
    typed = []
    for column in range(width):
        known = [row[column] for row in body if not is_missing(row[column])]
        if known and sum(map(looks_like_data, known)) >= 0.6 * len(known):
            typed.append(column)
    return typed


def _head(
    rows: list[list[str]], width: int, typed: list[int], header: int | None
) -> tuple[int, int]:
    """The index of the first row of data, and how many header rows stand above it."""
    if not typed:
        start = next(i for i, row in enumerate(rows) if len(row) == width)
        if header is not None:
            return min(start + header, len(rows)), header
        return (start + 1, 1) if _words_are_header(rows[start:]) else (start, 0)
    start = next(
        (i for i, row in enumerate(rows) if len(row) == width and _is_body(row, typed)), len(rows)
    )
    if header is not None:
        above = min(header, len(rows))
        return (max(start, above), above) if start or not above else (above, above)
    if start == len(rows):
        return len(rows), 1
    if start == 0:
        return (1, 1) if _counts(rows, typed) else (0, 0)
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
    return sum(map(looks_like_data, known)) > 0.5 * len(known)


def _is_title(row: list[str], width: int) -> bool:
    """Could this record hold the names of the columns?"""
    filled = [cell for cell in row if cell]
    if width == 1:
        return len(row) == 1 and not looks_like_data(row[0])
    return len(filled) >= max(2 if width > 2 else 1, width // 3) and len(row) >= width - 1 - (
        width > 4
    )


def _belongs(title: list[list[str]]) -> bool:
    """Do several rows above the data form one header: groups above names, or names above units?"""
    if len(title) > _MAX_HEADER:
        return False
    upper, lower = title[-2], title[-1]
    grouped = len(set(upper)) < len(upper) or "" in upper
    units = [cell for cell in lower if cell]
    return grouped or sum(_UNIT.fullmatch(cell) is not None for cell in units) > len(units) / 2


def _counts(rows: list[list[str]], typed: list[int]) -> bool:
    """Is the first row 0, 1, 2, ... or 1990, 1991, ...: numbers used as names?"""
    first = [rows[0][column] for column in typed]
    if len(first) < 4 or not all(cell.isascii() and cell.isdigit() for cell in first[1:]):
        return False
    steps = {int(b) - int(a) for a, b in zip(first[1:], first[2:], strict=False)}
    return steps == {1} and len(rows) > 1 and rows[1][typed[-1]] != first[-1]


def _words_are_header(rows: list[list[str]]) -> bool:
    """In a file of words only: the first row is a header if it does not look like the rest."""
    first, rest = rows[0], rows[1:200]
    if not rest or len(set(first)) < len(first) or not all(first):
        return False
    if any(cell in {row[j] for row in rest if j < len(row)} for j, cell in enumerate(first)):
        return False
    return all(len(cell) <= 40 and cell[-1:] not in ".!?" for cell in first)


def _report_preamble(
    rows: list[list[str]], lines: list[int], end: int, findings: list[Finding]
) -> None:
    if end > 0:
        findings.append(
            warning(
                "preamble",
                f"{count(end, 'line')} above the header left out ({on_lines(lines[:end])}), "
                f"beginning with {shown(next(filter(None, rows[0]), ''))}.",
            )
        )


def _without_footer(
    rows: list[list[str]],
    lines: list[int],
    width: int,
    typed: list[int],
    findings: list[Finding],
) -> tuple[list[list[str]], list[int]]:
    """Leaves out totals, sources and notes below the data: none of them is a time step."""
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
    return rows[:end], lines[:end]


def _is_footer(row: list[str], width: int, typed: list[int]) -> bool:
    filled = [cell for cell in row if cell]
    if not filled:
        return True
    if width == 1:
        return bool(typed) and not looks_like_data(row[0]) and not is_missing(row[0])
    first = filled[0]
    if looks_like_data(first) or is_missing(first):
        return False
    if not typed:
        return len(row) < width and len(filled) == 1 and _SUMMARY.match(first) is not None
    if len(filled) == 1 and len(first) > 1:
        return True
    return (typed[0] == 0 or row[0] == "" or _SUMMARY.match(first) is not None) and (
        _SUMMARY.match(first) is not None or not any(c.isdigit() for c in first)
    )


def _without_repeated_header(
    rows: list[list[str]], lines: list[int], title: list[list[str]], findings: list[Finding]
) -> tuple[list[list[str]], list[int]]:
    """Leaves out copies of the header between the rows, as in files glued together."""
    copies = [i for i, row in enumerate(rows) if row == title[-1]] if title else []
    if not copies:
        return rows, lines
    findings.append(
        warning(
            "repeated_header",
            f"The header stands again on {on_lines(lines[i] for i in copies)}: left out. "
            "Perhaps several files were joined.",
        )
    )
    drop = set(copies)
    kept = [i for i in range(len(rows)) if i not in drop]
    return [rows[i] for i in kept], [lines[i] for i in kept]


def _labels(
    title: list[list[str]], title_lines: list[int], findings: list[Finding]
) -> list[str] | None:
    """The names of the columns: several header rows are joined."""
    if not title:
        return None
    if len(title) == 1:
        labels = title[0]
    else:
        length = max(map(len, title))
        padded = [row + [""] * (length - len(row)) for row in title]
        for row in padded[:-1]:  # a merged spreadsheet cell names the empty ones after it
            for j in range(1, length):
                row[j] = row[j] or row[j - 1]
        labels = [" ".join(dict.fromkeys(filter(None, parts))) for parts in zip(*padded, strict=True)]
        findings.append(
            warning(
                "header_rows",
                f"The header rows on {on_lines(title_lines)} were joined into names such as "
                f"{shown(labels[-1])}.",
            )
        )
    labels = [" ".join(label.split()) for label in labels]
    return [labels[0].lstrip("#% ").strip('"'), *labels[1:]]


def _fit(
    labels: list[str] | None,
    rows: list[list[str]],
    lines: list[int],
    width: int,
    delimiter: str | None,
    findings: list[Finding],
) -> tuple[list[str], list[list[str]]]:
    """Makes header and rows the same length, or says why that is not possible."""
    if labels is None:
        return [""] * width, rows
    extra = width - len(labels)
    if extra <= 0:
        return labels, rows
    if not any(cell for row in rows for cell in row[len(labels) :] if len(row) == width):
        findings.append(
            warning(
                "trailing_delimiter",
                f"Every row ends in {shown(delimiter)}, the header does not: the empty last "
                f"{'column was' if extra == 1 else 'columns were'} left out.",
            )
        )
        return labels, [
            row[: len(labels)] if not any(row[len(labels) :]) else row for row in rows
        ]
    split = all(
        cell.isdigit() for row in rows[:200] for cell in row[-extra:] if len(row) == width
    )
    if extra == 1 and not (split and delimiter == ","):
        findings.append(
            warning(
                "row_names",
                "The rows have one cell more than the header: the first was taken for row names.",
            )
        )
        return ["row", *labels], rows
    problem = (
        f"The header has {count(len(labels), 'name')}, but the rows have {width:,} cells (line "
        f"{lines[0]:,}: {shown((delimiter or ' ').join(rows[0]))})."
    )
    if delimiter == "," and split:
        raise UploadError(
            f"{problem} Decimal commas clash with the comma between columns: save the file with "
            "semicolons between columns, or with decimal points."
        )
    raise UploadError(f"{problem} Give each column a name, or choose another delimiter.")


def _square(
    labels: list[str], rows: list[list[str]], lines: list[int], findings: list[Finding]
) -> Grid:
    """Pads short rows, cuts long ones (both are named) and drops nameless empty columns."""
    width = len(labels)
    short = [i for i, row in enumerate(rows) if len(row) < width]
    long = [i for i, row in enumerate(rows) if len(row) > width]
    if short:
        rows = [row + [""] * (width - len(row)) if len(row) < width else row for row in rows]
        findings.append(
            warning(
                "short_rows",
                f"{count(len(short), 'row')} with fewer than {width} cells "
                f"({on_lines(lines[i] for i in short)}): the rest counts as missing.",
            )
        )
    cut = [i for i in long if any(rows[i][width:])]
    if cut:
        findings.append(
            warning(
                "long_rows",
                f"{count(len(cut), 'row')} with more than {width} cells "
                f"({on_lines(lines[i] for i in cut)}): the extra cells were left out, beginning "
                f"with {shown(next(filter(None, rows[cut[0]][width:])))}.",
            )
        )
    if long:
        rows = [row[:width] for row in rows]
    columns = [list(column) for column in zip(*rows, strict=True)]
    keep = [j for j in range(width) if labels[j] or any(columns[j])]
    if not keep:
        raise UploadError("This file has no data: all its cells are empty.")
    if len(keep) < width:
        findings.append(
            hint(
                "empty_columns",
                f"{count(width - len(keep), 'empty column')} without a name left out.",
            )
        )
    return Grid(
        [labels[j] or f"column {j + 1}" for j in keep], [columns[j] for j in keep], lines, True
    )


def _unique(labels: list[str], findings: list[Finding]) -> list[str]:
    """The names with doubles numbered: value, value (2), value (3)."""
    taken = set(labels)
    seen: Counter[str] = Counter()
    unique = []
    for label in labels:
        seen[label] += 1
        name = label
        while seen[label] > 1 and name in taken:
            name = f"{label} ({seen[label]})"
            seen[label] += name in taken
        taken.add(name)
        unique.append(name)
    if doubles := [label for label, times in Counter(labels).items() if times > 1]:
        findings.append(
            warning(
                "duplicate_names",
                f"Several columns are called {names(doubles)}: they were numbered, as in "
                f"{shown(f'{doubles[0]} (2)')}.",
            )
        )
    return unique
