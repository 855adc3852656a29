"""The gradient of one sequence on its way back through time, and what theory says of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.inspection.losses import slopes_of
from seqlab.inspection.networks import read
from seqlab.inspection.sequences import Sequence
from seqlab.lens import theory
from seqlab.lens.backward import gradients
from seqlab.lens.bptt import Flow, Layer
from seqlab.lens.stack import Stack
from seqlab.lens.statistics import spectral_radius
from seqlab.lens.trace import Trace


def flows_of(network: Stack, dataset: Dataset, shown: Sequence) -> dict[str, Flow]:
    """dL/d(states) in every layer for one sequence, timesteps in the order of the sequence.

    L is the loss that the network is trained with, for this sequence alone.

    Args:
        network: as it was at one epoch.
        dataset: tells what the loss counts.
        shown: the sequence.
    """
    outputs = read(network, shown).outputs[0, 0]
    slopes = slopes_of(network, dataset, shown, outputs)
    flows = gradients(network, shown.x[np.newaxis], slopes, shown.batch_mask).flows
    return {name: each.reversed() if network.turned(name) else each for name, each in flows.items()}


def theory_line(
    layer: Layer, trace: Trace, flow: Flow, way: slice
) -> tuple[str, NDArray[np.floating]]:
    """The line that theory gives, beginning where the measured one ends.

    That is the last step that a gradient comes to: behind the end of a sequence there is none.
    Trace and flow are in the order of the sequence; `way` turns them to that of the layer.
    Returns what the line is called and its values, (timesteps,).

    Args:
        layer: a recurrent layer.
        trace: its states for one sequence.
        flow: the gradients of the loss with respect to them.
        way: forwards, or backwards for a layer that reads from the end.
    """
    mask = None if trace.mask is None else trace.mask[0][way]
    hidden = flow.hidden_norm[0][way]
    if (keep := layer.record.keep) is not None:
        line = theory.product_line(keep.share(trace)[0][way], mask)
        norm = flow.cell_norm if len(layer.record.states) > 1 else flow.hidden_norm
        assert norm is not None
        return f"product of the {keep.plural}", (line * _at_end(norm[0][way]))[way]
    rho = spectral_radius(np.asarray(layer.weights[1]))
    line = theory.power_line(rho, len(hidden), mask) * _at_end(hidden)
    return f"ρ^t, ρ = {rho:.2f}", line[way]


def _at_end(norms: NDArray[np.floating]) -> float:
    """The last number that is not 0, or 0."""
    reached = np.flatnonzero(norms)
    return float(norms[reached[-1]]) if len(reached) else 0.0
