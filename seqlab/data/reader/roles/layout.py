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
from seqlab.data.reader.roles.timeline import Timeline
from seqlab.data.reader.vocabulary import ID_NAMES, LABEL_NAMES, PART_NAMES, ROW_NAMES, key
from seqlab.data.reader.wording import count, hint, names, on_lines, shown, warning
from seqlab.experiment import Finding, Kind, ParseOptions

_SEQUENCE_NAME = re.compile(r"(.*?)(\d{1,9})", re.ASCII)
_STEP_PREFIXES = frozenset({"", "t", "step", "time", "x", "v", "timestep", "col"})
_WIDE = 8  # a row of fewer values is hardly a sequence
MAX_CLASSES = 50


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
        left = [c.name for c in numeric if c.name != name]
        return Layout("series", label=name, numeric=left), findings
    label = next(
        (
            c.name
            for c in columns
            if key(c.name) in LABEL_NAMES and c.kind == "text" and len(set(c.cells)) > 1
        ),
        None,
    )
    return Layout("series", label=label, numeric=[c.name for c in numeric]), findings


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
    return Layout("wide", sequence_id=name, numeric=[c.name for c in steps]), [finding]


def _numbered(numeric: list[Column]) -> tuple[list[Column], str]:
    """The longest run of columns whose names count upwards, and what is before the number."""
    runs: dict[str, list[tuple[int, Column]]] = {}
    for column in numeric:
        if match := _SEQUENCE_NAME.fullmatch(column.name):
            run = runs.setdefault(match[1], [])
            if not run or int(match[2]) == run[-1][0] + 1:
                run.append((int(match[2]), column))
    dates = times.parse([column.name for column in numeric[-_WIDE:]])
    if dates is not None and not dates.bad:  # 1/22/20, 1/23/20, ...: a date in each name
        known = [c for c in numeric if times.parse([c.name]) is not None]
        return known, ""
    if not runs:
        return [], ""
    prefix = max(runs, key=lambda p: len(runs[p]))
    longest = len(runs[prefix])
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
    return not ID_NAMES.isdisjoint(key(name).split())


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
        separates = shared and apart and (column.kind == "text" or counted)
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
    """Two ids that only together tell sequences apart, such as subject and trial, as one column."""
    if timeline is None:
        return None
    ids = [
        c
        for c in columns
        if _is_id_name(c.name)
        and c.kind in ("text", "number")
        and not _is_time(c, timeline)
        and 2 <= len(set(c.cells)) <= len(c.cells) / 2
    ]
    times = pd.factorize(timeline.values)[0].tolist() if len(ids) > 1 else []
    for first, second in combinations(ids[:4], 2):
        alone = [len(set(zip(c.cells, times, strict=True))) for c in (first, second)]
        pairs = list(zip(first.cells, second.cells, strict=True))
        together = len(set(zip(pairs, times, strict=True)))
        if max(alone) < together == len(times) and len(set(pairs)) <= len(pairs) / 2:
            cells = [f"{a}, {b}" for a, b in pairs]
            return Column(f"{first.name}+{second.name}", cells, "text")
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
    left = [c.name for c in numeric if c.name not in taken]
    if not left:
        raise UploadError("There is no column of numbers beside the ids and labels.")
    return Layout(
        "long", label=name, sequence_id=chosen.name, numeric=left, label_at=label_at
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
