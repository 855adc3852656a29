"""Arrays ready for a recurrent network: windows, parts, scaling and baselines. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from seqlab.experiment import Data

Floats = NDArray[np.float32]
VALIDATION_SHARE = 0.2  # the last fifth of a series, of generated sequences likewise


class DataError(ValueError):
    """Why no windows can be cut from this data, in a sentence for the user.

    Attributes:
        argument: the widget key that is to blame, or `None`.
        allowed: the nearest value of that argument which would do, or `None`.
    """

    def __init__(
        self, message: str, argument: str | None = None, allowed: int | None = None
    ) -> None:
        super().__init__(message)
        self.argument = argument
        self.allowed = allowed


@dataclass(frozen=True)
class Scaling:
    """Standard scaling, one offset and one scale a column: scaled = (raw - offset) / scale."""

    offset: NDArray[np.float64]  # (columns,)
    scale: NDArray[np.float64]  # (columns,)

    @classmethod
    def fit(cls, rows: NDArray[np.float64]) -> Scaling:
        """Mean and standard deviation of `rows` (rows, columns); a constant keeps scale 1."""
        deviation = rows.std(axis=0)
        return cls(rows.mean(axis=0), np.where(deviation > 0, deviation, 1.0))

    @classmethod
    def identity(cls, columns: int) -> Scaling:
        """No scaling at all."""
        return cls(np.zeros(columns), np.ones(columns))

    def apply(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw values (..., columns) -> scaled."""
        return (raw - self.offset) / self.scale

    def invert(self, scaled: NDArray[np.floating]) -> NDArray[np.float64]:
        """Scaled values (..., columns) -> raw."""
        return np.asarray(scaled, np.float64) * self.scale + self.offset


@dataclass(frozen=True)
class Goal:
    """What the network is asked for; head and loss follow from it.

    Attributes:
        kind: "value" (regression, mean squared error on scaled values) or "class" (one of
            `classes`, sparse categorical cross-entropy on logits).
        at: "end", one target a sequence; "every step", one for each timestep of x; "sequence", a
            target sequence of its own length (translation).
        classes: the names of the classes, or the symbols of a target text.
    """

    kind: Literal["value", "class"] = "value"
    at: Literal["end", "every step", "sequence"] = "end"
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Baseline:
    """What a rule without learning reaches on the validation part.

    Attributes:
        loss: in the units of the network's loss (mean squared error of scaled values, or
            cross-entropy in nats).
        rmse: root mean squared error in original units; NaN for classes.
        rule: what the rule does, in words.
        prediction: (validation, outputs) in original units; `None` where there is nothing to draw.
        accuracy: share of right classes; NaN for values.
    """

    loss: float
    rmse: float
    rule: str
    prediction: NDArray[np.float64] | None
    accuracy: float = float("nan")


