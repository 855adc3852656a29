"""What a network answers, and what it writes by itself, from its weights alone.

A translation symbol by symbol, a text from a prompt, a forecast that reads its own forecasts: all
by `seqlab.lens.forward`, whose numbers are those of Keras.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.cells.activations import Floats
from seqlab.lens.bptt import Layer
from seqlab.lens.forward import States, forward, normalized, read_out
from seqlab.lens.loss import probabilities
from seqlab.lens.stack import LensError, Stack


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


def predict(network: Stack, x: ArrayLike, mask: ArrayLike | None = None) -> Floats:
    """What `model.predict` gives; a decoder reads its own last answer, as after training.

    Args:
        network: the weights.
        x: (n, timesteps, features), or tokens (n, timesteps).
        mask: (n, timesteps), False where a step is padding.

    Returns:
        (n, outputs), or (n, steps, outputs) of a network that answers at every step: scaled values,
        or what the head says to each class.
    """
    passage = forward([network], x, mask)
    stepwise = network.sequences or network.bridge is not None
    return passage.outputs[0] if stepwise else passage.answers[0]


def quick_predict(network: Stack, x: ArrayLike) -> Floats:
    """What `predict` gives for sequences without padding, in half of its time.

    The states alone are followed, and nothing of the gates is kept: `x` is
    (batch, timesteps, features) or tokens (batch, timesteps), the answer (batch, ..., outputs).
    """
    if network.sequences or network.bridge is not None:
        return predict(network, x)
    read = np.ascontiguousarray(network.embed(x).swapaxes(0, 1))  # (timesteps, batch, features)
    last = read[-1]
    for block in network.blocks:
        directions = [_states(layer, read) for layer in block.layers]
        last = np.concatenate([hidden[-1] for hidden in directions], axis=-1)
        read = np.concatenate(
            [hidden[::-1] if i == 1 else hidden for i, hidden in enumerate(directions)], axis=-1
        )
        read = normalized([block], read[np.newaxis])[0]
        last = normalized([block], last[np.newaxis, np.newaxis])[0, 0]
    return read_out([network], last[np.newaxis])[0]


def _states(layer: Layer, read: Floats) -> Floats:
    """The hidden states of a layer, (timesteps, batch, units), in the order in which it read."""
    cell, options = layer.record, layer.settings
    kernel, recurrent, bias = cell.check_weights(layer.weights, options)
    step = cell.forward(recurrent, bias[1:], options)
    states = tuple(np.zeros((read.shape[1], len(recurrent)), kernel.dtype) for _ in cell.states)
    hidden = np.empty((*read.shape[:2], len(recurrent)), kernel.dtype)
    with np.errstate(over="ignore"):  # as in `lens.trace.walk`
        # Step by step: the products of all steps at once would not stay in the cache.
        for t, now in enumerate(read[::-1] if layer.go_backwards else read):
            states = step(now @ kernel + bias[0], states)[-len(states) :]
            hidden[t] = states[-1]
    return hidden


def write(network: Stack, x: ArrayLike, mask: ArrayLike | None = None) -> Written:
    """The answer as classes (batch, steps), step by step where there are several.

    Args:
        network: with the weights of one epoch.
        x: (batch, timesteps, features), or tokens (batch, timesteps).
        mask: (batch, timesteps), False where a step is skipped.
    """
    scores = predict(network, x, mask)
    scores = scores if scores.ndim == 3 else scores[:, np.newaxis]
    odds = probabilities(scores, network.last_activation)
    return Written(scores.argmax(axis=-1), odds)


def sample(
    network: Stack, prompt: ArrayLike, steps: int, temperature: float = 1.0, seed: int = 0
) -> Written:
    """Lets a language model go on with a text: each symbol that it draws is read next.

    Args:
        network: one that says at every step which symbol comes next.
        prompt: (length,) tokens, at least one.
        steps: how many symbols to write.
        temperature: the logits are divided by it: 1 draws with the network's own probabilities,
            0 always takes the most probable symbol.
        seed: of the draws.

    Raises:
        LensError: if the network reads from both ends, or does not answer at every step.
    """
    if network.embedding is None or not network.sequences or network.bridge is not None:
        raise LensError("Only a network that names the next symbol at every step can go on.")
    if any(network.backward(name) for name in network.layers):
        raise LensError(
            "This network reads the text from its end as well, so it cannot write what comes next. "
            "Turn off Bidirectional and go_backwards."
        )
    read = np.asarray(prompt, np.int64)[np.newaxis]
    if not read.size:
        raise LensError("A prompt needs at least one symbol.")
    draw, states = np.random.default_rng(seed), States()
    symbols, odds = [], []
    for _ in range(steps):
        passage = forward([network], read, states=states)
        states = passage.ends
        share = probabilities(passage.outputs[0, 0, -1], network.last_activation)
        if temperature > 0:
            with np.errstate(divide="ignore"):
                scaled = np.log(share) / temperature
            drawn = np.exp(scaled - scaled.max())
            symbol = int(draw.choice(len(share), p=drawn / drawn.sum()))
        else:
            symbol = int(share.argmax())
        symbols.append(symbol)
        odds.append(share)
        read = np.array([[symbol]])
    return Written(np.array([symbols]), np.array([odds]))
