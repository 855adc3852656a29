"""A series -> windows with their targets, in parts that do not leak into each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import baselines, memory_budget
from seqlab.data.chosen_transform import sentences_about, transform_of
from seqlab.data.columns import Roles
from seqlab.data.cut import Rows, WindowParts, cut
from seqlab.data.dataset import VALIDATION_SHARE, DataError, Dataset, Stretch
from seqlab.data.scaling import Scaling
from seqlab.data.seasons import find_period
from seqlab.data.sequence_baselines import nearest
from seqlab.data.transforms import Transform
from seqlab.experiment import Data, Missing

Reals = NDArray[np.float64]
Indices = NDArray[np.int64]
NO_SEASON = 1  # in rows


def windows(
    values: Reals,
    labels: NDArray[np.generic],
    roles: Roles,
    data: Data,
    notes: tuple[str, ...] = (),
    classes: tuple[str, ...] = (),
    period: int = 0,
) -> Dataset:
    """Cuts a series into (window, target) pairs after a chronological split.

    The rows are split first: a pair belongs to the validation part when its target lies in the
    last fifth of the rows (in front of the test part, if there is one). No training pair sees a
    validation row. A validation window may reach back into the training rows, as a forecaster's
    own past would. Gaps of the training rows are bridged, and the scaling is fitted, with the
    training rows alone. A target that nobody measured is no target, whatever the gaps are bridged
    with.

    Args:
        values: (rows, columns) float64, as in `roles.used`; NaN for what is missing.
        labels: (rows,) the time of each row.
        roles: the target, and what the network sees.
        data: window, horizon, steps, stride, scaling, split, missing, period.
        notes: kept as the dataset's notes.
        classes: if the target is a class, the names that column 0 is the index of.
        period: the season that is known of this series, in rows; 0 to look for one.

    Raises:
        DataError: if the series is too short for the window and horizon, or nothing is left of it.
    """
    rows, horizon, steps = len(values), data.horizon, data.steps if not classes else 1
    window, inputs, targets = data.window, roles.places, len(roles.targets)
    parts = split_rows(rows, data)
    gaps = ~np.isfinite(values)
    seen = np.arange(rows) < (parts[0] if data.split == "time" else rows)
    _fits(rows, parts[0], window, horizon, steps)
    values, fill_notes = fill(values, parts[0], data.missing, roles.used)
    known, seasons = values[: parts[0]], [0]
    if not classes:
        seasons = [data.period or period or find_period(known[:, i]) for i in range(targets)]
    change = transform_of(data, roles.used, values, seen, seasons, bool(classes))
    notes = (*notes, *sentences_about(change, roles.used))
    _fits(rows, parts[0], window, horizon, steps, change.reach)
    starts = np.arange(change.reach, rows - window - horizon - steps + 2, data.stride)
    memory_budget.check(len(starts), -(-rows // data.stride), window, len(inputs), steps * targets)
    goals = (starts + window + horizon - 1)[:, None] + np.arange(steps)  # (n, steps)
    if gaps.any():
        starts, goals, dropped = drop_gap_windows(gaps, roles, change, starts, goals, data)
        fill_notes = (*fill_notes, *dropped)
    parted = _chronological(goals, parts) if data.split == "time" else random_split(goals, data)
    if not len(parted.train) or not len(parted.validation):
        which = "training" if not len(parted.train) else "validation"
        raise DataError(
            f"No window is left for the {which} part. Try a shorter window, a stride of 1, or "
            "another choice for missing values."
        )
    # With a random split the training windows lie all over the series.
    changed = change.forward(values)
    fitting = seen & (np.arange(rows) >= change.reach)
    scaling = Scaling.fit(changed[fitting], data.scaling)
    whole = Rows(values, changed, change, scaling, labels, gaps, roles, classes)
    borders = parts if data.split == "time" else None
    dataset = cut(whole, starts, goals, parted, data, borders, (*notes, *fill_notes, *parted.notes))
    unseen = parts[0] if data.split == "time" else rows
    dataset = replace(dataset, stretches=(Stretch("", 0, rows, unseen),))
    if classes:
        x, y = dataset.x, dataset.y
        share = baselines.class_frequencies(y, classes, parted.train, parted.validation)
        rules = {"majority class": share}
        rules |= _last_class(values[:, 0], goals, horizon, parted)
        if similar := nearest(x.reshape(len(x), -1), y, parted.train, parted.validation):
            rules["nearest neighbour"] = similar
        return replace(dataset, baselines=rules)
    checked = goals[parted.validation]
    return baselines.beside(
        dataset,
        seasons,
        lambda one, scaling: baselines.for_series(
            values[:, one.whole.targets.index(one.target)],
            checked,
            horizon,
            parts[0],
            scaling,
            one.season or NO_SEASON,
        ),
    )


def split_rows(rows: int, data: Data) -> tuple[int, int]:
    """The first row of the validation part and of the test part."""
    return int(rows * (1 - VALIDATION_SHARE - data.test_share)), int(rows * (1 - data.test_share))


def _fits(rows: int, split: int, window: int, horizon: int, steps: int, reach: int = 0) -> None:
    """Raises `DataError` unless there is a training window, `reach` rows behind the first one."""
    ahead = horizon + steps - 1 + reach
    distance = f"a horizon of {horizon}" + (f" and {steps} steps to predict" if steps > 1 else "")
    if reach:
        distance += f" and {reach:,} rows before it for the differences"
    if split - ahead < 1 or rows - split < steps:
        raise DataError(
            f"The series has {rows:,} rows. That is too short for a training and a validation "
            f"part with {distance}."
        )
    if window + ahead > split:
        longest = split - ahead
        advice = max(1, longest // 4)  # leaves three quarters of the rows as starts of windows
        raise DataError(
            f"A window of {window:,} steps with {distance} does not fit into the "
            f"training part: the first {split:,} of {rows:,} rows. "
            f"The longest that fits is {longest:,}; "
            f"{advice:,} leaves enough windows to learn from.",
            "window",
            advice,
        )


def fill(
    values: Reals, split: int, how: Missing, names: tuple[str, ...]
) -> tuple[Reals, tuple[str, ...]]:
    """Bridges the gaps of a series; those of the first `split` rows with these rows alone.

    Args:
        values: (rows, columns), NaN or infinite where something is missing.
        split: the first row of the validation part.
        how: "interpolate" by straight lines between the neighbours; "forward" by the last known
            value; "drop" leaves the gaps as NaN. Before the first known value both use that one.
        names: of the columns, for messages.

    Returns:
        The filled values, and a sentence about it if there was a gap.

    Raises:
        DataError: if a column holds nothing in the training rows.
    """
    gaps = ~np.isfinite(values)
    if not gaps.any():
        return values, ()
    empty = np.flatnonzero(gaps[:split].all(axis=0))
    if len(empty):
        raise DataError(
            f"The column {names[int(empty[0])]!r} holds no numbers at all in the training part. "
            "Choose another one."
        )
    values = np.where(gaps, np.nan, values)
    count = int(gaps.sum())
    if how == "drop":
        return values, ()
    known = fill_gaps(values[:split], how)
    filled = fill_gaps(np.concatenate([known, values[split:]]), how)
    return filled, (filled_note(count, how),)


def filled_note(count: int, how: Missing) -> str:
    """`59 missing values were filled with the last known value.`"""
    ways = {
        "interpolate": "with straight lines between the neighbours",
        "forward": "with the last known value",
    }
    were = "missing value was" if count == 1 else "missing values were"
    return f"{count:,} {were} filled {ways[how]}."


def fill_gaps(values: Reals, how: Missing) -> Reals:
    """Fills the NaN of (rows, columns) by "interpolate" or "forward"; "drop" leaves them."""
    if how == "drop":
        return values
    frame = pd.DataFrame(values)
    if how == "interpolate":
        return frame.interpolate(limit_direction="both").to_numpy(np.float64)
    return frame.ffill().bfill().to_numpy(np.float64)


def unknown_yet(gaps: NDArray[np.bool_], firsts: Indices | None = None) -> NDArray[np.bool_]:
    """(rows,), whether some column has had no value up to there: only a later one could fill it.

    Args:
        gaps: (rows, columns), what is missing.
        firsts: (rows,) the first row of the series of each; `None` for one series.
    """
    known = np.cumsum(np.concatenate([np.zeros_like(gaps[:1]), ~gaps]), axis=0)
    before = known[0] if firsts is None else known[firsts]
    never: NDArray[np.bool_] = (known[1:] == before).any(axis=1)
    return never


def drop_gap_windows(
    gaps: NDArray[np.bool_],
    roles: Roles,
    change: Transform,
    starts: Indices,
    goals: Indices,
    data: Data,
    firsts: Indices | None = None,
) -> tuple[Indices, Indices, tuple[str, ...]]:
    """The windows that can be learned from and judged, and a sentence about the others.

    Left out is a window whose target is a gap; with "interpolate" also one that ends in a gap,
    since the line across it uses a value from behind the window; with "forward" one that ends
    before the first known value of a column, for the same reason; with "drop" every window that
    touches one, or would with the rows in front of it that changes reach. Where the target is
    learned as a change, its own gaps count like those of inputs.

    Args:
        gaps: (rows, columns), what is missing; targets first.
        roles: which columns are targets and inputs.
        change: how values are changed before they are learned.
        starts: (windows,) the first row of each.
        goals: (windows, steps) the rows of its targets.
        data: tells what is done with gaps.
        firsts: (rows,) the first row of the series of each; `None` for one series.
    """
    targets = [*range(len(roles.targets))]
    needed = [*targets, *roles.places] if change.memory else roles.places
    gap: NDArray[np.bool_] = np.any(gaps[:, needed], axis=1)
    untold: NDArray[np.bool_] = np.any(gaps[:, targets], axis=1)
    lost = untold[goals].any(axis=1)
    why = "their target is missing" if len(targets) == 1 else "one of their targets is missing"
    if data.missing == "interpolate":
        lost |= gap[starts + data.window - 1]
        why += ", or their last step is, where a straight line would use a later value"
    elif data.missing == "forward" and (early := unknown_yet(gaps[:, needed], firsts)).any():
        lost |= early[starts + data.window - 1]
        why += ", or a column has no value up to their end, where only a later one could be used"
    elif data.missing == "drop":
        before = np.concatenate([[0], np.cumsum(gap)])
        lost |= before[starts + data.window] > before[starts - change.reach]
        why = "they touch a missing value"
    count = int(lost.sum())
    if not count:
        return starts, goals, ()
    were = "window was" if count == 1 else "windows were"
    note = f"{count:,} of {len(starts):,} {were} left out because {why}."
    return starts[~lost], goals[~lost], (note,)


def _chronological(goals: Indices, parts: tuple[int, int]) -> WindowParts:
    """By the rows of the targets; one that straddles a border belongs to no part."""
    first, last = goals[:, 0], goals[:, -1]
    return WindowParts(
        train=np.flatnonzero(last < parts[0]),
        validation=np.flatnonzero((first >= parts[0]) & (last < parts[1])),
        test=np.flatnonzero(first >= parts[1]),
    )


def random_split(goals: Indices, data: Data) -> WindowParts:
    """Windows dealt out at random, by `data.data_seed`."""
    n = len(goals)
    dealt = np.random.default_rng(data.data_seed).permutation(n)
    borders = [int(n * (1 - VALIDATION_SHARE - data.test_share)), int(n * (1 - data.test_share))]
    train, validation, test = (np.sort(part) for part in np.split(dealt, borders))
    note = (
        "The windows are dealt out at random, so nearly every validation window overlaps training "
        "windows that hold the same rows and even its target. The result will look better than a "
        "forecast of the future can be. Split by time instead."
    )
    return WindowParts(train, validation, test, (note,))


def _last_class(
    codes: Reals, goals: Indices, horizon: int, parted: WindowParts
) -> dict[str, baselines.Baseline]:
    """The class of the window's last row as the forecast."""
    rows = goals[parted.validation, 0]
    right = float(np.mean(codes[rows] == codes[rows - horizon]))
    nan = float("nan")
    rule = "the class of the last known row is the forecast"
    return {"persistence": baselines.Baseline(nan, nan, rule, None, right)}
