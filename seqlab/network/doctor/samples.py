"""Whether the input arrays are what a recurrent network can learn from."""

from __future__ import annotations

import numpy as np

from seqlab.data.catalogue import ENTRIES
from seqlab.data.dataset import Dataset
from seqlab.data.entry import Knob
from seqlab.data.frame import Frame
from seqlab.experiment import LIMITS, Data, Experiment, Finding
from seqlab.network.doctor.fixes import with_data, with_network

FEW = 30  # sequences below which a long array looks turned round
WIDE = 5  # features from which on a single time step looks turned round
LARGE, SMALL = 5.0, 0.02  # beyond these means and deviations a column counts as not scaled
LOOKED_AT = 2000  # sequences
MOSTLY = 0.5  # share of padding that is worth a word
WHOLE = 0.9  # share of the sequences that a cut leaves whole


def find(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    """Findings about the axes, the scale and the padding of the inputs.

    Args:
        experiment: what is to be trained.
        frame: the shapes of its data.
        dataset: its data.
    """
    return [
        *_one_step(experiment, frame, dataset),
        *_swapped(experiment, dataset),
        *_scale(experiment, frame, dataset),
        *_padding(experiment, frame, dataset),
    ]


def _one_step(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    if frame.timesteps > 1:
        return []
    message = (
        "The window is a single step, so there is nothing to remember: "
        "a recurrent layer here is an ordinary dense layer."
    )
    if frame.features >= WIDE:
        message += (
            f" The {frame.features} features may be the time steps: Keras reads "
            f"({len(dataset.x):,}, 1, {frame.features}) as (samples, timesteps, features)."
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


def _swapped(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """Few and long sequences, which may be many short ones with their axes swapped.

    Of a file it is known whether it can be read in the other way, and whether it looks like it.
    Arrays made by hand are for their maker to turn round: no setting does it.
    """
    n, steps = dataset.x.shape[:2]
    fix, measured = None, ""
    if dataset.swapped_axes is not None:
        steps, n = dataset.swapped_axes
        fix = _read_turned(experiment, dataset, n)
        measured = " Their values change more from step to step than from sequence to sequence."
    elif dataset.starts is not None or not _is_by_hand(experiment):
        return []
    if n >= FEW or steps <= n:
        return []
    return [
        Finding(
            "warning",
            "swapped_axes",
            f"There are only {n} sequences of {steps:,} steps each.{measured} If these are "
            f"{steps:,} sequences of {n} steps, the first two axes of the array are swapped: Keras "
            "reads (samples, timesteps, features).",
            fix,
            "Swap sequences and steps",
            "Keras trains it without a word.",
        )
    ]


def _read_turned(experiment: Experiment, dataset: Dataset, steps: int) -> Experiment | None:
    """The file read with its first two axes swapped, and a window that fits into `steps`."""
    data = experiment.data
    changes: dict[str, object] = {"reading": data.reading.changed(swapped=not data.reading.swapped)}
    if dataset.starts is not None:
        room = steps - data.horizon - data.steps + 1
        if room < 1:
            return None
        changes["window"] = min(data.window, room)
    return with_data(experiment, **changes)


def _is_by_hand(experiment: Experiment) -> bool:
    """Whether sequences that are no windows can only come from Python: neither file nor draw."""
    return experiment.data.source != "upload" and not _drawn_with(experiment)


def _drawn_with(experiment: Experiment) -> tuple[Knob, ...]:
    """The numbers that sequences are drawn by, if they are drawn."""
    entry = ENTRIES.get(experiment.data.source)
    return () if entry is None or entry.choice.targets else entry.knobs


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
        columns += [
            (f"The target {one.target!r}", one.y[some].astype(np.float64)) for one in dataset.views
        ]
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
    cut = max(1, int(np.quantile(dataset.lengths, WHOLE, method="inverted_cdf")))
    fix, label = _shorter(experiment, dataset, cut)
    short = float(np.mean(dataset.lengths <= cut))
    return [
        Finding(
            "hint",
            "much_padding",
            f"{share:.0%} of all steps are padding: the longest sequence has {longest} steps, half "
            f"of them have at most {middle}. Masked steps change nothing, but cost time as well."
            + (f" {short:.0%} have at most {cut:,} steps." if fix else ""),
            fix,
            label,
            "Keras goes through masked steps like through all others, and then keeps the state "
            "before them. `keras.utils.pad_sequences(maxlen=…)` cuts.",
        )
    ]


def _shorter(experiment: Experiment, dataset: Dataset, cut: int) -> tuple[Experiment | None, str]:
    """The experiment with sequences of at most `cut` steps, if that leaves little padding.

    Sequences of a file are cut; strings that are drawn up to a length are drawn shorter. Nothing is
    to be done about pairs of texts, since a translation follows from the whole source.
    """
    source, lengths = experiment.data.source, dataset.lengths
    if source == "upload" and dataset.goal.at != "sequence":
        name, label = "longest", f"Cut after {cut:,} steps"
        low, high = LIMITS["longest"]
        lengths = np.minimum(lengths, cut)
    elif knobs := [k for k in _drawn_with(experiment) if k.name == "window"]:
        name, label, low, high = (
            "window",
            f"Draw at most {cut:,} steps",
            knobs[0].low,
            knobs[0].high,
        )
        lengths = lengths[lengths <= cut]
    else:
        return None, ""
    if lengths.mean() < (1 - MOSTLY) * cut or not low <= cut <= high:
        return None, ""
    return with_data(experiment, **{name: cut}), label
