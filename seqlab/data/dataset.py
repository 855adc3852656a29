"""Arrays ready for a recurrent network, with their scaling, goal and baselines. NumPy only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqlab.data.frame import Frame
from seqlab.data.log_mel import LogMel
from seqlab.data.scaling import Scaling, side_by_side
from seqlab.data.transforms import AS_IS, Transform, over_series

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
        self,
        message: str,
        argument: str | None = None,
        allowed: int | str | tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(message)
        self.argument = argument
        self.allowed = allowed


@dataclass(frozen=True, eq=False)
class SeriesOf:
    """Which of several series each window is cut from, and how that series is scaled.

    Attributes:
        names: of the series.
        of: (n,) the series of each window, an index into `names`.
        scaling: of each series by itself, (series, columns) with the columns of `Dataset.values`;
            `None` where all have the same one.
        possible: whether each could be scaled by itself: its earlier rows are training rows.
    """

    names: tuple[str, ...]
    of: NDArray[np.int64]
    scaling: Scaling | None = None
    possible: bool = True


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
class Stretch:
    """The rows of one series among `Dataset.values`.

    Attributes:
        name: of the series, as the file calls it; "" where there is only one.
        first: its first row.
        end: the row behind its last one.
        unseen: the first row from which on no row was a target in training; `end` if all were, or
            if the windows were dealt out at random.

    Example:
        >>> Stretch("", 0, 309, 247).end
        309
    """

    name: str
    first: int
    end: int
    unseen: int


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
        input_scaling, target_scaling: fitted on the training part alone. Where each series has
            its own scaling, that of all series together: `input_scaling_of` and
            `target_scaling_of` know which one a sequence has.
        baselines: by name; the one to beat is `best_baseline`.
        values: (rows, 1 + features) the raw series, targets first, then the other inputs; a target
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
        stretches: the series whose rows stand behind each other in `values`; empty for drawn
            sequences.
        season: of the target in rows, as it is given, known or found in the training part; 0 or 1
            for none.
        other_target: where the target is constant in the training part, a column that could be
            asked for instead and is not; else `None`.
        swapped_axes: the sequences and the steps that there would be with the first two axes
            swapped, where the file allows it, there are more steps than sequences, and the values
            change more from step to step than from sequence to sequence. Else `None`.
        log_mel: how the features were made, if the sequences are sounds; else `None`.
        series: of which series each window is, where there are several; else `None`.
        transform: how columns are changed before they are scaled; then the scalings are those of
            the changes, and `target_scaling_of` brings targets back to original units.
        ahead: by column that is read ahead, the column of the file that it comes from, and how
            many rows (`seqlab.data.known_ahead`).
        further: targets that are forecast at once with `target`; then y holds (n, steps * targets),
            of step 1 all targets, and so on. `only` is what stands for one of them.
        rules: by target, its own baselines, where there are several; then `baselines` have the
            mean of their losses, and no RMSE.
        seasons: by target, its own season, likewise.
        joint: if this is one of several targets, the dataset of all of them; else `None`.

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
    stretches: tuple[Stretch, ...] = ()
    season: int = 0
    other_target: str | None = None
    swapped_axes: tuple[int, int] | None = None
    log_mel: LogMel | None = None
    series: SeriesOf | None = None
    transform: Transform = AS_IS
    ahead: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    further: tuple[str, ...] = ()
    rules: Mapping[str, Mapping[str, Baseline]] = field(default_factory=dict)
    seasons: Mapping[str, int] = field(default_factory=dict)
    joint: Dataset | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """All that is forecast at once."""
        return self.target, *self.further

    @property
    def steps(self) -> int:
        """How many steps a target has: 1 for a class at the end."""
        return 1 if self.y.ndim == 1 else self.y.shape[1] // len(self.targets)

    @property
    def whole(self) -> Dataset:
        """What the network was trained on: of one of several targets that of all of them."""
        return self if self.joint is None else self.joint

    @property
    def answered(self) -> slice:
        """Which of the answers of the network are for this dataset."""
        if self.joint is None:
            return slice(None)
        every = self.joint.targets
        return slice(every.index(self.target), None, len(every))

    @property
    def views(self) -> tuple[Dataset, ...]:
        """For each target what a dataset of it alone would be, with the same windows and inputs.

        So all that exists for one target works for each of several. The only one: itself, which is
        not kept here: arrays that hold themselves would wait for the garbage collector.
        """
        return self._several_views if self.further else (self,)

    @cached_property
    def _several_views(self) -> tuple[Dataset, ...]:
        return tuple(self._view(i) for i in range(len(self.targets)))

    def only(self, target: str | None = None) -> Dataset:
        """One of `views`, by the name of its target; the first one for any other name.

        Example:
            >>> from seqlab import Data, Experiment, load
            >>> two = load(Experiment(data=Data(source="seattle", targets=("wind",))))
            >>> two.y.shape, two.only("wind").y.shape, two.only("wind").target
            ((1439, 2), (1439, 1), 'wind')
        """
        return self.views[self.targets.index(target) if target in self.targets else 0]

    def _view(self, place: int) -> Dataset:
        target = self.targets[place]
        columns = [target, *(name for name in self.names if name != target)]
        at = [self.columns.index(name) for name in columns]
        change, series = self.transform, self.series
        if not change.is_none:
            change = change.of_columns(at)
        if series is not None and series.scaling is not None:
            series = replace(series, scaling=series.scaling.columns(at))
        assert self.values is not None
        return replace(
            self,
            y=self.y[:, place :: len(self.targets)],
            target=target,
            further=(),
            joint=self,
            values=self.values[:, at],
            gaps=None if self.gaps is None else self.gaps[:, at],
            target_scaling=self.target_scaling.columns([place]),
            transform=change,
            series=series,
            baselines=dict(self.rules.get(target, {})),
            season=self.seasons.get(target, self.season),
        )

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
            targets=len(self.targets),
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
        errors = {
            name: -value if measure == "accuracy" else value
            for name, rule in self.baselines.items()
            if math.isfinite(value := getattr(rule, measure))
        }
        if not errors:
            return None
        name = min(errors, key=lambda name: errors[name])
        return name, self.baselines[name]

    @property
    def titles(self) -> tuple[str, ...]:
        """What the features are called as they are learned: "change of log(sales)"."""
        if not any(self.transform.logged) and not any(self.transform.differenced):
            return self.names
        places = zip(self.names, self.input_columns, strict=True)
        return tuple(self.transform.title(name, column) for name, column in places)

    @property
    def needed_columns(self) -> list[int]:
        """The columns of `values` that an answer needs: the inputs, and the targets of changes."""
        bases = range(len(self.targets)) if self.transform.memory else ()
        return sorted({*bases, *self.input_columns})

    @cached_property
    def learned(self) -> NDArray[np.float64]:
        """`values` (rows, columns) as learned: changed, unscaled; NaN where no row is before."""
        assert self.values is not None
        firsts = np.array([one.first for one in self.stretches], np.int64)
        return over_series(self.values, self.transform, firsts)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of `values`: the targets, then the inputs that are none."""
        targets = self.targets
        return *targets, *(name for name in self.names if name not in targets)

    @property
    def input_columns(self) -> list[int]:
        """Which column of `values` each feature is."""
        at = {name: i for i, name in enumerate(self.columns)}
        return [at[name] for name in self.names]

    @property
    def constant(self) -> bool:
        """Whether all targets of the training part are the same; of several, those of one."""
        if self.further:
            return any(one.constant for one in self.views)
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
        """Targets (sequences, ...) of those sequences: `y` in original units."""
        return self.target_scaling_of(indices).invert(self.y[indices])

    @property
    def target_unit(self) -> float | None:
        """How much 1 of a scaled target is in original units; `None` if targets differ in that."""
        if self.transform.target_logarithm != "none" or self.further:
            return None
        scale = np.ravel(self.target_scaling.scale)
        if self.series is not None and self.series.scaling is not None:
            scale = self.series.scaling.scale[:, 0]
        return float(scale[0]) if len(scale) and np.ptp(scale) == 0 else None

    def target_scaling_of(self, indices: NDArray[np.int64] | int | None) -> Scaling:
        """The scaling of the targets of those sequences.

        Args:
            indices: (n,) sequences, or the index of one; `None` for one that somebody made up: of
                it no row before is known, and answers stay changes where changes are learned.

        Returns:
            Offset and scale (columns,), or (n, 1) where each series has its own; with the base of
            each target where changes are learned.
        """
        if self.further:
            return side_by_side([one.target_scaling_of(indices) for one in self.views], self.steps)
        scaling = self._scaling_of(indices, self.target_scaling, [0])
        change = self.transform
        if change.is_none or (indices is None and change.memory):
            return scaling
        past = np.empty(0)
        if change.memory:
            assert self.values is not None
            assert self.starts is not None
            origins = np.asarray(self.starts[indices] + self.timesteps - 1)
            past = change.known_before(self.values[:, 0], origins)
        return scaling.of_changes(change, past, self.horizon, self.y.shape[-1])

    def input_scaling_of(self, indices: NDArray[np.int64] | int | None) -> Scaling:
        """The scaling of x of those sequences; arguments as for `target_scaling_of`.

        Returns:
            Offset and scale (features,), or (n, 1, features) where each series has its own.
        """
        scaling = self._scaling_of(indices, self.input_scaling, self.input_columns)
        if scaling.offset.ndim == 1:
            return scaling
        return Scaling(scaling.offset[:, np.newaxis], scaling.scale[:, np.newaxis])

    def _scaling_of(
        self, indices: NDArray[np.int64] | int | None, common: Scaling, columns: list[int]
    ) -> Scaling:
        if self.series is None or self.series.scaling is None or indices is None:
            return common
        own, rows = self.series.scaling, self.series.of[indices]
        return Scaling(own.offset[rows][..., columns], own.scale[rows][..., columns])


def rmse(prediction: NDArray[np.floating], truth: NDArray[np.floating]) -> float:
    """Root mean squared error over all entries of two arrays of one shape."""
    return float(np.sqrt(np.mean(np.square(np.asarray(prediction, np.float64) - truth))))