@dataclass(frozen=True)
class Dataset:
    """Sequences and targets, scaled, with everything needed to explain them.

    Attributes:
        x: (n, timesteps, features) float32, scaled; or tokens (n, timesteps) int32, the indices
            into `vocabulary`, 0 for padding.
        y: values (n, outputs) float32, scaled, or (n, timesteps, outputs) at every step; classes
            (n,) int32, or (n, steps) int32 at every step or as a target sequence.
        lengths: (n,) how many of the timesteps are real; the rest is padding on the right.
        train, validation, test: indices into the n sequences.
        names: the features' names.
        target: the target's name.
        input_scaling, target_scaling: fitted on the training part alone.
        baselines: by name; the first is the one to beat.
        values: (rows, 1 + features) the raw series, target first; `None` for drawn sequences.
        labels: (rows,) the time of each row, for the charts; `None` likewise.
        starts: (n,) the row of each window's first step; `None` likewise.
        horizon: the target's distance from the window's last step, in rows.
        notes: what was done to the data on the way here, in sentences.
        goal: what the network is asked for.
        vocabulary: the symbols that tokens stand for, index 0 is padding; empty for numbers.
        y_weights: (n, steps) float32, how much each step of a target with steps counts; `None`
            for all alike.
    """

    x: Floats
    y: Floats
    lengths: NDArray[np.int64]
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]
    names: tuple[str, ...]
    target: str
    input_scaling: Scaling
    target_scaling: Scaling
    baselines: dict[str, Baseline] = field(default_factory=dict)
    values: NDArray[np.float64] | None = None
    labels: NDArray[np.generic] | None = None
    starts: NDArray[np.int64] | None = None
    horizon: int = 1
    notes: tuple[str, ...] = ()
    goal: Goal = Goal()
    vocabulary: tuple[str, ...] = ()
    y_weights: Floats | None = None

    @property
    def timesteps(self) -> int:
        """Steps of one input sequence."""
        return self.x.shape[1]

    @property
    def features(self) -> int:
        """Values the network sees at each step; 1 for tokens."""
        return self.x.shape[2] if self.x.ndim == 3 else 1

    @property
    def outputs(self) -> int:
        """Width of the head: values predicted at once, or classes to choose from."""
        return len(self.goal.classes) if self.goal.kind == "class" else self.y.shape[-1]

    def truth(self, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Targets of those sequences in original units, (len(indices), outputs)."""
        return self.target_scaling.invert(self.y[indices])


def rmse(prediction: NDArray[np.floating], truth: NDArray[np.floating]) -> float:
    """Root mean squared error over all entries."""
    return float(np.sqrt(np.mean(np.square(np.asarray(prediction, np.float64) - truth))))


def windows(
    values: NDArray[np.float64],
    labels: NDArray[np.generic],
    inputs: list[int],
    names: tuple[str, ...],
    target: str,
    data: Data,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """Cuts a series into (window, target) pairs after a chronological split.

    The rows are split first: a pair belongs to the validation part when its target lies in the
    last fifth of the rows. No training pair sees a validation row. A validation window may reach
    back into the training rows, as a forecaster's own past would. Scaling is fitted on the
    training rows alone.

    Args:
        values: (rows, columns) float64 without NaN, the target in column 0.
        labels: (rows,) the time of each row.
        inputs: the columns that the network sees.
        names: the names of those columns.
        target: the name of column 0.
        data: window and horizon.
        notes: kept as the dataset's notes.

    Raises:
        DataError: if the series is too short for the window and horizon.
    """
    rows, window, horizon = len(values), data.window, data.horizon
    split = int(rows * (1 - VALIDATION_SHARE))
    if split - horizon < 1 or rows - split < 1:
        raise DataError(
            f"The series has {rows:,} rows. That is too short for a training and a validation "
            f"part with a horizon of {horizon}."
        )
    if window + horizon > split:
        longest = split - horizon
        advice = max(1, longest // 4)  # leaves three quarters of the rows as starts of windows
        raise DataError(
            f"A window of {window:,} steps with a horizon of {horizon} does not fit into the "
            f"training part: the first {split:,} of {rows:,} rows. "
            f"The longest that fits is {longest:,}; "
            f"{advice:,} leaves enough windows to learn from.",
            "window",
            advice,
        )
    scaling = Scaling.fit(values[:split])
    scaled = scaling.apply(values).astype(np.float32)
    starts = np.arange(rows - window - horizon + 1)
    target_rows = starts + window + horizon - 1
    # sliding_window_view puts the window last: (n, features, timesteps) -> (n, timesteps, features)
    x = sliding_window_view(scaled[:, inputs], window, axis=0)[: len(starts)].transpose(0, 2, 1)
    train = np.flatnonzero(target_rows < split)
    validation = np.flatnonzero(target_rows >= split)
    truth = values[target_rows[validation], :1]
    last_seen = values[target_rows[validation] - horizon, :1]
    target_scaling = Scaling(scaling.offset[:1], scaling.scale[:1])
    persistence = rmse(last_seen, truth)
    return Dataset(
        x=np.ascontiguousarray(x),
        y=scaled[target_rows, :1],
        lengths=np.full(len(starts), window),
        train=train,
        validation=validation,
        test=np.empty(0, np.int64),
        names=names,
        target=target,
        input_scaling=Scaling(scaling.offset[inputs], scaling.scale[inputs]),
        target_scaling=target_scaling,
        baselines={
            "persistence": Baseline(
                loss=(persistence / float(target_scaling.scale[0])) ** 2,
                rmse=persistence,
                rule="the last known value is the forecast",
                prediction=last_seen,
            )
        },
        values=values,
        labels=labels,
        starts=starts,
        horizon=horizon,
        notes=notes,
    )
