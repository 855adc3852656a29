"""Arrays ready for a recurrent network, with their scaling, goal and baselines. NumPy only."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqlab.data.frame import Frame
from seqlab.experiment import ScalingKind

Floats = NDArray[np.float32]
VALIDATION_SHARE = 0.2  # the last fifth of a series, of generated sequences likewise


class DataError(ValueError):
    """Why no windows can be cut from this data, in a sentence for the user.

    Attributes:
        argument: the widget key that is to blame, or `None`.
        allowed: a value of that argument which would do, the nearest one of a number; or `None`.

    Example:
        >>> error = DataError("The window is longer than the series.", "window", allowed=50)
        >>> error.argument, error.allowed
        ('window', 50)
    """

    def __init__(
        self, message: str, argument: str | None = None, allowed: int | str | None = None
    ) -> None:
        super().__init__(message)
        self.argument = argument
        self.allowed = allowed


@dataclass(frozen=True)
class Scaling:
    """Linear scaling, one offset and one scale a column: scaled = (raw - offset) / scale."""

    offset: NDArray[np.float64]  # (columns,)
    scale: NDArray[np.float64]  # (columns,)

    @classmethod
    def fit(cls, rows: NDArray[np.float64], kind: ScalingKind = "standard") -> Scaling:
        """The scaling that suits `rows` (rows, columns); NaN is passed over.

        Args:
            rows: the training part, in original units.
            kind: "standard" gives mean 0 and standard deviation 1; "minmax" the range 0 to 1;
                "robust" median 0 and interquartile range 1; "none" leaves the values alone. A
                column without spread keeps scale 1.
        """
        if kind == "none":
            return cls.identity(rows.shape[1])
        if kind == "standard":
            offset, spread = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
        elif kind == "minmax":
            offset = np.nanmin(rows, axis=0)
            spread = np.nanmax(rows, axis=0) - offset
        else:
            low, offset, high = np.nanquantile(rows, [0.25, 0.5, 0.75], axis=0)
            spread = high - low
        return cls(offset, np.where(spread > 0, spread, 1.0))

    @classmethod
    def identity(cls, columns: int) -> Scaling:
        """No scaling at all."""
        return cls(np.zeros(columns), np.ones(columns))

    @property
    def is_identity(self) -> bool:
        """Whether it leaves every value as it is."""
        return bool((self.offset == 0).all() and (self.scale == 1).all())

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
        classes: the names of the classes, or the symbols of a target text. In a target sequence
            index 0 is padding and one symbol ends the text (`seqlab.data.text`). In a language
            model the classes are the vocabulary of x, so that an output can be fed back.
    """

    kind: Literal["value", "class"] = "value"
    at: Literal["end", "every step", "sequence"] = "end"
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Baseline:
    """What a rule without a network reaches on the validation part, or by its formula.

    Attributes:
        loss: in the units of the network's loss (mean squared error of scaled values, or
            cross-entropy in nats), a mean over targets weighted with `Dataset.y_weights`; NaN
            for a rule that only chooses a class, whose cross-entropy would be infinite.
        rmse: root mean squared error in original units; NaN for classes.
        rule: what the rule does, in words.
        prediction: (validation, outputs) in original units; `None` where there is nothing to
            draw, for classes always.
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
        names: the features' names; for tokens what one of them is: "character", "word" or
            "symbol".
        target: the target's name.
        input_scaling, target_scaling: fitted on the training part alone.
        baselines: by name; the one to beat is `best_baseline`.
        values: (rows, 1 + features) the raw series, target first, then the other inputs; a target
            of classes as its index; NaN where a gap is left open; `None` for drawn sequences.
        labels: (rows,) the time of each row, for the charts; `None` likewise.
        starts: (n,) the row of each window's first step; `None` likewise.
        horizon: the target's distance from the window's last step, in rows.
        notes: what was done to the data on the way here, in sentences.
        goal: what the network is asked for.
        vocabulary: the symbols that tokens stand for, index 0 is padding; empty for numbers.
        y_weights: (n, steps) float32, how much each step of a target with steps counts, 0 or 1;
            `None` for all alike.
        splits: the rows where the validation part and the test part begin, as targets; `None`
            where the parts are not stretches of one series.
        gaps: (rows, 1 + features) where `values` were missing before they were filled; `None` if
            nothing was.
        groups: (n,) what had to stay in one part when `sequences.parts` dealt out sequences of one
            class each; `None` where the parts came about in another way.
        other_target: where the target is constant in the training part, a column that could be
            asked for instead and is not; else `None`.
        swapped_axes: the sequences and the steps that there would be with the first two axes
            swapped, where the file allows it, there are more steps than sequences, and the values
            change more from step to step than from sequence to sequence. Else `None`.

    Example:
        >>> from seqlab import Experiment, load
        >>> dataset = load(Experiment())
        >>> dataset.x.shape[1:], dataset.target, dataset.best_baseline()[0]
        ((22, 1), 'sunspots', 'linear autoregression')
    """

    x: NDArray[Any]
    y: NDArray[Any]
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
    splits: tuple[int, int] | None = None
    gaps: NDArray[np.bool_] | None = None
    groups: NDArray[np.int64] | None = None
    other_target: str | None = None
    swapped_axes: tuple[int, int] | None = None

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

    @cached_property
    def frame(self) -> Frame:
        """The shapes, all that a network must know of the data."""
        return Frame(
            timesteps=self.timesteps,
            features=self.features,
            outputs=self.outputs,
            kind=self.goal.kind,
            at=self.goal.at,
            steps=1 if self.goal.at == "end" else self.y.shape[1],
            vocabulary=len(self.vocabulary),
            padded=bool((self.lengths < self.timesteps).any()),
        )

    def best_baseline(
        self, measure: Literal["loss", "rmse", "accuracy"] = "loss"
    ) -> tuple[str, Baseline] | None:
        """Name and numbers of the rule that a network has to beat: the best one, not the first.

        Args:
            measure: what counts. Not every rule has each: one that only chooses a class has an
                accuracy, but no loss.

        Returns:
            `None` if no rule has that measure.
        """
        found = {
            name: -value if measure == "accuracy" else value
            for name, rule in self.baselines.items()
            if math.isfinite(value := getattr(rule, measure))
        }
        if not found:
            return None
        name = min(found, key=lambda name: found[name])
        return name, self.baselines[name]

    @property
    def constant(self) -> bool:
        """Whether all targets of the training part are the same."""
        targets = self.y[self.train]
        return len(targets) > 1 and bool(targets.max() == targets.min())

    def target_weights(self, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        """How much each target of those sequences counts: (n,), or (n, steps) without padding."""
        if self.y_weights is not None:
            return self.y_weights[indices].astype(np.float64)
        if self.goal.at == "end":
            return np.ones(len(indices))
        steps = np.arange(self.y.shape[1])
        if self.goal.at == "every step":
            return (steps < self.lengths[indices, np.newaxis]).astype(np.float64)
        return np.ones((len(indices), len(steps)))

    def truth(self, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Targets of those sequences in original units, as `y` but for the scaling."""
        return self.target_scaling.invert(self.y[indices])


def rmse(prediction: NDArray[np.floating], truth: NDArray[np.floating]) -> float:
    """Root mean squared error over all entries."""
    return float(np.sqrt(np.mean(np.square(np.asarray(prediction, np.float64) - truth))))
