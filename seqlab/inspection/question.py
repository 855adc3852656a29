"""What a network is asked, in one sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seqlab.data.dataset import Dataset
from seqlab.data.entry import Entry

MOST_NAMES = 2  # of inputs
YEARS = range(1500, 2201)  # whole numbers that count years
LENGTHS = {  # the shortest and the longest that one may last, in seconds
    "second": (1, 1),
    "minute": (60, 60),
    "hour": (3600, 3600),
    "day": (86_400, 86_400),
    "week": (604_800, 604_800),
    "month": (28 * 86_400, 31 * 86_400),
    "quarter": (90 * 86_400, 92 * 86_400),
    "year": (365 * 86_400, 366 * 86_400),
}


def question(dataset: Dataset, entry: Entry | None = None) -> str:
    """One sentence: what is read, and what is to be said.

    Args:
        dataset: whose question.
        entry: of a built-in source, which says it in its own words where nothing is forecast.

    Example:
        >>> import seqlab
        >>> question(seqlab.load(seqlab.Experiment()))
        'From 22 years of sunspots, forecast the next one.'
    """
    forecast = dataset.labels is not None and dataset.goal.at == "end"
    if entry is not None and not forecast:
        return entry.about
    if forecast:
        return _of_series(dataset)
    names, steps = _names(dataset.names), dataset.timesteps
    read = f"{steps:,} {names}s" if dataset.vocabulary else f"{steps:,} steps of {names}"
    if log_mel := dataset.log_mel:
        return (
            f"From up to {log_mel.seconds(steps):.1f} seconds of sound, as {steps:,} frames of "
            f"{log_mel.bands} mel bands, tell {_the(dataset.target)}, one of {dataset.outputs:,}."
        )
    if dataset.goal.at == "sequence":
        unit = dataset.names[0]
        return f"Read a text and write it as {dataset.target}, {unit} by {unit}."
    if dataset.goal.at == "every step":
        after = "After" if dataset.vocabulary else "At"
        return f"{after} each of up to {read}, predict {_the(dataset.target)}."
    many = len(dataset.goal.classes)
    what = _the(dataset.target) + (f", one of {many:,} classes" if many else "")
    return f"From up to {read}, tell {what}."


def _of_series(dataset: Dataset) -> str:
    """Windows of a series, whose target lies behind them."""
    unit = step_unit(dataset.labels) or "step"
    window = f"{dataset.timesteps:,} {unit}{'s' if dataset.timesteps > 1 else ''}"
    alone = tuple(dataset.names) == dataset.targets == (dataset.target,)
    start = f"From {window} of {_names(dataset.names)}, forecast"
    if dataset.goal.kind == "class":
        when = f"of the next {unit}" if dataset.horizon == 1 else f"{dataset.horizon} {unit}s later"
        return f"{start} the {dataset.target} {when}, one of {len(dataset.goal.classes)} classes."
    target = _names(dataset.targets)
    if dataset.steps > 1:
        later = "" if dataset.horizon == 1 else f", from {dataset.horizon} {unit}s later on"
        what = "" if alone else f" of {target}"
        return f"{start} the next {dataset.steps:,}{what}{later}."
    if dataset.horizon == 1:
        return f"{start} the next {'one' if alone else target}."
    return f"{start} {'the one' if alone else target} {dataset.horizon} {unit}s later."


def _names(names: tuple[str, ...]) -> str:
    """Names as one would list them, the first ones only."""
    if len(names) <= MOST_NAMES:
        return " and ".join(names)
    return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES:,} more"


def _the(name: str) -> str:
    return name if name.startswith("the ") else f"the {name}"


def step_unit(labels: np.ndarray | None) -> str | None:
    """The unit of time from one row to the next, "day" for instance; `None` if it is no such unit.

    Args:
        labels: (rows,) times or whole numbers, ascending.
    """
    if labels is None or len(labels) < 2:
        return None
    if np.issubdtype(labels.dtype, np.integer):
        years = int(labels[0]) in YEARS and int(labels[-1]) in YEARS
        return "year" if years and bool((np.diff(labels) == 1).all()) else None
    times = pd.to_datetime(pd.Series(labels), errors="coerce")
    seconds = times.diff().dt.total_seconds().dropna()
    if not len(seconds):
        return None
    usual = float(seconds.median())
    return next((name for name, (low, high) in LENGTHS.items() if low <= usual <= high), None)
