"""One sequence a row: t0, t1, t2, ... and perhaps a label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.columns import times
from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.label_candidates import SURE, labels
from seqlab.data.reader.roles.shape import Layout
from seqlab.data.reader.vocabulary import ID_NAMES, LABEL_NAMES, key
from seqlab.data.reader.wording import Findings, hint, names, on_lines, shown, warning
from seqlab.experiment import Finding

_SEQUENCE_NAME = re.compile(r"(.*?)(\d{1,9})", re.ASCII)
_STEP_PREFIXES = frozenset({"", "t", "step", "time", "x", "v", "timestep", "col"})
_WIDE = 8  # a row of fewer values is hardly a sequence


def wide_table(
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
        owners = {c.name for c in numeric if _is_owner(c)}
        steps, prefix = [c for c in numeric if c.name not in owners], None
    in_steps = set(steps)
    others = [c for c in columns if c not in in_steps and c.kind != "empty"]
    if unlabelled or (len(lines) == 1 and label is None):
        if not forced and prefix is None and len(lines) > 1:
            return None
        return _unlabelled(steps, others, lines)
    findings = Findings()
    if label is None:
        named_so = (c for c in others if key(c.name) in LABEL_NAMES)
        label = next((c for c in named_so if c.distinct > 1), None)
    if label is None:
        words = [c for c in others if c.kind in ("text", "truth")]
        varied = [c for c in words if c.distinct > 1]
        classes_in = [c for c in varied if c.distinct < len(c.cells)]
        named_rows = [c for c in varied if c not in classes_in]
        possible = labels(words, columns[-1])
        sure = bool(possible) and possible[0].score >= SURE
        dated = times.parse([c.name for c in steps[:_WIDE]]) is not None
        if not forced and possible and not sure and (dated or (named_rows and len(possible) > 1)):
            layout, noticed = _unlabelled(steps, others, lines)
            return layout, noticed[1:]  # what else the row could be is told with its reading
        best = {c.name: c for c in words}.get(possible[0].name) if possible else None
        label = best or next(reversed(classes_in), None) or next(iter(varied or words), None)
        if label is not None and label in classes_in and len(varied) > 1:
            findings.warn(
                "label_assumed",
                f"Each row was taken for one sequence and {shown(label.name)} for its label: a "
                "classification. To forecast inside each row instead, choose no label.",
            )
    if label is None and prefix is None:
        label = next((c for c in (numeric[0], numeric[-1]) if _is_class_number(c, numeric)), None)
        if label is None:
            crosswise = len(steps) >= 20 and len(steps) > 3 * len(lines)
            if not forced and (named or not crosswise):
                return None
            return _unlabelled(steps, others, lines)
        findings.warn(
            "label_assumed",
            f"Each row was taken for one sequence and {shown(label.name)} for its label, since "
            "it has only a few whole numbers.",
        )
    if label is None:
        if not forced and prefix not in _STEP_PREFIXES:
            return None
        if not forced and len(lines) > 20 * len(steps):
            return None
        return _unlabelled(steps, others, lines)
    sequences = [c.name for c in steps]
    spare = [c.name for c in numeric if c not in in_steps and c is not label]
    if spare:
        findings.hint("unused_columns", f"{names(spare)}: no steps of the sequence, not used.")
    classes = Counter(cell for cell in label.cells if cell)
    if label.kind == "text" and len(classes) == len(label.cells) > 2:
        findings.warn(
            "label_unique",
            f"{shown(label.name)} is different in every row: a name of the row, not a class.",
        )
        return Layout(
            "wide", sequence_id=label.name, numeric=sequences, numbered=prefix is not None
        ), findings
    if len(classes) == 1:
        raise UploadError(
            f"All rows have the same label, {shown(next(iter(classes)))} in {shown(label.name)}: "
            "there is nothing to tell apart."
        )
    empty = [lines[i] for i, cell in enumerate(label.cells) if not cell]
    if empty:
        findings.warn("label_missing", f"{shown(label.name)} is empty on {on_lines(empty)}.")
    folded = Counter(c.casefold() for c in classes) if label.kind == "text" else Counter()
    if alike := [c for c in classes if folded[c.casefold()] > 1]:
        findings.warn("similar_classes", f"{names(alike)} differ in capitals alone: two classes?")
    if label.kind == "text" and (single := [c for c, n in classes.items() if n == 1]):
        findings.warn("rare_classes", f"Only one row has the label {names(single)}.")
    numbered = prefix is not None or not named or all(map(_is_number, sequences))
    return Layout("wide", label=label.name, numeric=sequences, numbered=numbered), findings


def _is_number(name: str) -> bool:
    """Names such as 400.0 and 402.5, wavelengths for instance, are places in a sequence."""
    try:
        float(name)
    except ValueError:
        return False
    return True


def _is_owner(column: Column) -> bool:
    """Whether whole numbers say whose a row is: named so and repeated, or each in one block."""
    values = column.values
    if column.kind != "number" or values is None or not column.is_whole:
        return False
    rows, distinct = len(values), column.distinct
    if not 2 <= distinct <= rows / 2:
        return False
    blocks = 1 + int((values[1:] != values[:-1]).sum())
    words = set(key(column.name).split())
    return not ID_NAMES.isdisjoint(words) or (blocks == distinct > 2 and rows >= 3 * distinct)


def _unlabelled(
    steps: list[Column], others: list[Column], lines: list[int]
) -> tuple[Layout, list[Finding]]:
    """Rows of numbers, perhaps with a name each."""
    words = [c for c in others if c.kind == "text" and c.distinct == len(c.cells)]
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
        and sum(c.distinct > 2 * len(classes) for c in numeric[1:-1])
        >= 0.7 * (len(numeric) - 2)  # the last columns are empty where sequences are shorter
    )
