"""What a comparison came to, as tables: runs, summary, pairs, curves."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from seqlab.comparison import statistics
from seqlab.comparison.entrants import Entrant
from seqlab.comparison.measure import Measure, measure_of
from seqlab.experiment import Experiment

RUN_COLUMNS = ["variant", "seed", "status", "epochs", "best_epoch", "best_val_loss", "val_loss"]
RUN_COLUMNS += ["parameters", "seconds"]
PAIR_COLUMNS = ["a", "b", *(each.name for each in fields(statistics.Pair)), "words"]
NO_RESULT = ("diverged", "failed")  # statuses of runs that count as worse than any other
# The others are on their way, or were cut short: their best loss says nothing of a whole training.
COUNTED = ("finished", *NO_RESULT)
ON_THE_WAY = ("queued", "running", "paused")


@dataclass(frozen=True)
class SeedRun:
    """One variant trained with one seed.

    Attributes:
        variant: its name.
        seed: of weights, batch order and dropout.
        status: "finished"; "diverged" or "failed", if it cannot be trained: both count as worse
            than any number. Others are not counted: "queued", "running", "paused", "stopped",
            "interrupted", or "lost" with its worker.
        parameters: how many numbers the network learns.
        seconds: of the training, compilation included.
        loss, val_loss: one value an epoch; NaN for no validation part.
        message: a sentence on what went wrong, or "".
        run: its id in the run store, or "".
    """

    variant: str
    seed: int
    status: str
    parameters: int = 0
    seconds: float = 0.0
    loss: Sequence[float] = ()
    val_loss: Sequence[float] = ()
    message: str = ""
    run: str = ""

    @property
    def counted(self) -> bool:
        """Whether it came to its end, good or bad."""
        return self.status in COUNTED

    @cached_property
    def best_epoch(self) -> int | None:
        """The epoch of the smallest val_loss, 1 for the first; `None` without one."""
        losses = np.asarray(self.val_loss, np.float64)
        return int(np.nanargmin(losses)) + 1 if np.isfinite(losses).any() else None

    @property
    def row(self) -> dict[str, Any]:
        """As a row of `Study.runs`."""
        best = self.best_epoch
        values = (
            *(self.variant, self.seed, self.status, len(self.loss), best),
            float("nan") if best is None else self.val_loss[best - 1],
            self.val_loss[-1] if len(self.val_loss) else float("nan"),
            *(self.parameters, self.seconds),
        )
        return dict(zip(RUN_COLUMNS, values, strict=True))


@dataclass(frozen=True)
class Study:
    """Variants of an experiment, each trained with the same seeds.

    Attributes:
        variants: by name, in the order they were given.
        results: one a variant and seed.
        baselines: by variant, name and loss of the best rule without a network, `None` if there is
            none that can be compared with the losses.
        measure: in what `summary` and `pairs` are told.

    Example:
        >>> from seqlab import Experiment
        >>> runs = [
        ...     SeedRun("a", seed, "finished", 10, 1.0, [0.9, 0.5], [0.8, 0.6]) for seed in range(3)
        ... ]
        >>> Study({"a": Experiment()}, runs).summary["median"].tolist()
        [0.6]
    """

    variants: Mapping[str, Experiment]
    results: Sequence[SeedRun]
    baselines: Mapping[str, tuple[str, float] | None] = field(default_factory=dict)
    measure: Measure = field(default_factory=Measure)

    @property
    def runs(self) -> pd.DataFrame:
        """A row a run: variant, seed, status, epochs, best_epoch, best_val_loss, ..."""
        frame = pd.DataFrame([run.row for run in self.results], columns=RUN_COLUMNS)
        return frame.astype({"best_epoch": "Int64"})

    @property
    def curves(self) -> pd.DataFrame:
        """A row an epoch of each run: variant, seed, epoch, loss, val_loss."""
        rows = [
            (run.variant, run.seed, epoch, loss, val_loss)
            for run in self.results
            for epoch, (loss, val_loss) in enumerate(zip(run.loss, run.val_loss, strict=True), 1)
        ]
        return pd.DataFrame(rows, columns=["variant", "seed", "epoch", "loss", "val_loss"])

    @property
    def summary(self) -> pd.DataFrame:
        """A row a variant, of the best val_loss of each seed; as RMSE where `measure` says so.

        Columns: variant; n, seeds; diverged, how many gave no result (they count as worse than any
        other, so `median` knows them, and `iqm` and its interval are NaN if there are any);
        median; iqm, the interquartile mean; low and high, its 95 % interval (from five seeds on);
        best; beats_baseline, the share of seeds that do better than the best rule (NaN without
        one); epochs_to_beat, the median epoch at which they first did; parameters, and seconds, the
        median of a training.
        """
        return pd.DataFrame(self._rows)

    @property
    def pairs(self) -> pd.DataFrame:
        """A row a pair of variants, seed by seed.

        Columns: a, b, n, a_better, b_better, probability, low, high and luck, as in
        `statistics.Pair`; words. luck and words are corrected for the number of pairs (Holm 1979);
        the interval from low to high is that of the pair alone. A variant that cannot be trained
        loses to none: there is nothing to compare, and n is 0.
        """
        names = list(itertools.combinations(self.variants, 2))
        alone = []
        for a, b in names:
            one, other = self._by_seed(a), self._by_seed(b)
            seeds = [seed for seed in one if seed in other]
            alone.append(statistics.pair([one[s] for s in seeds], [other[s] for s in seeds]))
        compared = sum(one.n > 0 for one in alone)
        rows = [
            {"a": a, "b": b, **asdict(one), "words": statistics.words(a, b, one, compared)}
            for (a, b), one in zip(names, statistics.holm(alone), strict=True)
        ]
        return pd.DataFrame(rows, columns=PAIR_COLUMNS)

    @property
    def differences(self) -> pd.DataFrame:
        """A row a variant, a column a setting that is not the same in all of them."""
        flats = {name: experiment.to_flat() for name, experiment in self.variants.items()}
        keys = dict.fromkeys(key for flat in flats.values() for key in flat)
        differ = [
            key for key in keys if len({repr(flat.get(key, "–")) for flat in flats.values()}) > 1
        ]
        rows = [[flat.get(key, "–") for key in differ] for flat in flats.values()]
        return pd.DataFrame(
            rows, columns=differ, index=pd.Index(flats, name="variant"), dtype=object
        )

    @property
    def problems(self) -> dict[str, str]:
        """By variant, why it could not be trained or did not end well, in a sentence."""
        return {run.variant: run.message for run in self.results if run.message}

    @property
    def notes(self) -> list[str]:
        """What has to be known about the numbers: who diverged, who is not counted, who is few."""
        notes = [self.measure.problem] if self.measure.problem else []
        for name in self.variants:
            runs = [run for run in self.results if run.variant == name]
            counted = [run for run in runs if run.counted]
            bad = sum(not np.isfinite(_result(run)) for run in counted)
            if bad and bad < len(counted):
                notes.append(
                    f"{name}: {bad} of {len(counted)} seeds gave no result. They count as worse "
                    "than any other, by rank: so a median and no mean is shown."
                )
            elif bad:
                notes.append(f"{name}: none of {len(counted)} seeds gave a result.")
        cut = sum(not run.counted and run.status not in ON_THE_WAY for run in self.results)
        if cut:
            notes.append(f"{_runs(cut)} did not come to the end and {_are(cut)} not counted.")
        few = {len([run for run in self._of(name) if run.counted]) for name in self.variants}
        if 0 < max(few, default=0) < statistics.FEWEST:
            notes.append(
                f"From fewer than {statistics.FEWEST} seeds no interval is worked out: it would "
                "miss too often."
            )
        return notes

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        """The rows of `summary`, for which a page asks several times."""
        return [self._summarised(name) for name in self.variants]

    def _of(self, variant: str) -> list[SeedRun]:
        """Its runs that count."""
        return [run for run in self.results if run.variant == variant and run.counted]

    def _by_seed(self, variant: str) -> dict[int, float]:
        """The result of each seed that trained; infinite for one that diverged."""
        return {run.seed: self.result(run) for run in self._of(variant) if run.status != "failed"}

    def result(self, run: SeedRun) -> float:
        """What counts of a run, in the study's measure; infinite for one without a result."""
        return float(self.measure.of(run.variant, _result(run)))

    def _summarised(self, variant: str) -> dict[str, Any]:
        runs = self._of(variant)
        results = np.array([self.result(run) for run in runs])
        whole = bool(len(results)) and bool(np.isfinite(results).all())
        low, high = statistics.interval(results)
        baseline = self.baselines.get(variant)
        epochs = [_epochs_to_beat(run, baseline[1]) for run in runs] if baseline else []
        beaten = [epoch for epoch in epochs if epoch is not None]
        nan = float("nan")
        return {
            "variant": variant,
            "n": len(runs),
            "diverged": int((~np.isfinite(results)).sum()),
            "median": float(np.median(results)) if len(results) else nan,
            "iqm": statistics.interquartile_mean(results) if whole else nan,
            "low": low,
            "high": high,
            "best": float(results.min()) if len(results) else nan,
            "beats_baseline": len(beaten) / len(runs) if baseline and runs else nan,
            "epochs_to_beat": float(np.median(beaten)) if beaten else nan,
            "parameters": max((run.parameters for run in runs), default=0),
            "seconds": float(np.median([run.seconds for run in runs])) if runs else nan,
        }


def study_of(entrants: Mapping[str, Entrant], results: Sequence[SeedRun]) -> Study:
    """What entrants and their runs came to."""
    return Study(
        {name: each.experiment for name, each in entrants.items()},
        results,
        {name: each.baseline for name, each in entrants.items()},
        measure_of(entrants),
    )


def untrained(one: Entrant, seeds: Sequence[int]) -> list[SeedRun]:
    """The runs of a variant that cannot be trained: none has a result."""
    return [SeedRun(one.name, seed, "failed", message=one.problem) for seed in seeds]


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _result(run: SeedRun) -> float:
    """What counts of a run: its best val_loss; infinite for one that diverged or failed."""
    if run.status in NO_RESULT or run.best_epoch is None:
        return float("inf")
    return float(run.val_loss[run.best_epoch - 1])


def _epochs_to_beat(run: SeedRun, loss: float) -> int | None:
    """The first epoch with a val_loss below a baseline's; `None` if there is none."""
    if run.status in NO_RESULT:
        return None
    return next((epoch for epoch, own in enumerate(run.val_loss, 1) if own < loss), None)
