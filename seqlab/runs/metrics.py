"""The losses and the log of runs, in the run store."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from seqlab.runs.records import Metrics, Standing
from seqlab.runs.storage import Storage


class MetricsStore(Storage):
    """The losses by epoch and the log lines of each run."""

    def add_metrics(
        self,
        run: str,
        epochs: Sequence[int],
        loss: Sequence[float | None],
        val_loss: Sequence[float | None],
        more: Mapping[str, Sequence[float | None]] | None = None,
    ) -> None:
        """Losses of some epochs, and more by name; `None` for a number that is not finite.

        Args:
            run: its id.
            epochs: (n,) their numbers.
            loss, val_loss: (n,) one of each epoch.
            more: other metrics by name, (n,) each.
        """
        names, others = list(more or {}), zip(*(more or {}).values(), strict=True)
        notes = [json.dumps(dict(zip(names, row, strict=True))) for row in others]
        columns = (epochs, loss, val_loss, notes or ["{}"] * len(epochs))
        rows = [(run, *row) for row in zip(*columns, strict=True)]
        self.write(
            "INSERT OR REPLACE INTO metrics (run, epoch, loss, val_loss, more) "
            "VALUES (?, ?, ?, ?, ?)",
            *rows,
        )

    def metrics(self, run: str, *names: str) -> Metrics:
        """All losses of a run, by epoch, and what else is asked for, as "val_accuracy"."""
        others = "".join(", json_extract(more, ?)" for _ in names)
        paths = [f'$."{name}"' for name in names]
        rows = self.read(
            f"SELECT epoch, loss, val_loss{others} FROM metrics WHERE run = ? ORDER BY epoch",
            *paths,
            run,
        )
        table = np.array(rows, np.float64).reshape(-1, 3 + len(names))  # None becomes NaN
        more = {name: table[:, 3 + i] for i, name in enumerate(names)}
        return Metrics(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], more)

    def curves(self, study: str) -> dict[str, Metrics]:
        """The losses of all runs of a study that have any, by the run's id."""
        return self._curves("run IN (SELECT id FROM runs WHERE study = ?)", study)

    def loss_curves(self, runs: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """`Metrics.curve` (epochs,) of each of these runs that has any, by its id."""
        return {run: each.curve for run, each in self.losses(runs).items()}

    def losses(self, runs: Sequence[str]) -> dict[str, Metrics]:
        """The losses of each of these runs that has any, by its id."""
        return self._curves(f"run IN ({', '.join('?' * len(runs))})", *runs)

    def _curves(self, which: str, *values: object) -> dict[str, Metrics]:
        """The losses of the runs that a condition names, by the run's id."""
        rows = self.read(
            f"SELECT run, epoch, loss, val_loss FROM metrics WHERE {which} ORDER BY run, epoch",
            *values,
        )
        metrics = {}
        for run, group in itertools.groupby(rows, key=lambda row: row[0]):
            table = np.array([row[1:] for row in group], np.float64)  # None becomes NaN
            metrics[run] = Metrics(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], {})
        return metrics

    def standing(self, *runs: str) -> dict[str, Standing]:
        """How far each of these runs is, by id."""
        places = ", ".join("?" * len(runs))
        # SQLite gives the other columns of the row that has the greatest, or the least, value.
        last = self.read(
            f"SELECT run, max(epoch), val_loss FROM metrics WHERE run IN ({places}) GROUP BY run",
            *runs,
        )
        best = self.read(
            "SELECT run, epoch, min(val_loss) FROM metrics "
            f"WHERE val_loss IS NOT NULL AND run IN ({places}) GROUP BY run",
            *runs,
        )
        lasts = {run: (epoch, loss) for run, epoch, loss in last}
        bests = {run: (epoch, loss) for run, epoch, loss in best}
        return {
            run: Standing(*lasts.get(run, (0, None)), *bests.get(run, (None, None))) for run in runs
        }

    def add_log(self, run: str, message: str, epoch: int | None = None) -> None:
        """One line for the run's log; with an epoch it goes when `forget_after` goes before it.

        Args:
            run: its id.
            message: the line.
            epoch: with one the line goes when `forget_after` goes before it.
        """
        self.write(
            "INSERT INTO log (run, at, message, epoch) VALUES (?, ?, ?, ?)",
            (run, time.time(), message, epoch),
        )

    def log(self, run: str) -> list[tuple[float, str]]:
        """The run's log, (Unix seconds, line), oldest first."""
        rows = self.read("SELECT at, message FROM log WHERE run = ? ORDER BY at", run)
        return [(at, message) for at, message in rows]
