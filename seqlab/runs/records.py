"""What the run store tells of a run: its settings and status, its losses, how far it is."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.experiment import Experiment

ACTIVE = ("queued", "running", "paused")
ENDED = ("finished", "stopped", "diverged", "failed", "interrupted")


@dataclass(frozen=True)
class Run:
    """One run as it stands: what was trained, and how far it is. Times are Unix seconds.

    Attributes:
        planned: the last epoch, which may have been moved since the start.
        baseline: the rule to beat, by name, and its loss on the validation part.
        owner: the visitor who started it, as `seqlab.ui.visitor` calls them; `None` in stores of
            an earlier version.
        pinned: whether it is kept for ever.
        study: the study that it belongs to, see `seqlab.runs.studies`; `None` for a single run.
        variant: which variant of the study it trains, by name.
        place: which of the variant's runs it is: its seed, or its fold.
        note: what its owner has written about it.
        ended: when it ended, or was paused.
        seconds: how long it has been training, without its pauses; `None` before its turn.
    """

    id: str
    created: float
    started: float | None
    ended: float | None
    status: str
    message: str
    experiment: Experiment
    baseline: tuple[str, float] | None
    planned: int
    owner: str | None = None
    pinned: bool = False
    study: str | None = None
    variant: str | None = None
    place: int | None = None
    note: str = ""

    @property
    def seconds(self) -> float | None:
        """From the start to the end, or until now."""
        return None if self.started is None else (self.ended or time.time()) - self.started

    @property
    def active(self) -> bool:
        """Whether it is still waiting or training."""
        return self.status in ACTIVE

    @property
    def ended_by_itself(self) -> bool:
        """Whether it trained to its end, or until no number was left; nobody stopped it."""
        return self.status in ("finished", "diverged")


@dataclass(frozen=True)
class NewRun:
    """A run before it is queued; the fields are those of `Run`.

    Attributes:
        estimated: the seconds foreseen for an epoch.
    """

    experiment: Experiment
    baseline: tuple[str, float] | None = None
    estimated: float | None = None
    owner: str | None = None
    study: str | None = None
    variant: str | None = None
    place: int | None = None


@dataclass(frozen=True)
class Kept:
    """A run with its weights, or an uploaded file, as quotas see it.

    Attributes:
        id: of the run or the file.
        owner: the visitor whose it is; `None` if it is nobody's alone, as a file that two uploaded.
        created: Unix seconds.
        size: bytes.
        stays: whether it is pinned, or still waits or trains.
        reads: the uploaded file that a run reads.
        is_file: whether it is an uploaded file.
    """

    id: str
    owner: str | None
    created: float
    size: int
    stays: bool = False
    reads: str | None = None
    is_file: bool = False


@dataclass(frozen=True)
class Metrics:
    """Losses by epoch, and what else was asked for by name; NaN where an epoch gave none."""

    epoch: NDArray[np.int64]
    loss: NDArray[np.float64]
    val_loss: NDArray[np.float64]
    more: dict[str, NDArray[np.float64]]

    @property
    def best(self) -> int | None:
        """The row with the lowest val_loss, the first of equally good ones; `None` without any."""
        return int(np.nanargmin(self.val_loss)) if np.isfinite(self.val_loss).any() else None

    @property
    def curve(self) -> NDArray[np.float64]:
        """What is drawn of it, (epochs,): val_loss, or loss where no epoch has one."""
        return self.val_loss if np.isfinite(self.val_loss).any() else self.loss


@dataclass(frozen=True)
class Standing:
    """How far a run is; `None` for a loss that is not finite or not there.

    Attributes:
        epoch: the last one, 0 before the first.
        val_loss: after it.
        best_epoch: the epoch with the lowest val_loss, of equally good ones the first.
        best_val_loss: after that.
    """

    epoch: int
    val_loss: float | None
    best_epoch: int | None
    best_val_loss: float | None
