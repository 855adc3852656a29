"""What a network says to the rows of new series."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import calendar_columns, holiday_columns
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.layouts.rows import as_series
from seqlab.data.scaling import Scaling
from seqlab.data.upload import Table
from seqlab.data.windows import fill_gaps, unknown_yet
from seqlab.experiment import Experiment
from seqlab.forecasting.forecaster import file_columns, source_of
from seqlab.forecasting.matching import (
    Answers,
    Part,
    answer_columns,
    kind_of,
    matched,
    named,
    numbers_of,
    outside_note,
    scalings_of,
    separated,
    trained_range,
)
from seqlab.forecasting.roll import TOGETHER, Reach
from seqlab.forecasting.times import continued
from seqlab.inspection.networks import output_of
from seqlab.lens.generate import quick_predict
from seqlab.lens.stack import Stack

Reals = NDArray[np.float64]


def answer_rows(
    experiment: Experiment,
    dataset: Dataset,
    network: Stack,
    table: Table,
    most: int | None = None,
) -> Answers:
    """Each row forecast from the rows before it; errors as for `predict`.

    Args:
        experiment: what was trained.
        dataset: what it was trained on.
        network: with its weights.
        table: the new rows.
        most: how many rows to answer in all; `None` for all of them.
    """
    data = experiment.data
    by_class = dataset.goal.kind == "class"
    needed = [*file_columns(dataset)]
    needed += [dataset.target] if 0 in dataset.needed_columns else []
    parts, notes = _series(dataset, table, needed)
    change = dataset.transform
    reach = Reach(dataset.timesteps, data.horizon, history=change.reach)
    inputs, read = dataset.input_columns, dataset.needed_columns
    low, high = trained_range(dataset)
    tables: list[pd.DataFrame] = []
    gaps, short, left_out, too_late = 0, 0, 0, 0
    strange: list[str] = []
    for part in parts:
        scalings = scalings_of(dataset, part.name)
        if scalings is None:
            strange.append(part.name)
            continue
        count = len(part.values) + reach.lead - reach.back  # rows that have a window
        if count < 1:
            short += 1
            continue
        missing = ~np.isfinite(part.values[:, read])
        raw = fill_gaps(part.values, data.missing)
        learned = change.forward(raw)[:, inputs]
        far = (learned < low) | (learned > high)
        scaled = scalings[0].apply(learned).astype(np.float32)
        room = count if most is None else min(count, most - sum(len(frame) for frame in tables))
        left_out += count - room
        begins = reach.history + np.arange(count - room, count)  # the newest rows
        last = begins + reach.window - 1
        fine = np.array([np.isfinite(scaled[b : b + reach.window]).all() for b in begins], bool)
        if data.missing == "interpolate":
            fine &= ~missing[last].any(axis=1)
        elif data.missing == "forward":
            fine &= ~unknown_yet(missing)[last]
        farthest = max((rows for base, rows in dataset.ahead.values() if base in needed), default=0)
        later = last < len(raw) - farthest
        too_late += int((~later).sum())
        fine &= later
        if change.memory:
            fine &= np.isfinite(change.known_before(raw[:, 0], last)).all(axis=1)
        gaps += int((~fine & later).sum())
        windows = [scaled[b : b + reach.window] for b in begins[fine]]
        past = change.known_before(raw[:, 0], last[fine])
        targets = scalings[1].of_changes(change, past, reach.lead, dataset.y.shape[-1])
        outputs = _said(network, dataset, windows, targets)
        rows = begins[fine] + reach.window + reach.lead - 1
        own: dict[str, object] = {}
        if len(parts) > 1:
            own["series"] = part.name
        own["time"] = _row_times(part, reach.lead)[rows]
        frame = pd.DataFrame({**own, **answer_columns(dataset, outputs)})
        if part.truth is not None:
            truth = [*part.truth, *[None if by_class else np.nan] * reach.lead]
            frame["truth"] = [truth[row] for row in rows]
        counts = np.concatenate([np.zeros((1, len(inputs)), int), far.cumsum(axis=0)])
        out = counts[begins[fine] + reach.window] > counts[begins[fine]]
        frame["outside"] = named(out, dataset.names)
        tables.append(frame)
    if strange:
        notes.append(
            "Each series was scaled by itself in training, and not all of this file were there. "
            f"Left out: {', '.join(strange[:5])}{', …' if len(strange) > 5 else ''}."
        )
    if not tables and len(strange) == len(parts):
        raise DataError(
            "Each series was scaled by itself in training, and none of this file was there: "
            f"{', '.join(filter(None, strange[:5])) or 'it has no column with their names'}. "
            "Train with all series scaled together to answer for others."
        )
    if not tables:
        longest = max((len(part.values) for part in parts), default=0)
        raise DataError(
            f"The file has {longest:,} rows, too few for one window: the network reads "
            f"{reach.window:,} rows before it answers."
        )
    whole = pd.concat(tables, ignore_index=True)
    if not by_class and dataset.y.shape[1] > 1:
        notes.append(
            f"Of {dataset.y.shape[1]:,} rows that it answers for at once, the first is shown."
        )
    if left_out:
        notes.append(f"{left_out:,} earlier rows are not answered here: that would take too long.")
    if too_late:
        names = ", ".join(dict.fromkeys(base for base, _ in dataset.ahead.values()))
        which = "1 row" if too_late == 1 else f"{too_late:,} rows"
        notes.append(
            f"{which} at the end or behind it cannot be answered: {names} must be known there. Add "
            "rows to the file that hold it."
        )
    if gaps:
        notes.append(
            f"{gaps:,} rows have no answer, because values before them are missing"
            + (" or have no logarithm." if change.logarithm != "none" else ".")
        )
    if short:
        were = "series is" if short == 1 else "series are"
        notes.append(f"{short:,} {were} too short for a window and left out.")
    return Answers(whole, (*notes, *outside_note(whole)))


def _series(dataset: Dataset, table: Table, needed: list[str]) -> tuple[list[Part], list[str]]:
    """The series of a table, with the columns that the network was trained on."""
    single = as_series(table)
    if single is not None:
        frame, time = single
    elif table.kind == "long":
        frame, time = table.frame, table.time
    else:
        raise DataError(
            "The network goes on with the rows of a series, and this file is of another kind: "
            f"{kind_of(table)}. Choose a file with a row for each time."
        )
    wanted = list(dict.fromkeys([*needed, dataset.target, *dataset.whole.targets]))
    chosen, notes = matched(frame, needed, [*wanted, time, table.sequence_id])
    values = np.full((len(frame), len(dataset.columns)), np.nan)
    for place, name in enumerate(dataset.columns):
        if name in calendar_columns.NAMES:
            values[:, place] = calendar_columns.column(name, _dates(frame, time))
    single_rows = np.zeros(len(frame), int)
    ids = single_rows if single is not None else pd.factorize(frame[table.sequence_id])[0]
    for place, name in enumerate(dataset.columns):
        base, rows = source_of(dataset, name)
        if base in needed:
            column = pd.Series(chosen[base])
            values[:, place] = column.groupby(ids).shift(-rows) if rows else column
        elif (country := holiday_columns.country_of(base)) is not None:
            own = _dates(frame, time)
            later = continued(own, rows).times.astype(own.dtype)
            values[:, place] = holiday_columns.column(np.append(own, later), country)[rows:]
    truth: list[object] | None = None
    if dataset.target in frame:
        cells = frame[dataset.target]
        if dataset.goal.kind == "class":
            truth = cells.astype(str).where(cells.notna(), None).to_numpy(object).tolist()
        else:
            truth = numbers_of(frame, dataset.target).tolist()
    times = frame[time].to_numpy() if time else None
    if single is not None:
        return [Part("", times, values, truth)], notes
    assert table.sequence_id is not None
    return separated(frame, table.sequence_id, times, values, truth), notes


def _dates(frame: pd.DataFrame, time: str | None) -> NDArray[np.generic]:
    """The times of the rows of a new file. Raises `DataError` if they are no dates."""
    if time is None or frame[time].dtype.kind != "M":
        raise DataError(
            "The network reads the calendar, and this file has no column of dates to take it from."
        )
    return frame[time].to_numpy()


def _row_times(part: Part, lead: int) -> NDArray[np.generic]:
    """The times of the rows of a series and of those behind its end."""
    times = np.arange(1, len(part.values) + 1) if part.times is None else part.times
    return np.concatenate([times, continued(times, lead).times])


def _said(
    network: Stack, dataset: Dataset, windows: list[NDArray[np.float32]], targets: Scaling
) -> Reals:
    """Answers to windows: values (n,) in original units, or probabilities (n, classes)."""
    by_class = dataset.goal.kind == "class"
    if not windows:
        return np.empty((0, len(dataset.goal.classes)) if by_class else (0, 1))
    batches = [
        quick_predict(network, np.stack(windows[i : i + TOGETHER]))
        for i in range(0, len(windows), TOGETHER)
    ]
    raw = np.concatenate(batches).reshape(len(windows), -1)
    return output_of(network, dataset, raw) if by_class else targets.invert(raw)
