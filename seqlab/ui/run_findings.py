"""What the result of a run says about itself, states and gradients included."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment, Finding
from seqlab.lens.backward import gradients
from seqlab.lens.forward import forward
from seqlab.lens.stack import LensError
from seqlab.network.doctor import read_result
from seqlab.runs.store import Metrics, Run
from seqlab.ui import networks, services
from seqlab.ui.cache import ByteCache

SEQUENCES = 16  # of the validation part, that are followed through the network
COST = 5e7  # units² x timesteps x sequences that can be followed without a wait

Floats = NDArray[np.floating]
Inner = tuple[dict[str, Floats], dict[str, Floats]]

_inner: ByteCache[Inner] = ByteCache(
    2**26, lambda both: sum(a.nbytes for part in both for a in part.values())
)


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
    # Early stopping went back to the best epoch: what came after it is not in these weights.
    told = metrics.epoch <= (np.inf if run.status == "diverged" else epoch)
    history = {"loss": metrics.loss[told].tolist(), "val_loss": metrics.val_loss[told].tolist()}
    inner: Inner = {}, {}
    with suppress(LensError):  # the lens says why, below
        key = services.store().snapshot_key(run.id, epoch)
        inner = _inner.get(key, lambda: _inside(run, dataset, epoch))
    prediction = (newest or {}).get("prediction")
    return read_result(run.experiment, dataset, history, prediction, *inner)


def _inside(run: Run, dataset: Dataset, epoch: int) -> Inner:
    """Hidden states by layer, (n, timesteps, units), and the norms of the gradients, (n, steps).

    Where a cell state is kept beside the hidden one, its gradient is looked at.
    There are no gradients where each step has a target of its own: then each gets an error at
    first hand. Raises `LensError` for networks that the lens does not follow.
    """
    network = networks.network(run.id, epoch, run.experiment, dataset)
    most = _affordable(run.experiment, dataset)
    chosen = networks.sample(dataset, most, run.experiment.training.seed)
    if not len(chosen):
        return {}, {}
    x, mask = dataset.x[chosen], networks.mask_of(dataset, chosen)
    passage = forward([network], x, mask)
    hidden = {name: passage.traces[name]["hidden"][0] for name in network.layers}
    if dataset.goal.at != "end":
        return hidden, {}
    slopes = _slopes(run.experiment, dataset, passage.answers[0], dataset.y[chosen])
    found = gradients(network, x, slopes, mask)
    return hidden, {
        name: flow.hidden_norm if flow.cell_norm is None else flow.cell_norm
        for name, flow in found.flows.items()
    }


def _affordable(experiment: Experiment, dataset: Dataset) -> int:
    """How many sequences can be followed."""
    units = sum(layer.units**2 * (1 + layer.bidirectional) for layer in experiment.layers)
    return int(np.clip(COST / (units * dataset.timesteps), 1, SEQUENCES))


def _slopes(
    experiment: Experiment, dataset: Dataset, said: Floats, truth: NDArray[np.generic]
) -> NDArray[np.float64]:
    """dL/d(output), (n, outputs), of the mean squared error or of the cross-entropy."""
    if dataset.goal.kind == "value":
        return 2 * (said.astype(np.float64) - truth.astype(np.float64)) / said.size
    odds = networks.output_of(experiment, dataset, said)
    return (odds - np.eye(odds.shape[1])[truth.astype(np.int64)]) / len(said)
