"""What a table is: one series, sequences in rows, sequences below each other, or words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Literal

import numpy as np
import pandas as pd

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.columns import times
from seqlab.data.reader.columns.typed import Column, counts_rows
from seqlab.data.reader.roles.targets import best
from seqlab.data.reader.roles.timeline import Timeline
from seqlab.data.reader.vocabulary import (
    DATE_NAMES,
    ID_NAMES,
    LABEL_NAMES,
    PART_NAMES,
    ROW_NAMES,
    key,
)
from seqlab.data.reader.wording import count, hint, names, on_lines, shown, warning
from seqlab.experiment import Finding, Kind, ParseOptions

_SEQUENCE_NAME = re.compile(r"(.*?)(\d{1,9})", re.ASCII)
_STEP_PREFIXES = frozenset({"", "t", "step", "time", "x", "v", "timestep", "col"})
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WIDE = 8  # a row of fewer values is hardly a sequence
MAX_CLASSES = 50
_MANY = 20  # columns
_MOST_IDS = 5  # columns that are tried together


class NoNumbersError(UploadError):
    """There is no column of numbers."""


@dataclass(frozen=True)
class Layout:
    """The roles of the columns; their meaning is told in `Table`."""

    kind: Kind
    label: str | None = None
    sequence_id: str | None = None
    numeric: list[str] = field(default_factory=list)
    texts: tuple[str, ...] = ()
    label_at: Literal["end", "every step"] = "end"
    target: str | None = None


def numbers(
    columns: list[Column],
    timeline: Timeline | None,
    lines: list[int],
    named: bool,
    wish: ParseOptions | None = None,
) -> tuple[Layout, list[Finding]]:
    """The layout of a table of numbers; `wish` holds what the user chose.

    Raises:
        UploadError: if there is nothing to learn from, or a column that was chosen is missing.
    """
    wish = wish or ParseOptions()
    label_wish = _named(columns, wish.label, "label")
    id_wish = _named(columns, wish.sequence_id, "sequence id")
    numeric = [c for c in columns if c.kind in ("number", "truth") and not _is_time(c, timeline)]
    counters = [c for c in numeric if _is_row_name(c.name) and counts_rows(c)]
    findings = []
    if len(counters) < len(numeric):
        numeric = [c for c in numeric if c not in counters]
        if counters:
            findings.append(
                hint(
                    "row_numbers",
                    f"{names(c.name for c in counters)} only numbers the rows: not offered.",
                )
            )
    if not numeric:
        seen = "; ".join(
            f"{shown(c.name)} has {shown(next(filter(None, c.cells), ''))}" for c in columns[:3]
        )
        raise NoNumbersError(f"There is no column of numbers to learn from ({seen}).")
    kind = wish.kind or ("long" if id_wish else None)
    if kind == "wide" or (kind is None and timeline is None):
        rest = [c for c in columns if c not in counters and not _is_time(c, timeline)]
        if wide := _wide(rest, numeric, lines, named, kind == "wide", label_wish, wish.label == ""):
            return wide[0], findings + wide[1]
    chosen = id_wish
    if chosen is None and kind in (None, "long") and wish.sequence_id != "":
        chosen = _sequence_id([c for c in columns if c is not label_wish], timeline)
    if kind == "long" and chosen is None:
        raise UploadError(
            "No column tells the sequences apart. Choose the column with the sequence id."
        )
    if chosen is not None and kind in (None, "long"):
        long, found = _long(columns, numeric, chosen, timeline, label_wish, wish)
        return long, findings + found
    if label_wish is not None or wish.label == "":
        name = None if label_wish is None else label_wish.name
        free = [c for c in numeric if c.name != name]
        return _series(free, name, timeline), findings
    label = next(
        (
            c.name
            for c in columns
            if key(c.name) in LABEL_NAMES and c.kind == "text" and len(set(c.cells)) > 1
        ),
        None,
    )
    findings += _doubts(columns, numeric, timeline, label, wish)
    return _series(numeric, label, timeline), findings


def _series(numeric: list[Column], label: str | None, timeline: Timeline | None) -> Layout:
    """One row a time step."""
    target = best(numeric, timeline)
    return Layout("series", label=label, numeric=[c.name for c in numeric], target=target)


def _doubts(
    columns: list[Column],
    numeric: list[Column],
    timeline: Timeline | None,
    label: str | None,
    wish: ParseOptions,
) -> list[Finding]:
    """What speaks against rows being time steps, and which columns are left out for being words."""
    findings = []
    words = [
        c.name
        for c in columns
        if c.kind == "text" and c.name != label and not _is_time(c, timeline)
    ]
    if words:
        findings.append(
            hint(
                "words_unused",
                f"{names(words)} {_holds(words)} words: not used. One with few different words can "
                "be chosen as an input, each word a column of its own.",
            )
        )
    if wish.kind is None and (lagged := _lagged(numeric)):
        earlier, later = lagged
        findings.append(
            warning(
                "lagged_columns",
                f"{shown(later.name)} is {shown(earlier.name)} one row on: the table looks like "
                "windows that were cut already, and its columns give each other away. Keep one "
                "column of each kind and let the windows be cut here.",
            )
        )
    if timeline is not None or wish.kind is not None or len(numeric[0].cells) < 10:
        return findings
    if len(numeric) >= _MANY and all(c.name.startswith("column ") for c in numeric):
        findings.append(
            warning(
                "rows_or_columns",
                f"{len(numeric)} columns without names or a time: each column was taken for a "
                "series and each row for a time step. If each row is one sequence, choose “one "
                "sequence a row”.",
            )
        )
    if any(c.kind == "text" and key(c.name) in DATE_NAMES for c in columns):
        return findings  # a time that was not understood, and that is told
    rows = len(numeric[0].cells)
    unique = [
        c for c in columns if c.kind == "text" and len(set(c.cells)) == rows and not counts_rows(c)
    ]
    last = columns[-1]
    outcome = last.kind in ("truth", "number", "text") and 2 <= len(set(last.cells)) <= 5
    varied = sum(len(set(c.cells)) > rows / 3 for c in numeric) >= min(2, len(numeric) - 1) > 0
    if unique or (outcome and varied):
        why = (
            f"{shown(unique[0].name)} is different in every row"
            if unique
            else f"the last column, {shown(last.name)}, has only {len(set(last.cells))} values"
        )
        findings.append(
            warning(
                "rows_not_steps",
                f"No column is a time, and {why}: perhaps each row is a case of its own and no "
                "time step. Then choose “one sequence a row”; as it is read now, each row follows "
                "the one above.",
            )
        )
    return findings


def _lagged(numeric: list[Column]) -> tuple[Column, Column] | None:
    """Two columns of which one holds the other's values a row later, if many columns do."""
    usable = [c for c in numeric[:_MANY] if c.values is not None and len(set(c.cells)) > 5]
    found = [
        (a, b)
        for a, b in combinations(usable, 2)
        for a, b in ((a, b), (b, a))
        if a.values is not None
        and b.values is not None
        and len(a.values) > 10
        and np.array_equal(a.values[1:], b.values[:-1])
    ]
    return found[0] if len(found) >= max(2, len(usable) // 3) else None


def _holds(words: list[str]) -> str:
    return "holds" if len(words) == 1 else "hold"


def _named(columns: list[Column], name: str | None, role: str) -> Column | None:
    """The column that the user chose for a role, if any."""
    if not name:
        return None
    found = next((c for c in columns if c.name == name), None)
    if found is None:
        raise UploadError(f"There is no column called {shown(name)} to take the {role} from.")
    return found


def _is_time(column: Column, timeline: Timeline | None) -> bool:
    return timeline is not None and column.name in (timeline.replaces, *timeline.parts)


def _is_row_name(name: str) -> bool:
    """`row`, `index` or the `Unnamed: 0` of pandas."""
    return key(name).removesuffix(" 0") in ROW_NAMES


def _wide(
    columns: list[Column],
    numeric: list[Column],
    lines: list[int],
    named: bool,
    forced: bool,
    label: Column | None,
    unlabelled: bool,
) -> tuple[Layout, list[Finding]] | None:
    """One sequence a row: t0, t1, t2, ... and perhaps a label.

    Args:
        columns: all but the time and row numbers.
        numeric: those of numbers.
        lines: of the rows.
        named: the names come from the file.
        forced: the user says that the table is wide.
        label: the column that the user chose for the label.
        unlabelled: the user says that there is none.
    """
    prefix: str | None
    numeric = [c for c in numeric if c is not label]
    steps, prefix = _numbered(numeric) if named else ([], "")
    if len(steps) < (2 if forced else _WIDE):
        few = len(numeric) < _WIDE + 1 or len(columns) - len(numeric) > 1
        if few and not forced:
            return None
        steps, prefix = numeric, None
    own = set(steps)
    others = [c for c in columns if c not in own and c.kind != "empty"]
    if unlabelled or (len(lines) == 1 and label is None):
        if not forced and prefix is None and len(lines) > 1:
            return None
        return _unlabelled(steps, others, lines)
    findings = []
    if label is None:
        label = next((c for c in others if key(c.name) in LABEL_NAMES), None)
    if label is None:
        words = [c for c in others if c.kind in ("text", "truth")]
        varied = [c for c in words if len(set(c.cells)) > 1]
        classes_in = [c for c in varied if len(set(c.cells)) < len(c.cells)]
        label = next(reversed(classes_in), None) or next(iter(varied or words), None)
        if label is not None and label in classes_in and len(varied) > 1:
            findings.append(
                warning(
                    "label_assumed",
                    f"Each row was taken for one sequence and {shown(label.name)} for its label: a "
                    "classification. To forecast inside each row instead, choose no label.",
                )
            )
    if label is None and prefix is None:
        label = next((c for c in (numeric[0], numeric[-1]) if _is_class_number(c, numeric)), None)
        if label is None:
            crosswise = len(steps) >= 20 and len(steps) > 3 * len(lines)
            if not forced and (named or not crosswise):
                return None
            return _unlabelled(steps, others, lines)
        findings.append(
            warning(
                "label_assumed",
                f"Each row was taken for one sequence and {shown(label.name)} for its label, since "
                "it has only a few whole numbers.",
            )
        )
    if label is None:
        if not forced and prefix not in _STEP_PREFIXES:
            return None
        if not forced and len(lines) > 20 * len(steps):
            return None
        return _unlabelled(steps, others, lines)
    sequences = [c.name for c in steps]
    spare = [c.name for c in numeric if c not in own and c is not label]
    if spare:
        findings.append(
            hint("unused_columns", f"{names(spare)}: no steps of the sequence, not used.")
        )
    classes = Counter(cell for cell in label.cells if cell)
    if label.kind == "text" and len(classes) == len(label.cells) > 2:
        findings.append(
            warning(
                "label_unique",
                f"{shown(label.name)} is different in every row: a name of the row, not a class.",
            )
        )
        return Layout("wide", sequence_id=label.name, numeric=sequences), findings
    if len(classes) == 1:
        raise UploadError(
            f"All rows have the same label, {shown(next(iter(classes)))} in {shown(label.name)}: "
            "there is nothing to tell apart."
        )
    empty = [lines[i] for i, cell in enumerate(label.cells) if not cell]
    if empty:
        findings.append(
            warning("label_missing", f"{shown(label.name)} is empty on {on_lines(empty)}.")
        )
    folded = Counter(c.casefold() for c in classes) if label.kind == "text" else Counter()
    if alike := [c for c in classes if folded[c.casefold()] > 1]:
        findings.append(
            warning("similar_classes", f"{names(alike)} differ in capitals alone: two classes?")
        )
    if label.kind == "text" and (single := [c for c, n in classes.items() if n == 1]):
        findings.append(warning("rare_classes", f"Only one row has the label {names(single)}."))
    return Layout("wide", label=label.name, numeric=sequences), findings


def _unlabelled(
    steps: list[Column], others: list[Column], lines: list[int]
) -> tuple[Layout, list[Finding]]:
    """Rows of numbers, perhaps with a name each."""
    words = [c for c in others if c.kind == "text" and len(set(c.cells)) == len(c.cells)]
    name = words[0].name if words else None
    spare = [c.name for c in others if c.name != name]
    if len(lines) > 1:
        finding = hint(
            "wide_without_label", "Each row was taken for one sequence; there is no label."
        )
    else:
        finding = warning(
            "one_row",
            f"All {len(steps):,} values stand in one row (line {lines[0]:,}): it was taken for one "
            "sequence, one value per time step.",
        )
    left_out = hint("unused_columns", f"{names(spare)}: no steps of the sequence, not used.")
    findings = [finding, *([left_out] if spare else [])]
    return Layout("wide", sequence_id=name, numeric=[c.name for c in steps]), findings


def _numbered(numeric: list[Column]) -> tuple[list[Column], str]:
    """The longest run of columns whose names count upwards, and what is before the number."""
    runs: dict[str, list[tuple[int, Column]]] = {}
    for column in numeric:
        if match := _SEQUENCE_NAME.fullmatch(column.name):
            run = runs.setdefault(match[1], [])
            if not run or int(match[2]) == run[-1][0] + 1:
                run.append((int(match[2]), column))
    longest = max(map(len, runs.values()), default=0)
    dates = times.parse([column.name for column in numeric[-_WIDE:]])
    if dates is not None and not dates.bad:  # 1/22/20, 1/23/20, ...: a date in each name
        known = [c for c in numeric if times.parse([c.name]) is not None]
        if len(known) > longest:  # "t100" could be a date as well, but "t1" is none
            return known, ""
    if not runs:
        return [], ""
    prefix = max(runs, key=lambda p: len(runs[p]))
    alike = [p for p in runs if len(runs[p]) == longest] if longest >= _WIDE else [prefix]
    return [column for p in alike for _, column in runs[p]], key(prefix)


def features(steps: Sequence[str]) -> dict[str, list[str]]:
    """The columns of each feature of a wide table: x0, x1, ..., y0, y1, ... are x and y.

    One feature with an empty name if the names do not tell of several.
    """
    runs: dict[str, list[str]] = {}
    for name in steps:
        match = _SEQUENCE_NAME.fullmatch(name)
        runs.setdefault(match[1] if match else "", []).append(name)
    uneven = len({len(run) for run in runs.values()}) > 1 or len(steps) < _WIDE * len(runs)
    if len(runs) == 1 or uneven or times.parse(list(steps)) is not None:
        return {"": list(steps)}
    return {prefix.rstrip(" _-.[(") or prefix: run for prefix, run in runs.items()}


def _is_class_number(column: Column, numeric: list[Column]) -> bool:
    """A few whole numbers, each in several rows, beside columns of many different values."""
    if column.values is None or column.kind == "truth":
        return column.kind == "truth"
    classes = Counter(column.values.tolist())
    rows = len(column.cells)
    return (
        2 <= len(classes) <= min(60, rows / 2)
        and all(value == int(value) for value in classes if value == value)
        and min(classes.values()) > 1
        and sum(len(set(c.cells)) > 2 * len(classes) for c in numeric[1:-1])
        >= 0.7 * (len(numeric) - 2)  # the last columns are empty where sequences are shorter
    )


def _is_id_name(name: str) -> bool:
    words = {*key(name).split(), *key(_CAMEL.sub(" ", name)).split()}  # machine_id, machineID
    return not ID_NAMES.isdisjoint(words)


def _sequence_id(columns: list[Column], timeline: Timeline | None) -> Column | None:
    """The column that says which sequence a row belongs to."""
    time = None if timeline is None else timeline.values
    found: list[tuple[bool, bool, int, Column]] = []
    for place, column in enumerate(columns):
        if timeline is not None and column.name == timeline.replaces:
            continue
        if column.kind not in ("text", "number"):
            continue
        if column.values is not None and not _is_whole(column.values):
            continue
        rows, distinct = len(column.cells), len(set(column.cells))
        if not 2 <= distinct <= rows / 2:
            continue
        is_named = _is_id_name(column.name)
        if time is None:
            if is_named and _blocks(column.cells) == distinct:
                found.append((False, False, place, column))
            continue
        pairs = pd.DataFrame({"id": column.cells, "time": time})
        apart = not pairs.duplicated().any()
        shared = bool(pairs["time"].duplicated().any())
        blocks = _blocks(column.cells) == distinct
        counted = blocks and timeline is not None and _counts(timeline, column.cells)
        each = np.unique(pd.factorize(pairs["time"])[0], return_counts=True)[1]
        # All at some time, and each for longer than there are of them: no step of the day.
        balanced = distinct**2 <= rows and each.max(initial=0) == distinct
        separates = shared and apart and (column.kind == "text" or counted or balanced)
        if separates or (is_named and (apart or blocks)):
            found.append((not is_named, not apart, place, column))
    return min(found, key=lambda item: item[:3])[3] if found else None


def _counts(timeline: Timeline, ids: list[str]) -> bool:
    """Does the time count by one, and begin again wherever the id changes?"""
    if timeline.is_date:
        return False
    change = np.array([a != b for a, b in pairwise(ids)])
    return bool((np.diff(timeline.values)[~change] == 1).all())


def joint_id(columns: list[Column], timeline: Timeline | None) -> Column | None:
    """Two or three ids that only together tell sequences apart, such as store and department.

    Names that say so are enough; other columns must have all their sequences at some time, each
    of several rows.
    """
    if timeline is None:
        return None
    ids = [
        c
        for c in columns
        if c.kind in ("text", "number")
        and (c.values is None or _is_whole(c.values))
        and not _is_time(c, timeline)
        and 2 <= len(set(c.cells)) <= len(c.cells) / 2
    ]
    ids.sort(key=lambda c: not _is_id_name(c.name))
    rows = pd.factorize(timeline.values)[0]
    known = rows[rows >= 0]
    shared = len(known) > 0 and int(np.bincount(known).max()) > 1
    if len(ids) < 2 or not shared:
        return None
    times = rows.tolist()
    if any(len(set(zip(c.cells, times, strict=True))) == len(times) for c in ids):
        return None  # one is enough
    for size in (2, 3):
        for some in combinations(ids[:_MOST_IDS], size):
            keys = list(zip(*(c.cells for c in some), strict=True))
            owners = Counter(keys)
            if len(set(zip(keys, times, strict=True))) < len(times):
                continue
            named = all(_is_id_name(c.name) for c in some) and len(owners) <= len(keys) / 2
            whole = int(np.bincount(known).max()) == len(owners)
            if named or (whole and min(owners.values()) >= 3):
                some = tuple(sorted(some, key=columns.index))
                cells = [", ".join(parts) for parts in zip(*(c.cells for c in some), strict=True)]
                return Column("+".join(c.name for c in some), cells, "text")
    return None


def _is_whole(values: np.ndarray) -> bool:
    return bool(np.isfinite(values).all() and (values == np.floor(values)).all())


def _blocks(cells: list[str]) -> int:
    """How many runs of equal cells there are."""
    return 1 + sum(a != b for a, b in pairwise(cells))


def _long(
    columns: list[Column],
    numeric: list[Column],
    chosen: Column,
    timeline: Timeline | None,
    label: Column | None,
    wish: ParseOptions,
) -> tuple[Layout, list[Finding]]:
    """Sequences below each other or interleaved, told apart by an id."""
    ids = pd.Series(chosen.cells)
    lengths = ids.value_counts()
    findings = []
    shared_dates = (
        timeline is not None and timeline.is_date and len(np.unique(timeline.values)) < len(ids)
    )
    sizes = f"{lengths.min():,}" + (
        f" to {lengths.max():,}" if lengths.max() > lengths.min() else ""
    )
    findings.append(
        (warning if shared_dates else hint)(
            "several_series",
            f"{shown(chosen.name)} separates {count(len(lengths), 'sequence')} of {sizes} rows: "
            "no window crosses from one to the next.",
        )
    )
    if label is None and wish.label is None:
        label = _long_label(columns, chosen, timeline)
    label_at = wish.label_at or "end"
    if label is not None:
        kinds = pd.Series(label.cells).groupby(ids, sort=False).nunique()
        changing = kinds.index[kinds > 1].tolist()
        if changing:
            if wish.label_at is None and len(changing) > len(kinds) / 2:
                label_at = "every step"
            so = (
                "there is a label for each step"
                if label_at == "every step"
                else "the most frequent one counts for the sequence"
            )
            findings.append(
                warning(
                    "label_changes",
                    f"{shown(label.name)} changes inside {shown(chosen.name)} {names(changing)}: "
                    f"{so}.",
                )
            )
    name = None if label is None else label.name
    taken = {chosen.name, name, *chosen.name.split("+")}  # of an id put together, too
    free = [c for c in numeric if c.name not in taken]
    left = [c.name for c in free]
    if not left:
        raise UploadError("There is no column of numbers beside the ids and labels.")
    return Layout(
        "long",
        label=name,
        sequence_id=chosen.name,
        numeric=left,
        label_at=label_at,
        target=best(free, timeline, chosen.cells),
    ), findings


def _long_label(columns: list[Column], chosen: Column, timeline: Timeline | None) -> Column | None:
    ids = pd.Series(chosen.cells)
    sequences = ids.nunique()
    candidates = []
    for column in columns:
        taken = column is chosen or (timeline is not None and column.name == timeline.replaces)
        if taken or column.kind in ("time", "clock", "empty"):
            continue
        if key(column.name) in PART_NAMES:
            continue
        is_named = key(column.name) in LABEL_NAMES
        few = 2 <= len(set(column.cells)) <= max(2, min(MAX_CLASSES, sequences))
        if not few or not (is_named or column.kind == "text"):
            continue
        steady = pd.Series(column.cells).groupby(ids).nunique().max() == 1
        if is_named or steady:
            candidates.append((not is_named, columns.index(column), column))
    return min(candidates, default=(0, 0, None), key=lambda item: item[:2])[2]
