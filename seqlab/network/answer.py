"""What a network answers, from its weights alone and without Keras, for every plan of layers.

The web process may not import Keras; the cells are those of `seqlab.lens`, which equal Keras'.
Here they are put together: embedding, masks, both directions, encoder and decoder. On top of it
a network writes by itself: a translation symbol by symbol, a text from a prompt, a forecast that
reads its own forecasts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.cells import CELLS
from seqlab.cells.activations import find_activation
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment
from seqlab.lens.trace import trace
from seqlab.network.plan import Part, plan

Floats = NDArray[np.floating]
Weights = Mapping[str, Floats]
States = dict[str, list[Floats]]  # of each direction of a layer: hidden, or hidden and cell
EPSILON = 1e-3  # of keras.layers.LayerNormalization


class AnswerError(ValueError):
    """Why a network cannot do what it is asked for, in a sentence for the user."""


@dataclass(frozen=True)
class Written:
    """What a network wrote.

    Attributes:
        symbols: (n, steps), the classes that it chose.
        probabilities: (n, steps, classes), how sure it was.
    """

    symbols: NDArray[np.int64]
    probabilities: Floats

    @property
    def confidence(self) -> Floats:
        """The probability of each symbol that was chosen, (n, steps)."""
        chosen = self.symbols[..., np.newaxis]
        return np.take_along_axis(self.probabilities, chosen, axis=-1)[..., 0]


def predict(
    experiment: Experiment,
    frame: Frame,
    weights: Weights,
    x: ArrayLike,
    late: ArrayLike | None = None,
) -> Floats:
    """What `model.predict` gives.

    Args:
        experiment: the network.
        frame: the shapes that it was trained with; `x` may have another number of steps.
        weights: by name, as in a snapshot.
        x: (n, timesteps, features), or tokens (n, timesteps).
        late: with teacher forcing, the target one step late (n, steps).

    Returns:
        Scaled values, or logits (probabilities if the head has a softmax).
    """
    planned = plan(experiment, frame)
    states: States = {}
    output = _run(planned.encoder, weights, np.asarray(x), states)
    if not planned.decoder:
        return output
    if late is None:
        raise AnswerError("A decoder with teacher forcing reads the target; use `write`.")
    return _run(planned.decoder, weights, np.asarray(late), _handed_over(planned.encoder, states))


def write(experiment: Experiment, frame: Frame, weights: Weights, x: ArrayLike) -> Written:
    """The answer as classes, step by step where the decoder reads what it has written.

    Args:
        experiment: a network for classes.
        frame: as in `predict`.
        weights: likewise.
        x: likewise.
    """
    planned = plan(experiment, frame)
    if not planned.decoder:
        scores = predict(experiment, frame, weights, x)
        scores = scores if scores.ndim == 3 else scores[:, np.newaxis]
        return Written(scores.argmax(axis=-1), probabilities(experiment, scores))
    states: States = {}
    _run(planned.encoder, weights, np.asarray(x), states)
    states = _handed_over(planned.encoder, states)
    token = np.zeros((len(np.asarray(x)), 1), np.int64)
    steps = []
    for _ in range(frame.steps):
        steps.append(_run(planned.decoder, weights, token, states))
        token = steps[-1].argmax(axis=-1)
    scores = np.concatenate(steps, axis=1)
    return Written(scores.argmax(axis=-1), probabilities(experiment, scores))


def sample(
    experiment: Experiment,
    frame: Frame,
    weights: Weights,
    prompt: ArrayLike,
    steps: int,
    temperature: float = 1.0,
    seed: int = 0,
) -> Written:
    """Lets a language model go on with a text: each symbol that it draws is read next.

    Args:
        experiment: a network that says at every step which symbol comes next.
        frame: as in `predict`.
        weights: likewise.
        prompt: (length,) tokens, at least one.
        steps: how many symbols to write.
        temperature: the logits are divided by it: 1 draws with the network's own probabilities,
            0 always takes the most probable symbol.
        seed: of the draws.

    Raises:
        AnswerError: if the network reads from both ends, or does not answer at every step.
    """
    if frame.at != "every step" or not frame.vocabulary:
        raise AnswerError("Only a network that names the next symbol at every step can go on.")
    if any(layer.bidirectional or layer.go_backwards for layer in experiment.layers):
        raise AnswerError(
            "This network reads the text from its end as well, so it cannot write what comes next. "
            "Turn off Bidirectional and go_backwards."
        )
    draw = np.random.default_rng(seed)
    parts, states = plan(experiment, frame).encoder, States()
    read = np.asarray(prompt, np.int64)[np.newaxis]
    if not read.size:
        raise AnswerError("A prompt needs at least one symbol.")
    symbols, shares = [], []
    for _ in range(steps):
        scores = _run(parts, weights, read, states)[0, -1].astype(np.float64)
        share = probabilities(experiment, scores)
        if temperature > 0:
            with np.errstate(divide="ignore"):
                scaled = np.log(share) / temperature
            drawn = np.exp(scaled - scaled.max())
            symbol = int(draw.choice(len(share), p=drawn / drawn.sum()))
        else:
            symbol = int(share.argmax())
        symbols.append(symbol)
        shares.append(share)
        read = np.array([[symbol]])
    return Written(np.array([symbols]), np.array([shares]))


def free_run(
    experiment: Experiment, frame: Frame, weights: Weights, x: ArrayLike, steps: int
) -> Floats:
    """A forecast that goes on: each forecast is appended to the window and read next.

    Args:
        experiment: a network that forecasts the next value of the one series that it reads.
        frame: as in `predict`.
        weights: likewise.
        x: (n, timesteps, 1), scaled windows to begin with.
        steps: how far to go.

    Returns:
        (n, steps), scaled.

    Raises:
        AnswerError: if the network reads or forecasts anything else than one value.
    """
    single = (frame.kind, frame.at, frame.features, frame.outputs) == ("value", "end", 1, 1)
    if not single or frame.vocabulary or experiment.data.horizon != 1:
        raise AnswerError(
            "Only a network that reads one series and forecasts its very next value can read its "
            "own forecasts."
        )
    window = np.asarray(x)
    made = []
    for _ in range(steps):
        made.append(predict(experiment, frame, weights, window))  # (n, 1)
        window = np.concatenate([window[:, 1:], made[-1][:, np.newaxis]], axis=1)
    return np.concatenate(made, axis=1)


def probabilities(experiment: Experiment, scores: Floats) -> Floats:
    """What a head for classes says, as probabilities over the last axis."""
    if experiment.network.head_activation == "softmax":
        return scores
    return find_activation("softmax").forward(scores)


def _handed_over(encoder: tuple[Part, ...], states: States) -> States:
    """The decoder's first states, under no name: those of the encoder's last layer."""
    last = encoder[-1]
    if not last.bidirectional:
        return {"": states[last.name]}
    both = zip(states[f"{last.name}/forward"], states[f"{last.name}/backward"], strict=True)
    return {"": [np.concatenate(pair, axis=1) for pair in both]}


def _run(parts: tuple[Part, ...], weights: Weights, x: NDArray[Any], states: States) -> Floats:
    """Layers from an input on.

    Args:
        parts: the layers, the input first.
        weights: by name.
        x: what the input gives.
        states: where layers begin; afterwards where they ended. That of a decoder's only layer
            stands under "" at first.
    """
    mask: NDArray[np.bool_] | None = None
    for part in parts[1:]:
        if part.role == "embedding":
            mask = x != 0 if dict(part.keywords).get("mask_zero") else None
            x = weights[f"{part.name}/embeddings"][x]
        elif part.role == "masking":
            mask = (x != 0).any(axis=-1)
        elif part.role == "recurrent":
            x, mask = _recurrent(part, weights, x, mask, states)
        elif part.role == "normalization":
            gamma, beta = weights[f"{part.name}/gamma"], weights[f"{part.name}/beta"]
            centred = x - x.mean(axis=-1, keepdims=True)
            x = gamma * centred / np.sqrt(x.var(axis=-1, keepdims=True) + EPSILON) + beta
        elif part.role == "repeat":
            (times,) = part.positional
            assert isinstance(times, int)
            x, mask = np.repeat(x[:, np.newaxis], times, axis=1), None
        elif part.role == "head":
            activation = dict(part.keywords).get("activation", "linear")
            scores = x @ weights[f"{part.name}/kernel"] + weights[f"{part.name}/bias"]
            x = find_activation(str(activation)).forward(scores)
        elif part.role == "reshape":
            (sizes,) = part.positional
            assert isinstance(sizes, tuple)
            x = x.reshape(len(x), *sizes)
    return x


def _recurrent(
    part: Part,
    weights: Weights,
    x: Floats,
    mask: NDArray[np.bool_] | None,
    states: States,
) -> tuple[Floats, NDArray[np.bool_] | None]:
    """One recurrent layer: its output and the mask that it hands on."""
    keywords = dict(part.keywords)
    sequences = bool(keywords.get("return_sequences"))
    backwards = bool(keywords.get("go_backwards"))
    names = [f"{part.name}/forward", f"{part.name}/backward"] if part.bidirectional else [part.name]
    outputs, cell = [], CELLS[part.kind]
    for i, name in enumerate(names):
        kept = [f"{name}/{weight}" for weight in cell.weight_names(True)]
        found = trace(
            part.kind,
            [weights[key] for key in kept if key in weights],
            x,
            activation=str(keywords.get("activation", "tanh")),
            recurrent_activation=str(keywords.get("recurrent_activation", "sigmoid")),
            use_bias=keywords.get("use_bias", True) is True,
            go_backwards=backwards or i == 1,
            mask=mask,
            initial_state=states.get(name, states.get("")),
        )
        hidden = found["hidden"]
        states[name] = [found[state][:, -1] for state in reversed(cell.state_names)]
        if not sequences:
            outputs.append(hidden[:, -1])
        else:  # a Bidirectional turns its backward layer's states round
            outputs.append(hidden[:, ::-1] if i == 1 else hidden)
    return np.concatenate(outputs, axis=-1), mask if sequences else None
