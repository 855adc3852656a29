"""Records -> a rectangle of named columns: preamble, header, footer and ragged rows.

Nothing leaves the rectangle silently: every line that is left out or changed is in a finding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.cells import extras, head, lists
from seqlab.data.reader.cells.kinds import Cells, looks_like_data
from seqlab.data.reader.cells.records import Records
from seqlab.data.reader.wording import Findings, count, names, on_lines, shown, warning
from seqlab.experiment import Finding

MAX_COLUMNS = 10_000
_FAR_DOWN = 12  # lines
FEWEST_GROUPS = 4  # that begin with a merged cell
_MONTH_DAY = re.compile(r"[^\W\d_]{3,10}\.? \d{1,2}")
_YEAR = re.compile(r"\d{4}", re.ASCII)


@dataclass(frozen=True)
class Grid:
    """A rectangle of cells: `columns[j][i]` is on line `lines[i]` of the file.

    Attributes:
        header: how many header rows the names come from.
        seams: lines below which the rows of another recording begin.
        blank: lines that are empty.
        short: lines with fewer cells than names.
    """

    names: list[str]
    columns: Cells
    lines: list[int]
    header: int
    seams: tuple[int, ...] = ()
    blank: tuple[int, ...] = ()
    short: tuple[int, ...] = ()

    def without(self, rows: Sequence[int]) -> Grid:
        """The rectangle without some of its rows."""
        out = set(rows)
        left = [i for i in range(len(self.lines)) if i not in out]
        columns = [[cells[i] for i in left] for cells in self.columns]
        return replace(self, columns=columns, lines=[self.lines[i] for i in left])


def outline(records: Records, header: int | None = None) -> tuple[Grid, list[Finding]]:
    """The table inside the records; `header` is its number of header rows if that is known.

    Raises:
        UploadError: if there is no table, or names and cells cannot be matched.
    """
    if not records.rows:
        raise UploadError("This file is empty: it has no rows of data.")
    findings = Findings()
    rows, lines = _with_gaps(records)
    rows, lines, noticed = _below_small_table(rows, lines, records.blank)
    findings += noticed
    width = _width(rows)
    if _is_ragged(rows):
        width = max(map(len, rows))
        shortest = min(map(len, rows))
        findings.warn(
            "ragged",
            f"The rows have from {shortest:,} to {width:,} cells: the shorter ones end early.",
        )
        rows = [row + [""] * (width - len(row)) for row in rows]
    if width > MAX_COLUMNS:
        raise UploadError(
            f"This file has {width:,} columns; at most {MAX_COLUMNS:,} are read. If each row is "
            "one long sequence, save it transposed: one row per time step."
        )
    rows, lines, noticed = extras.without_comments(rows, lines, width)
    findings += noticed
    if header is None:
        rows, lines, noticed = extras.without_types(rows, lines)
        findings += noticed
    typed = head.typed_columns(rows, width)
    start, height = head.find(rows, width, typed, header)
    findings += extras.report_preamble(rows, lines, start - height)
    title, title_lines = rows[start - height : start], lines[start - height : start]
    rows, lines = rows[start:], lines[start:]
    rows, lines, noticed = extras.without_footer(rows, lines, width, typed)
    findings += noticed
    joined = lines
    rows, lines, noticed = extras.without_repeated_header(rows, lines, title)
    seams = tuple(sorted({*joined} - {*lines}))
    findings += noticed
    rows, lines, noticed = extras.without_totals(rows, lines, typed)
    findings += noticed
    if not rows:
        raise UploadError("This file has a header but no rows of data below it.")
    labels, noticed = head.labels(title, title_lines)
    findings += noticed
    labels, rows, noticed = _fit(labels, rows, lines, width, records.delimiter)
    findings += noticed
    grid, noticed = _square(labels, rows, lines)
    findings += noticed
    grid, noticed = _filled_down(grid)
    findings += noticed
    cell_names, cell_columns, noticed = lists.spread(grid.names, grid.columns)
    grid = replace(grid, names=cell_names, columns=cell_columns)
    findings += noticed
    if not title and header is None:
        findings.warn(
            "header_missing",
            f"Line {lines[0]} already looks like data, so the columns were named "
            f"{names(grid.names)}.",
        )
    unique, noticed = _unique(grid.names)
    findings += noticed
    blank = () if records.delimiter is None else tuple(records.blank)
    return replace(grid, names=unique, header=height, seams=seams, blank=blank), findings


def _filled_down(grid: Grid) -> tuple[Grid, list[Finding]]:
    """Writes what stands once for a group of rows, as in merged cells, into each of them.

    All groups have as many rows, but for the first and the last one, and begin in other ways: with
    words, dates, or whole numbers that go up.
    """
    cells = grid.columns[0]
    begins = [i for i, cell in enumerate(cells) if cell]
    sizes = {b - a for a, b in pairwise(begins[1:])} if begins and not begins[0] else set()
    if len(begins) < FEWEST_GROUPS or len(sizes) != 1 or min(sizes) < 2:
        return grid, []
    first, last, size = begins[1], len(cells) - begins[-1], min(sizes)
    words = [cells[i] for i in begins]
    if first > size or last > size or any(a == b for a, b in pairwise(words)):
        return grid, []
    plain = [re.fullmatch(r"[+-]?[\d.,]+", word) for word in words]
    if any(plain) and not (
        all(map(str.isdecimal, words)) and all(int(a) < int(b) for a, b in pairwise(words))
    ):
        return grid, []
    filled = [cell for a, b in pairwise([*begins, len(cells)]) for cell in [cells[a]] * (b - a)]
    sentence = (
        f"{shown(grid.names[0])} stands once for each {size} rows: it was written into all of them."
    )
    return replace(grid, columns=[filled, *grid.columns[1:]]), [warning("filled_down", sentence)]


def _with_gaps(records: Records) -> tuple[Cells, list[int]]:
    """In a single column a blank line between values is a missing value, not nothing."""
    rows, lines = records.rows, records.lines
    inner = [n for n in records.blank if lines[0] < n < lines[-1]]
    few = 0 < len(inner) < 0.4 * len(rows)
    if records.delimiter is not None or not few or inner[0] <= lines[min(2, len(lines) - 1)]:
        return rows, lines
    merged = sorted([*zip(lines, rows, strict=True), *((n, [""]) for n in inner)])
    return [row for _, row in merged], [line for line, _ in merged]


def _below_small_table(rows: Cells, lines: list[int], blank: Sequence[int]) -> extras.Left:
    """Leaves out a small table of another width that a blank line parts from the data below it."""
    border = next((n for n in blank if lines[0] < n <= lines[0] + _FAR_DOWN), None)
    if border is None:
        return rows, lines, []
    above = sum(line < border for line in lines)
    rest = rows[above:]
    if above < 2 or len(rest) < 2 * above + 5 or min(map(len, rows[:above])) < 2:
        return rows, lines, []
    if len({len(row) for row in rows[:above]}) > 1 or len(rows[0]) == _width(rest):
        return rows, lines, []
    finding = warning(
        "small_table",
        f"A small table above the data ({on_lines(lines[:above])}, beginning with "
        f"{shown(rows[0][0])}) left out.",
    )
    return rest, lines[above:], [finding]


def _is_ragged(rows: Cells) -> bool:
    """Sequences of different lengths, one a row: no length is usual, and all cells are data."""
    if len(rows) < 5:
        return False
    lengths = Counter(map(len, rows))
    if len(lengths) < 5 or min(lengths) < 4 or max(lengths.values()) > 0.5 * len(rows):
        return False
    cells = [cell for row in rows[1 :: max(1, len(rows) // 50)] for cell in row[1:-1]]
    return sum(map(looks_like_data, cells)) > 0.9 * len(cells)


def _trimmed(row: list[str], least: int) -> list[str]:
    """The row without the empty cells at its end, but not shorter than `least`."""
    end = len(row)
    while end > least and not row[end - 1]:
        end -= 1
    return row[:end]


def _width(rows: Cells) -> int:
    """How many cells most records have."""
    return max(Counter(map(len, rows)).items(), key=lambda item: (item[1], item[0]))[0]


def _fit(
    labels: list[str] | None,
    rows: Cells,
    lines: list[int],
    width: int,
    delimiter: str | None,
) -> tuple[list[str], Cells, list[Finding]]:
    """Makes header and rows the same length, or says why that is not possible."""
    findings = Findings()
    if labels is None:
        return [""] * width, rows, findings
    labels = _trimmed(labels, width)
    most = max(map(len, rows))
    if len(labels) > most:
        sentence = f"No values at all in {names(labels[most:])}: not offered."
        findings.warn("blank_columns", sentence)
        labels = labels[:most]
    extra = width - len(labels)
    if extra <= 0:
        return labels, rows, findings
    if not any(cell for row in rows for cell in row[len(labels) :] if len(row) == width):
        findings.warn(
            "trailing_delimiter",
            f"Every row ends in {shown(delimiter)}, the header does not: the empty last "
            f"{'column was' if extra == 1 else 'columns were'} left out.",
        )
        return (
            labels,
            [row[: len(labels)] if not any(row[len(labels) :]) else row for row in rows],
            findings,
        )
    if extra == 1 and delimiter == "," and (joined := _joined_dates(rows, width)):
        findings.warn(
            "date_split",
            f"The comma inside the dates ({shown(joined[0][0])} on line {lines[0]}) is also "
            "the border between columns: the first two cells of a row were read as one date.",
        )
        return labels, joined, findings
    split = all(cell.isdigit() for row in rows[:200] for cell in row[-extra:] if len(row) == width)
    if extra == 1 and (_name_rows(rows) or not (split and delimiter == ",")):
        findings.warn(
            "row_names",
            "The rows have one cell more than the header: the first was taken for row names.",
        )
        return ["row", *labels], rows, findings
    problem = (
        f"The header has {count(len(labels), 'name')}, but the rows have {width:,} cells (line "
        f"{lines[0]}: {shown((delimiter or ' ').join(rows[0]))})."
    )
    if delimiter == "," and split:
        raise UploadError(
            f"{problem} Decimal commas clash with the comma between columns: save the file with "
            "semicolons between columns, or with decimal points."
        )
    raise UploadError(f"{problem} Give each column a name, or choose another delimiter.")


def _joined_dates(rows: Cells, width: int) -> Cells | None:
    """Rows whose first two cells are one date: "Jan 19" and "2018"; `None` if they are none."""
    whole = [row for row in rows if len(row) == width]
    if not all(_YEAR.fullmatch(row[1]) and _MONTH_DAY.fullmatch(row[0]) for row in whole):
        return None
    return [[f"{row[0]}, {row[1]}", *row[2:]] if len(row) == width else row for row in rows]


def _name_rows(rows: Cells) -> bool:
    """Whether the first cells number the rows, as R and pandas write them."""
    firsts = [row[0] for row in rows if row]
    return firsts in (
        [str(i) for i in range(len(firsts))],
        [str(i + 1) for i in range(len(firsts))],
    )


def _square(labels: list[str], rows: Cells, lines: list[int]) -> tuple[Grid, list[Finding]]:
    """Pads short rows, cuts long ones (both are named) and drops nameless empty columns."""
    findings = Findings()
    width = len(labels)
    short = [i for i, row in enumerate(rows) if len(row) < width]
    long = [i for i, row in enumerate(rows) if len(row) > width]
    if short:
        rows = [row + [""] * (width - len(row)) if len(row) < width else row for row in rows]
        findings.warn(
            "short_rows",
            f"{count(len(short), 'row')} with fewer than {width} cells "
            f"({on_lines(lines[i] for i in short)}): the rest counts as missing.",
        )
    cut = [i for i in long if any(rows[i][width:])]
    if cut:
        findings.warn(
            "long_rows",
            f"{count(len(cut), 'row')} with more than {width} cells "
            f"({on_lines(lines[i] for i in cut)}): the extra cells were left out, beginning "
            f"with {shown(next(filter(None, rows[cut[0]][width:])))}.",
        )
    if long:
        rows = [row[:width] for row in rows]
    columns = [list(column) for column in zip(*rows, strict=True)]
    keep = [j for j in range(width) if labels[j] or any(columns[j])]
    named = any(labels)
    if not keep:
        raise UploadError("This file has no data: all its cells are empty.")
    if len(keep) < width:
        findings.hint(
            "empty_columns",
            f"{count(width - len(keep), 'empty column')} without a name left out.",
        )
    nameless = [f"column {j + 1}" for j in keep if not labels[j] and (j or not named)]
    if named and nameless:
        findings.warn(
            "nameless", f"The header has no name for {names(nameless)}: named by its place."
        )
    return Grid(
        [labels[j] or (f"column {j + 1}" if j or not named else "row") for j in keep],
        [columns[j] for j in keep],
        lines,
        0,
        short=tuple(lines[i] for i in short),
    ), findings


def _unique(labels: list[str]) -> tuple[list[str], list[Finding]]:
    """The names with doubles numbered: value, value (2), value (3)."""
    findings = Findings()
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
        findings.warn(
            "duplicate_names",
            f"Several columns are called {names(doubles)}: they were numbered, as in "
            f"{shown(f'{doubles[0]} (2)')}.",
        )
    return unique, findings
