"""What is odd about the values of a table: missing, frozen, copied, out of all proportion."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.reader.roles.shape import Timeline
from seqlab.data.reader.wording import (
    Findings,
    count,
    hint,
    listed,
    names,
    on_lines,
    shown,
    warning,
)
from seqlab.experiment import Finding

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MANY_ROWS = 50_000
_FEW_ROWS = 20
_CODES = frozenset({-1.0, -9.0, -99.0, -200.0, 99.0, 999.0, 9999.0, 32767.0, -32768.0, 65535.0})


def inspect(
    frame: pd.DataFrame,
    numeric: list[str],
    lines: Ints,
    timeline: Timeline | None,
    sequence_id: str | None,
    kind: str,
    told: Mapping[str, Container[int]] | None = None,
) -> list[Finding]:
    """Everything about the values that is worth knowing before training.

    Args:
        frame: the table.
        numeric: its columns of numbers.
        lines: (rows,) the line of each row in the file.
        timeline: its time, if there is one.
        sequence_id: the column that tells sequences apart, or `None`.
        kind: what the table is, see `ParseOptions.kind`.
        told: of each column, the lines whose missing values other findings have named.
    """
    values = frame[numeric].to_numpy(np.float64)
    findings = [*_size(frame, numeric, kind), *_missing(values, numeric, lines, kind, told or {})]
    if kind != "wide":
        findings += _constant(values, numeric)
        findings += _copies(values, numeric)
        findings += _sentinels(values, numeric, lines)
        findings += _spikes(values, numeric, lines)
    if kind == "series":
        findings += _stuck(values, numeric, lines)
    if timeline is not None:
        findings += _steps(frame, timeline, sequence_id, lines)
    return findings


def _size(frame: pd.DataFrame, numeric: list[str], kind: str) -> list[Finding]:
    rows = len(frame)
    findings = Findings()
    if rows > MANY_ROWS:
        findings.warn(
            "many_rows",
            f"{rows:,} rows: training on all of them takes long. Plots are thinned; use a "
            "part of the rows or a larger stride.",
        )
    if rows < _FEW_ROWS and not (kind == "wide" and rows == 1):
        findings.warn("few_rows", f"Only {count(rows, 'row')}: too little to learn much from.")
    elif kind != "wide" and len(numeric) > rows:
        findings.warn(
            "more_columns_than_rows",
            f"{len(numeric):,} columns but only {rows:,} rows: choose a few inputs, or the "
            "network memorises the rows.",
        )
    return findings


def _missing(
    values: Floats,
    numeric: list[str],
    lines: Ints,
    kind: str,
    told: Mapping[str, Container[int]],
) -> list[Finding]:
    gaps = np.isnan(values)
    if not gaps.any():
        return []
    parts = []
    for j, name in enumerate(numeric):
        mine = lines[gaps[:, j]]
        new = [int(line) for line in mine if line not in told.get(name, ())]
        if new:
            more = "more " if len(new) < len(mine) else ""
            parts.append(f"{len(new):,} {more}in {shown(name)} ({on_lines(new)})")
    findings = Findings()
    if parts:
        findings.warn("missing", f"Missing values: {listed(parts)}.")
    for j, name in enumerate(numeric if kind == "series" else []):
        start, length = _longest_run(gaps[:, j])
        if length >= max(10, 0.02 * len(values)) and length < len(values):
            findings.warn(
                "long_gap",
                f"{shown(name)} has {length:,} missing values in a row, from line "
                f"{lines[start]} on: filling them would draw a flat line.",
            )
    return findings[:20]


def _longest_run(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """Start and length of the longest run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.view(np.int8), [0]])))
    if not len(edges):
        return 0, 0
    starts, ends = edges[0::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest] - starts[longest])


def _constant(values: Floats, numeric: list[str]) -> list[Finding]:
    if len(values) < 2:
        return []
    known = ~np.isnan(values)
    low = np.where(known, values, np.inf).min(axis=0)
    high = np.where(known, values, -np.inf).max(axis=0)
    still = [name for name, a, b in zip(numeric, low, high, strict=True) if a == b]
    if not still:
        return []
    verb = "never changes" if len(still) == 1 else "never change"
    return [warning("constant", f"{names(still)} {verb}: as a target there is nothing to predict.")]


