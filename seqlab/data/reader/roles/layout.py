"""What a table is: one series, sequences in rows, sequences below each other, or words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.columns.typed import Column, counts_rows
from seqlab.data.reader.roles import orientation, windows_cut
from seqlab.data.reader.roles.doubts import doubts
from seqlab.data.reader.roles.owners import is_id_name, is_time, sequence_id
from seqlab.data.reader.roles.recordings import activity
from seqlab.data.reader.roles.shape import Layout, NoNumbersError, Timeline
from seqlab.data.reader.roles.targets import best
from seqlab.data.reader.roles.wide import wide_table
from seqlab.data.reader.vocabulary import LABEL_NAMES, PART_NAMES, ROW_NAMES, key
from seqlab.data.reader.wording import Findings, count, hint, names, shown, warning
from seqlab.experiment import Finding, ParseOptions
from seqlab.limits import MAX_CLASSES


def numbers(
    columns: list[Column],
    timeline: Timeline | None,
    lines: list[int],
    named: bool,
    wish: ParseOptions | None = None,
    joint: Column | None = None,
) -> tuple[Layout, list[Finding]]:
    """The layout of a table of numbers.

    Args:
        columns: of the table.
        timeline: the time, if there is one.
        lines: of the rows.
        named: whether the names come from the file.
        wish: what the user chose.
        joint: the id that several columns are together, see `owners.joint_id`.

    Raises:
        UploadError: if there is nothing to learn from, or a column that was chosen is missing.
    """
    wish = wish or ParseOptions()
    label_wish = _named(columns, wish.label, "label")
    id_wish = _named(columns, wish.sequence_id, "sequence id")
    numeric = [c for c in columns if c.kind in ("number", "truth") and not is_time(c, timeline)]
    counters = [c for c in numeric if _is_row_name(c.name) and counts_rows(c)]
    findings = Findings()
    if len(counters) < len(numeric):
        numeric = [c for c in numeric if c not in counters]
        if counters:
            findings.hint(
                "row_numbers",
                f"{names(c.name for c in counters)} only numbers the rows: not offered.",
            )
    if not numeric:
        seen = "; ".join(
            f"{shown(c.name)} has {shown(next(filter(None, c.cells), ''))}" for c in columns[:3]
        )
        raise NoNumbersError(f"There is no column of numbers to learn from ({seen}).")
    kind = wish.kind or ("long" if id_wish else None)
    if kind in (None, "wide") and wish.label is None:
        by_values = timeline is None and not _has_classes(columns)
        cut = windows_cut.find(numeric, by_values)
        if cut is not None:
            findings += windows_cut.told(cut, numeric)
            return Layout("wide", numeric=list(cut.steps), windows=cut), findings
    by_row = None
    if kind == "wide" or (kind is None and timeline is None and joint is None):
        rest = [c for c in columns if c not in counters and not is_time(c, timeline)]
        if wide := wide_table(
            rest, numeric, lines, named, kind == "wide", label_wish, wish.label == ""
        ):
            if kind is None and not wide[0].numbered and wide[0].label is not None:
                by_row = _by_row(columns, wide[0])
            if by_row is None:
                return wide[0], findings + wide[1]
            return by_row[0], findings + by_row[1]
    chosen = id_wish or joint
    if chosen is None and kind in (None, "long") and wish.sequence_id != "":
        chosen = sequence_id([c for c in columns if c is not label_wish], timeline)
    if kind == "long" and chosen is None:
        raise UploadError(
            "No column tells the sequences apart. Choose the column with the sequence id."
        )
    if chosen is not None and kind in (None, "long"):
        long, noticed = _long(columns, numeric, chosen, timeline, label_wish, wish)
        return long, findings + noticed
    if label_wish is not None or wish.label == "":
        name = None if label_wish is None else label_wish.name
        free = [c for c in numeric if c.name != name]
        return _series(free, name, timeline), findings
    label = next(
        (
            c.name
            for c in columns
            if key(c.name) in LABEL_NAMES and c.kind == "text" and c.distinct > 1
        ),
        None,
    )
    findings += doubts(columns, numeric, timeline, label, wish)
    return _series(numeric, label, timeline), findings


def _by_row(columns: list[Column], wide: Layout) -> tuple[Layout, list[Finding]] | None:
    """The table as one series with a class in each row, if each row goes on from the one above."""
    steps = [c for c in columns if c.name in set(wide.numeric) - {wide.label}]
    classes = next(c for c in columns if c.name == wide.label)
    if not orientation.are_steps(steps, classes.cells):
        return None
    text = (
        f"Each row was taken for a time step, because it goes on from the one above it; "
        f"{shown(classes.name)} is a class of each. If a row is one sequence, choose “a sequence a "
        "row”."
    )
    return _series(steps, classes.name, None), [warning("rows_are_steps", text)]


def _has_classes(columns: list[Column]) -> bool:
    """Whether some column could be the class of a row, by its name or its few words."""
    return any(
        (key(c.name) in LABEL_NAMES and c.kind != "number")
        or (c.kind == "text" and 2 <= c.distinct <= min(MAX_CLASSES, len(c.cells) / 2))
        for c in columns
    )


def _series(numeric: list[Column], label: str | None, timeline: Timeline | None) -> Layout:
    """One row a time step."""
    target = best(numeric, timeline)
    return Layout("series", label=label, numeric=[c.name for c in numeric], target=target)


def _named(columns: list[Column], name: str | None, role: str) -> Column | None:
    """The column that the user chose for a role, if any."""
    if not name:
        return None
    column = next((c for c in columns if c.name == name), None)
    if column is None:
        raise UploadError(f"There is no column called {shown(name)} to take the {role} from.")
    return column


def _is_row_name(name: str) -> bool:
    """`row`, `index` or the `Unnamed: 0` of pandas."""
    return key(name).removesuffix(" 0") in ROW_NAMES


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
    findings = Findings()
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
            findings.warn(
                "label_changes",
                f"{shown(label.name)} changes inside {shown(chosen.name)} {names(changing)}: {so}.",
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


def _side_by_side(timeline: Timeline | None, chosen: Column) -> bool:
    """Whether all sequences are there at the same dates or years: one forecasts such a panel.

    A word that stays the same in each of them says what it is, rather than what is to be found out.
    """
    if timeline is None:
        return False
    times = np.asarray(timeline.values)
    if not timeline.is_date and float(times.min()) < 1000:
        return False  # steps, counted from the beginning of each
    rows = pd.DataFrame({"id": chosen.cells, "time": times}).groupby("id")["time"]
    spans = rows.agg(["min", "max"])
    return bool(spans["min"].max() < spans["max"].min())


def _long_label(columns: list[Column], chosen: Column, timeline: Timeline | None) -> Column | None:
    ids = pd.Series(chosen.cells)
    sequences = ids.nunique()
    panel = _side_by_side(timeline, chosen)
    parts = chosen.name.split("+")  # of an id put together
    candidates = []
    for column in columns:
        taken = (
            column is chosen
            or (column.name in parts and (timeline is not None or is_id_name(column.name)))
            or (timeline is not None and column.name == timeline.replaces)
        )
        if taken or column.kind in ("time", "clock", "empty"):
            continue
        if key(column.name) in PART_NAMES:
            continue
        is_named = key(column.name) in LABEL_NAMES
        few = 2 <= column.distinct <= max(2, min(MAX_CLASSES, sequences))
        if not few or not (is_named or (column.kind == "text" and not panel)):
            continue
        steady = pd.Series(column.cells).groupby(ids).nunique().max() == 1
        if is_named or steady:
            candidates.append((not is_named, columns.index(column), column))
    if candidates:
        return min(candidates, key=lambda item: item[:2])[2]
    if timeline is None or timeline.is_date:
        return None  # among dates, words that last are rather holidays and seasons
    free = [c for c in columns if c is not chosen and key(c.name) not in PART_NAMES]
    return activity(free, chosen.cells)
