"""Runs as a table, and which of them somebody looks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seqlab.runs.records import Run, Standing

MOST = 1e6  # a loss beyond that says no more than the status: diverged


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; what is empty holds for all.

    Attributes:
        owner: whose runs.
        text: words that stand in the network, the sequences, the note, the status or the id.
        sequences: names of sources or files.
        cells, statuses: one of these.
        study: of that study; "" for runs of none.
    """

    owner: str | None = None
    text: str = ""
    sequences: Collection[str] = ()
    cells: Collection[str] = ()
    statuses: Collection[str] = ()
    study: str | None = None


def wanted_runs(runs: Sequence[Run], wanted: Wanted, names: Mapping[str, str]) -> list[Run]:
    """The runs that fit, in their order.

    Args:
        runs: all of them.
        wanted: what is looked for.
        names: of sources, and of files by the names under which they are kept.
    """
    words = wanted.text.casefold().split()
    return [run for run in runs if _fits(run, wanted, names, words)]


def _fits(run: Run, wanted: Wanted, names: Mapping[str, str], words: Sequence[str]) -> bool:
    experiment = run.experiment
    if wanted.owner is not None and run.owner != wanted.owner:
        return False
    if wanted.sequences and sequences(run, names) not in wanted.sequences:
        return False
    if wanted.cells and not any(layer.cell in wanted.cells for layer in experiment.layers):
        return False
    if wanted.statuses and run.status not in wanted.statuses:
        return False
    if wanted.study is not None and (run.study or "") != wanted.study:
        return False
    if not words:
        return True
    text = " ".join(
        (network(run), sequences(run, names), run.note, run.status, run.id, run.variant or "")
    )
    text = f"{text} {columns(run)} {experiment.training.optimizer}".casefold()
    return all(word in text for word in words)


def network(run: Run) -> str:
    """The recurrent layers of a run from input to output."""
    return " → ".join(layer.title for layer in run.experiment.layers)


def sequences(run: Run, names: Mapping[str, str]) -> str:
    """The name of its file, or of its source."""
    data = run.experiment.data
    return names.get(data.file or "") or names.get(data.source, data.source)


def columns(run: Run) -> str:
    """What a run learns from what, where somebody chose it: "sales, promo → sales"; or ""."""
    data = run.experiment.data
    chosen = ", ".join(data.inputs)
    targets = ", ".join((data.target or "the usual one", *data.targets))
    if not data.target and not data.targets:
        return chosen
    return f"{chosen or 'the usual ones'} → {targets}"


def table(
    runs: Sequence[Run],
    standings: Mapping[str, Standing],
    names: Mapping[str, str],
    owned: Collection[str],
) -> pd.DataFrame:
    """A row a run, for people.

    Args:
        runs: which.
        standings: by run, how far each is (`Store.standing`).
        names: of sources and files.
        owned: the ids of the runs that belong to who looks.
    """
    rows = []
    for run in runs:
        standing, training = standings[run.id], run.experiment.training
        best = loss(standing.best_val_loss)
        rows.append(
            {
                "started": pd.Timestamp(run.created, unit="s", tz="UTC"),
                "yours": "yes" if run.id in owned else "",
                "pinned": "yes" if run.pinned else "",
                "status": run.status,
                "sequences": sequences(run, names),
                "window": run.experiment.data.window,
                "columns": columns(run),
                "network": network(run),
                "training": f"{training.optimizer} {training.learning_rate:g}",
                "seed": training.seed,
                "epochs": standing.epoch,
                "best val_loss": best,
                "baseline": run.baseline[1] if run.baseline else np.nan,
                "last val_loss": loss(standing.val_loss),
                "best epoch": None if np.isnan(best) else standing.best_epoch,
                "study": run.variant or "",
                "note": run.note,
                "run": run.id,
            }
        )
    frame = pd.DataFrame(rows)
    if len(frame):
        frame["best epoch"] = frame["best epoch"].astype("Int64")  # some runs have none
    return frame


def everything(
    runs: Sequence[Run], standings: Mapping[str, Standing], names: Mapping[str, str]
) -> pd.DataFrame:
    """A row a run with all its settings, for a file.

    Args:
        runs: in their order.
        standings: how far each is, by id.
        names: of the uploaded files, by their keys.
    """
    about = table(runs, standings, names, ())
    if not len(about):
        return about
    about = about.drop(columns=["yours"])
    about.insert(0, "run", about.pop("run"))
    about["study id"] = [run.study or "" for run in runs]
    about["seconds"] = [run.seconds for run in runs]
    settings = pd.DataFrame([run.experiment.to_flat() for run in runs])
    known = [name for name in settings.columns if name not in about.columns]
    return pd.concat([about, settings[known]], axis="columns")


def loss(value: float | None) -> float:
    """A loss as a number; NaN for none, and for one that has left all bounds."""
    return np.nan if value is None or value >= MOST else value
