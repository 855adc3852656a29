"""What a search came to, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seqlab.comparison.honest import Check
from seqlab.comparison.knobs import Knob, with_values
from seqlab.comparison.proposals import Trial, best_of, importance
from seqlab.experiment import Experiment


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        start: the experiment that it began with.
        knobs: what it turned.
        history: every trial, the starting point first.
        check: the best against the starting point, with fresh seeds on sequences that the search
            has not seen; `None` before it is done.

    Example:
        >>> from seqlab.comparison.knobs import knobs_of
        >>> e = Experiment()
        >>> history = [
        ...     Trial(0, {"units": 16}, [0.5, 0.4], "finished"),
        ...     Trial(1, {"units": 8}, [0.5, 0.3], "finished"),
        ... ]
        >>> found = Found(e, knobs_of(e, {"units": [8, 16]}), history)
        >>> found.best.layers[0].units, found.trials["best_so_far"].tolist()
        (8, [0.4, 0.3])
    """

    start: Experiment
    knobs: Sequence[Knob]
    history: Sequence[Trial]
    check: Check | None = None

    @property
    def best(self) -> Experiment:
        """The experiment with the lowest val_loss; the starting point before there is one."""
        trial = best_of(self.history)
        if trial is None or trial.number == 0:
            return self.start  # as it is: its layers may differ in what is turned
        return with_values(self.start, trial.values)

    @property
    def trials(self) -> pd.DataFrame:
        """A row a trial: number, each knob, status, epochs, val_loss, best_so_far, seconds.

        val_loss is the lowest of the trial; NaN where there is none. A trial that was given up has
        status "stopped", and does not count for best_so_far.
        """
        rows, so_far = [], float("inf")
        for trial in self.history:
            if trial.status == "finished":
                so_far = min(so_far, trial.best)
            rows.append(
                {
                    "number": trial.number,
                    **{knob.name: trial.values[knob.name] for knob in self.knobs},
                    "status": trial.status,
                    "epochs": len(trial.curve),
                    "val_loss": trial.best if np.isfinite(trial.best) else np.nan,
                    "best_so_far": so_far if np.isfinite(so_far) else np.nan,
                    "seconds": trial.seconds,
                }
            )
        return pd.DataFrame(rows)

    @property
    def importance(self) -> dict[str, float]:
        """The share of each knob in what made the good trials good; see `proposals.importance`."""
        return importance(self.knobs, self.history)
