"""Whether the network can learn with these settings: activations, memory, steps."""

from __future__ import annotations

import math

import numpy as np

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.data.reader.wording import count as count_of
from seqlab.experiment import LIMITS, Experiment, Finding, Recurrent, Training
from seqlab.network.doctor.fixes import with_layer, with_layers, with_training
from seqlab.network.estimate import estimate

UNBOUNDED = ("relu", "leaky_relu", "linear", "elu", "selu", "gelu", "silu", "softplus")
LARGE_RATE = 0.01  # from which on a unit without bounds runs away
LONG = 10  # steps over which it does
MEMORY = 40  # half-lives after which a state is gone: 0.5 ** 40 = 1e-12
REACH = 0.3  # how far Adam must be able to move a weight; initial kernels lie within 0.5 or so


def find(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    """Findings about what a training with these settings can do.

    Args:
        experiment: what is to be trained.
        frame: the shapes of its data.
        dataset: its data.
    """
    return [
        *_activations(experiment, frame),
        *_recurrent_dropout(experiment, dataset),
        *_memory(experiment, frame, dataset),
        *_steps(experiment, dataset),
    ]


def half_life(bias: float) -> float:
    """Steps after which half of a cell state is left, if the forget gate rests at its bias.

    ln 0.5 / ln sigma(b): what remains of a state after n steps is sigma(b)^n.

    Example:
        >>> [round(half_life(bias), 1) for bias in (0, 1, 3, 5)]
        [1.0, 2.2, 14.3, 103.2]
    """
    return math.log(2) / math.log1p(math.exp(-bias))


def _activations(experiment: Experiment, frame: Frame) -> list[Finding]:
    findings = []
    training = experiment.training
    clipped = training.clipnorm is not None or training.clipvalue is not None
    for i, layer in enumerate(experiment.layers):
        if layer.has("recurrent_activation") and layer.recurrent_activation in UNBOUNDED:
            findings.append(
                Finding(
                    "warning",
                    "unbounded_gates",
                    f"A gate of layer {i + 1} with {layer.recurrent_activation} can open beyond 1: "
                    "then each step multiplies the state instead of keeping a share of it.",
                    with_layer(experiment, i, recurrent_activation="sigmoid"),
                    f"Use sigmoid gates in layer {i + 1}",
                    "Keras trains it until the loss is nan.",
                )
            )
    wild = [
        i
        for i, layer in enumerate(experiment.layers)
        if layer.has("activation") and layer.activation in UNBOUNDED
    ]
    if wild and not clipped and training.learning_rate >= LARGE_RATE and frame.timesteps >= LONG:
        layer = experiment.layers[wild[0]]
        findings.append(
            Finding(
                "warning",
                "unbounded_without_clipping",
                f"{layer.activation} in layer {wild[0] + 1} has no upper bound, the sequence has "
                f"{frame.timesteps} steps, and the rate {training.learning_rate:g} is large: one "
                "step too far and the loss is infinite. Clip the gradients.",
                with_training(experiment, clipnorm=1.0),
                "Clip gradients to norm 1",
                "Keras goes on with a loss of nan (keras-team/keras#2194, #13221).",
            )
        )
    return findings


def _recurrent_dropout(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    slow = [
        i + 1
        for i, layer in enumerate(experiment.layers)
        if layer.has("recurrent_dropout") and layer.recurrent_dropout
    ]
    if not slow:
        return []
    layers = " and ".join(map(str, slow))
    without = with_layers(experiment, recurrent_dropout=0.0)
    times = estimate(experiment, dataset).epoch / estimate(without, dataset).epoch
    return [
        Finding(
            "hint",
            "recurrent_dropout_cost",
            f"With recurrent_dropout in layer {layers} an epoch takes about {times:.1f} times as "
            "long: the quick loop over the steps cannot be used. Dropout on the inputs is nearly "
            "free.",
            without,
            "Turn recurrent_dropout off",
            "Keras, too, has a quick kernel only for recurrent_dropout=0 (documentation of LSTM).",
        )
    ]


def _memory(experiment: Experiment, frame: Frame, dataset: Dataset) -> list[Finding]:
    if frame.at != "end":
        return []
    steps = int(np.median(dataset.lengths))
    for i, layer in enumerate(experiment.layers):
        if not layer.has("forget_bias"):
            continue
        bias = forget_bias(layer)
        half = half_life(bias)
        if steps / half <= MEMORY:
            continue
        wanted = _bias_for(steps / 4)
        return [
            Finding(
                "hint",
                "memory_too_short",
                f"A forget gate at its initial bias {bias:g} halves the cell state of layer "
                f"{i + 1} every {half:.1f} steps; after {steps} steps 1e{-steps / half * 0.301:.0f}"
                " of it is left. If the first steps matter, no gradient reaches them at the "
                "beginning.",
                with_layer(experiment, i, use_bias=True, unit_forget_bias=True, forget_bias=wanted),
                f"Begin with a forget bias of {wanted:g}",
                "Keras begins with a bias of 1 (`unit_forget_bias`), after Jozefowicz et al. 2015.",
            )
        ]
    return []


def forget_bias(layer: Recurrent) -> float:
    """Where the bias of the forget gate begins."""
    if not layer.use_bias:
        return 0.0
    if layer.unit_forget_bias:
        return layer.forget_bias
    return 1.0 if layer.bias_initializer == "ones" else 0.0


def _bias_for(steps: float) -> float:
    """The bias, in halves, whose half-life is at least that many steps."""
    return math.ceil(-2 * math.log(math.expm1(math.log(2) / steps))) / 2


def _steps(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    training, count = experiment.training, len(dataset.train)
    findings = []
    if training.batch_size > count > 0:
        size = min(Training().batch_size, count)
        findings.append(
            Finding(
                "hint",
                "batch_larger_than_data",
                f"The batch size {training.batch_size} is larger than the "
                f"{count} training sequences: each epoch is a single step, so it takes many epochs "
                "to get anywhere.",
                with_training(experiment, batch_size=size),
                f"Use a batch size of {size}",
                "Keras takes a single, smaller batch.",
            )
        )
    batches = math.ceil(count / training.batch_size)
    reach = training.epochs * batches * training.learning_rate
    if count and reach < REACH:
        rate, label = training.learning_rate, ""
        if REACH / (batches * rate) > LIMITS["epochs"][1]:
            rate = Training().learning_rate
            label = f" at a rate of {rate:g}"
        epochs = min(math.ceil(1 / (batches * rate)), int(LIMITS["epochs"][1]))
        fix = with_training(experiment, epochs=epochs, learning_rate=rate)
        label = f"Set epochs to {epochs:,}{label}"
        findings.append(
            Finding(
                "hint",
                "too_few_epochs",
                f"{count_of(training.epochs, 'epoch')} of {count_of(batches, 'step')} at a rate of "
                f"{training.learning_rate:g}: a weight can move by about {reach:.2g} in all, which "
                "is little. Expect it to be still learning at the end.",
                fix,
                label,
                "Keras ends after `epochs`, whether anything was learned or not.",
            )
        )
    return findings