def _copies(values: Floats, numeric: list[str]) -> list[Finding]:
    seen: dict[bytes, str] = {}
    pairs = []
    for j, name in enumerate(numeric):
        column = np.ascontiguousarray(values[:, j])
        if len(np.unique(column)) < 3:
            continue
        first = seen.setdefault(column.tobytes(), name)
        if first != name:
            pairs.append(f"{shown(name)} is a copy of {shown(first)}")
    if not pairs:
        return []
    return [hint("copies", f"{listed(pairs)}: as input and target they give the answer away.")]


def _sentinels(values: Floats, numeric: list[str], lines: Ints) -> list[Finding]:
    """Values such as -999 that lie far outside the rest and probably mean "missing"."""
    findings = Findings()
    for j, name in enumerate(numeric):
        column = values[:, j]
        suspects = codes(column)
        known = column[~np.isnan(column) & ~np.isin(column, suspects)]
        for suspect in suspects:
            rows = np.flatnonzero(column == suspect)
            sure = "probably" if _is_code(suspect) else "perhaps"
            where = "below" if suspect < np.median(known) else "above"
            findings.warn(
                "sentinel",
                f"{count(len(rows), 'cell')} of {shown(name)} "
                f"({on_lines(lines[rows])}) {'is' if len(rows) == 1 else 'are'} exactly "
                f"{suspect:.10g}, far {where} the rest: {sure} a code for missing.",
            )
    return findings[:20]


def _spikes(values: Floats, numeric: list[str], lines: Ints) -> list[Finding]:
    """A value or two, never more, out of all proportion: a lost decimal sign, a faulty sensor."""
    findings = Findings()
    for j, name in enumerate(numeric):
        column = values[:, j]
        known = column[np.isfinite(column)]
        if len(known) < _FEW_ROWS or codes(column):
            continue
        low, high = np.partition(known, [2, len(known) - 3])[[2, -3]]
        spread = high - low
        far = (column < low - 9 * spread) | (column > high + 9 * spread)
        if spread <= 0 or not far.any():
            continue
        rows = np.flatnonzero(far)
        which = ", ".join(f"{value:,.6g}" for value in column[rows[:4]])
        findings.warn(
            "outlier",
            f"{count(len(rows), 'cell')} of {shown(name)} ({on_lines(lines[rows])}) "
            f"{'is' if len(rows) == 1 else 'are'} far from all others: {which}; these lie "
            f"between {low:,.6g} and {high:,.6g}. Perhaps a decimal sign was lost.",
        )
    return findings[:20]


def _stuck(values: Floats, numeric: list[str], lines: Ints) -> list[Finding]:
    """A long stretch of one value in a column that changes nearly everywhere else."""
    findings = Findings()
    for j, name in enumerate(numeric):
        same = np.diff(values[:, j]) == 0
        start, length = _longest_run(same)
        elsewhere = int(same.sum()) - length
        if length < max(10, 0.02 * len(same)) or elsewhere > 0.05 * (len(same) - length):
            continue
        if len(same) - length < 10:
            continue
        findings.warn(
            "stuck",
            f"{shown(name)} stays at {values[start, j]:,.6g} for {length + 1:,} rows in a row, "
            f"from line {lines[start]} on, but changes nearly everywhere else: perhaps a "
            "sensor was stuck.",
        )
    return findings[:20]


def codes(column: Floats) -> list[float]:
    """Values of a column (rows,), such as -999, that probably stand for a missing one."""
    known = column[~np.isnan(column)]
    suspects = []
    for pick in (np.min, np.max):
        for _ in range(2):  # -9999 may hide -999
            suspect = _suspect(known, pick)
            if suspect is None:
                break
            suspects.append(suspect)
            known = known[known != suspect]
    return suspects


