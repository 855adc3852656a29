"""Whether the input arrays are what a recurrent network can learn from."""

from __future__ import annotations

import numpy as np

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Data, Experiment, Finding
from seqlab.network.doctor.fixes import with_data, with_network

FEW = 30  # sequences below which a long array looks turned round
WIDE = 5  # features from which on a single time step looks turned round
LARGE, SMALL = 5.0, 0.02  # beyond these means and deviations a column counts as not scaled
LOOKED_AT = 2000  # sequences
MOSTLY = 0.5  # share of padding that is worth a word


def find(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    """Findings about the axes, the scale and the padding of the inputs."""
    return [
        *_axes(experiment, frame, dataset),
        *_scale(experiment, frame, dataset),
        *_padding(experiment, frame, dataset),
    ]


def _axes(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    n = len(dataset.x)
    shape = f"({n:,}, {frame.timesteps:,}, {frame.features})"
    if frame.timesteps == 1:
        message = (
            "The window is a single step, so there is nothing to remember: "
            "a recurrent layer here is an ordinary dense layer."
        )
        if frame.features >= WIDE:
            message += (
                f" The {frame.features} features may be the time steps: Keras reads {shape} as "
                "(samples, timesteps, features)."
            )
        usual = Data().window
        series = dataset.values is not None and len(dataset.values) > 2 * usual
        return [
            Finding(
                "warning",
                "one_timestep",
                message,
                with_data(experiment, window=usual) if series else None,
                f"Use a window of {usual}",
                "Keras trains it without a word (keras-team/keras#2045).",
            )
        ]
    if n < FEW and frame.timesteps > n and dataset.starts is None:
        return [
            Finding(
                "warning",
                "swapped_axes",
                f"There are only {n} sequences of {frame.timesteps:,} steps each. If these are "
                f"{frame.timesteps:,} sequences of {n} steps, the first two axes of {shape} are "
                "swapped: Keras reads (samples, timesteps, features).",
                keras="Keras trains it without a word.",
            )
        ]
    return []


def _scale(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    """The training inputs and targets should have means near 0 and deviations near 1."""
    if not len(dataset.train):
        return []
    some = dataset.train[:LOOKED_AT]
    columns: list[tuple[str, np.ndarray]] = []
    if not frame.vocabulary:
        x = dataset.x[some].astype(np.float64)
        real = np.arange(frame.timesteps) < dataset.lengths[some][:, None]
        rows = x[real]  # (steps, features)
        columns += [(f"The input {name!r}", rows[:, i]) for i, name in enumerate(dataset.names)]
    if frame.kind == "value":
        columns.append((f"The target {dataset.target!r}", dataset.y[some].astype(np.float64)))
    odd = []
    for name, values in columns:
        mean, deviation = float(values.mean()), float(values.std())
        if max(abs(mean), deviation) > LARGE or 0 < deviation < SMALL:
            odd.append(
                (max(abs(mean), deviation, 1 / max(deviation, 1e-12)), name, mean, deviation)
            )
    if not odd:
        return []
    _, name, mean, deviation = max(odd)
    more = f", and so {'is' if len(odd) == 2 else 'are'} {len(odd) - 1} more" if odd[1:] else ""
    fix = None
    if experiment.data.scaling != "standard" and dataset.values is not None:
        fix = with_data(experiment, scaling="standard")
    return [
        Finding(
            "warning",
            "unscaled",
            f"{name} is not scaled: its mean is {_shown(mean)}, its standard deviation "
            f"{_shown(deviation)}{more}. Gates saturate on large numbers, the head needs many "
            "steps to reach large targets, and small ones are lost in the noise.",
            fix,
            "Scale to mean 0 and deviation 1",
            "Keras trains it without a word, often to a constant prediction "
            "(keras-team/keras#1727).",
        )
    ]


def _shown(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def _padding(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    if not frame.padded:
        return []
    share = 1 - float(dataset.lengths.sum()) / (len(dataset.lengths) * frame.timesteps)
    if not experiment.network.masking:
        return [
            Finding(
                "warning",
                "padding_not_masked",
                f"{share:.0%} of all steps are padding, and without masking the network reads it: "
                "the last state of a short sequence is what is left after many empty steps.",
                with_network(experiment, masking=True),
                "Mask the padding",
                "Keras reads zeros like any other number unless there is a Masking layer or "
                "`mask_zero=True`.",
            )
        ]
    if share <= MOSTLY:
        return []
    longest, middle = frame.timesteps, int(np.median(dataset.lengths))
    return [
        Finding(
            "hint",
            "much_padding",
            f"{share:.0%} of all steps are padding: the longest sequence has {longest} steps, half "
            f"of them have at most {middle}. Masked steps change nothing, but cost time as well.",
        )
    ]
