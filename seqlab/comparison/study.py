"""What a comparison came to, as tables: runs, summary, pairs, curves."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from seqlab.comparison import statistics
from seqlab.experiment import Experiment

RUN_COLUMNS = ["variant", "seed", "status", "epochs", "best_epoch", "best_val_loss", "val_loss"]
RUN_COLUMNS += ["parameters", "seconds"]
NO_RESULT = ("diverged", "failed")  # statuses of runs that count as worse than any other


@dataclass(frozen=True)
class SeedRun:
    """One variant trained with one seed.

    Attributes:
        variant: its name.
        seed: of weights, batch order and dropout.
        status: "finished", "stopped", "diverged" or "failed".
        parameters: how many numbers the network learns.
        seconds: of the training, compilation included.
        loss, val_loss: one value an epoch; NaN for no validation part.
        message: a sentence on what went wrong, or "".
    """

    variant: str
    seed: int
    status: str
    parameters: int = 0
    seconds: float = 0.0
    loss: Sequence[float] = ()
    val_loss: Sequence[float] = ()
    message: str = ""

    @property
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
        """A row a variant, of the best val_loss of each seed.

        Columns: variant; n, seeds; diverged, how many gave no result (they count as worse than any
        other, so `median` knows them, and `iqm` and its interval are NaN if there are any);
        median; iqm, the interquartile mean; low and high, its 95 % interval (from five seeds on);
        best; beats_baseline, the share of seeds that do better than the best rule (NaN without
        one); epochs_to_beat, the median epoch at which they first did.
        """
        rows = [self._summarised(name) for name in self.variants]
        return pd.DataFrame(rows)

    @property
    def pairs(self) -> pd.DataFrame:
        """A row a pair of variants: a, b, n, a_better, b_better, probability, low, high, words."""
        rows = []
        for a, b in itertools.combinations(self.variants, 2):
            one, other = self._by_seed(a), self._by_seed(b)
            seeds = [seed for seed in one if seed in other]
            found = statistics.pair([one[s] for s in seeds], [other[s] for s in seeds])
            names = {"a": a, "b": b, "n": found.n, "a_better": found.a_better}
            names |= {"b_better": found.b_better, "probability": found.probability}
            words = statistics.words(a, b, found)
            rows.append(names | {"low": found.low, "high": found.high, "words": words})
        columns = ["a", "b", "n", "a_better", "b_better", "probability", "low", "high", "words"]
        return pd.DataFrame(rows, columns=columns)

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

    def _of(self, variant: str) -> list[SeedRun]:
        return [run for run in self.results if run.variant == variant]

    def _by_seed(self, variant: str) -> dict[int, float]:
        """Best val_loss by seed; infinite where there is no result."""
        return {run.seed: _result(run) for run in self._of(variant)}

    def _summarised(self, variant: str) -> dict[str, Any]:
        runs = self._of(variant)
        results = np.array([_result(run) for run in runs])
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
        }


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