def _suspect(known: Floats, pick: Callable[..., float]) -> float | None:
    if len(known) < 10:
        return None
    extreme = float(pick(known))
    rest = known[known != extreme]
    times = len(known) - len(rest)
    if len(rest) < 0.2 * len(known) or len(rest) < 5:
        return None
    low, high = float(rest.min()), float(rest.max())
    spread = high - low
    distance = low - extreme if extreme < low else extreme - high
    if (
        (_is_code(extreme) or abs(extreme) > 1e15)
        and distance > 0.5 * spread
        and (times > 1 or distance > 3 * spread)
    ):
        if extreme == -1.0 and not (times > 2 and low >= 0 and distance > 0.5 * spread):
            return None
        return extreme
    if times >= 3 and distance > 2 * spread and spread > 0 and len(np.unique(rest)) > 5:
        return extreme
    return None


def _is_code(value: float) -> bool:
    """-999, 9999, 99.99 and other numbers that people write for "missing"."""
    digits = f"{abs(value):.10g}".replace(".", "")
    return value in _CODES or (len(digits) >= 2 and set(digits) == {"9"})


def _steps(
    frame: pd.DataFrame,
    timeline: Timeline,
    sequence_id: str | None,
    lines: Ints,
) -> list[Finding]:
    """Doubles, gaps and irregular steps in time."""
    time = frame[timeline.name]
    name = shown(timeline.name)
    groups = frame[sequence_id].to_numpy() if sequence_id else np.zeros(len(frame), np.int8)
    steps = time.groupby(groups).diff()
    known = steps.notna().to_numpy()
    numbers = steps.to_numpy()[known]
    at = np.flatnonzero(known)
    if timeline.is_date:
        numbers = numbers.astype("timedelta64[us]").astype(np.int64)
    if not len(numbers):
        return []
    findings = Findings()
    doubles = at[numbers == 0]
    if len(doubles):
        findings.warn(
            "duplicate_times",
            f"{name} repeats the time of the row before on {on_lines(lines[doubles])}: "
            "each row still counts as one step.",
        )
    at, numbers = at[numbers > 0], numbers[numbers > 0]
    if not len(numbers) or _is_regular(time, sequence_id, timeline):
        return findings
    kinds, times = np.unique(numbers, return_counts=True)
    usual = kinds[np.argmax(times)]
    close = np.abs(numbers - usual) <= 0.12 * usual
    gaps = at[numbers > 1.5 * usual]
    if close.mean() < 0.5:
        findings.warn(
            "irregular_steps",
            f"The steps of {name} are irregular, from {_span(numbers.min(), timeline)} to "
            f"{_span(numbers.max(), timeline)}; a network sees one row per step.",
        )
    elif len(gaps):
        inside = ""
        if sequence_id:
            ids = dict.fromkeys(frame[sequence_id].iloc[gaps])
            whose = [f"{i:.15g}" if isinstance(i, float) else i for i in ids]
            inside = f" inside {shown(sequence_id)} {names(whose)}"
        findings.warn(
            "gaps_in_time",
            f"{count(len(gaps), 'gap')} in {name}{inside}, before {on_lines(lines[gaps])}: the "
            f"usual step is {_span(usual, timeline)}, the longest "
            f"{_span(numbers.max(), timeline)}.",
        )
    return findings


def _is_regular(time: pd.Series, sequence_id: str | None, timeline: Timeline) -> bool:
    """Days, months, business days and the like: steps a calendar makes, gaps a weekend makes."""
    known = time.dropna()
    if not timeline.is_date:
        return False
    if bool((known.dt.dayofweek < 5).all()) and bool((known.dt.normalize() == known).all()):
        days = np.unique(known.to_numpy().astype("datetime64[D]"))
        if len(days) > 1 and np.diff(days).astype(int).max() <= 5:
            return True
    if sequence_id or not known.is_monotonic_increasing:
        return False
    index = pd.DatetimeIndex(known.drop_duplicates())
    if len(index) < 3 or pd.infer_freq(index) is not None:
        return True
    months = index.year * 12 + index.month
    return len(set(index.day)) == 1 and len(set(np.diff(months))) == 1


def _span(step: float, timeline: Timeline) -> str:
    """A step in words."""
    if not timeline.is_date:
        return f"{step:.6g}"
    seconds = step / 1e6
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = round(seconds / size, 1)
            return f"{number:,.10g} {unit}" + ("" if number == 1 else "s")
    return f"{seconds:.6g} seconds"
