"""What the result of a run says about itself, states and gradients included."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.experiment import Finding
from seqlab.inspection.inner import Inner, states_and_gradients
from seqlab.inspection.networks import prediction_of
from seqlab.lens.stack import LensError
from seqlab.network.doctor import read_result
from seqlab.runs.records import Metrics, Run
from seqlab.ui import networks, services
from seqlab.ui.cache import ByteCache

Floats = NDArray[np.floating]

_inner: ByteCache[Inner] = ByteCache(
    "states and gradients", lambda both: sum(a.nbytes for part in both for a in part.values())
)
_readings: ByteCache[list[Finding]] = ByteCache("findings", lambda found: len(repr(found)))


def reading(
    run: Run, metrics: Metrics, dataset: Dataset, newest: Mapping[str, Floats] | None, epoch: int
) -> list[Finding]:
    """Findings about a run that has ended.

    Args:
        run: which.
        metrics: its losses; those after `epoch` do not count.
        dataset: what it was trained on.
        newest: the snapshot of its last weights, if there is one.
        epoch: of that snapshot.
    """
    # The same until the run goes on, whatever is set meanwhile.
    weights = networks.version(run.id, epoch, dataset)
    of_run = (run.id, run.status, run.ended, len(metrics.epoch), weights)
    return _readings.get(of_run, lambda: _read(run, metrics, dataset, newest, epoch))


def _read(
    run: Run, metrics: Metrics, dataset: Dataset, newest: Mapping[str, Floats] | None, epoch: int
) -> list[Finding]:
    # Early stopping went back to the best epoch: what came after it is not in these weights.
    counts = metrics.epoch <= (np.inf if run.status == "diverged" else epoch)
    history = {"loss": metrics.loss[counts].tolist(), "val_loss": metrics.val_loss[counts].tolist()}
    inner: Inner = {}, {}
    with suppress(LensError):  # the lens says why, below
        key = services.store().snapshot_key(run.id, epoch)
        inner = _inner.get(key, lambda: _inside(run, dataset, epoch))
    return read_result(run.experiment, dataset, history, prediction_of(newest, dataset), *inner)


def _inside(run: Run, dataset: Dataset, epoch: int) -> Inner:
    network = networks.network(run.id, epoch, run.experiment, dataset)
    return states_and_gradients(network, dataset, run.experiment.training.seed)
