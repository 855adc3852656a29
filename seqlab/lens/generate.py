"""What a network answers, and what it writes by itself, from its weights alone.

A translation symbol by symbol, a text from a prompt, a forecast that reads its own forecasts: all
by `seqlab.lens.forward`, whose numbers are those of Keras.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqlab.cells.activations import Floats
from seqlab.lens.forward import States, forward
from seqlab.lens.loss import probabilities
from seqlab.lens.stack import LensError, Stack

FREE_RUN = (
    "Only a network that reads one series and forecasts its very next value can read its own "
    "forecasts."
)


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


def write(network: Stack, x: ArrayLike, mask: ArrayLike | None = None) -> Written:
    """The answer as classes, step by step where there are several. Arguments as for `predict`."""
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


def free_run(network: Stack, x: ArrayLike, steps: int) -> Floats:
    """A forecast that goes on: each forecast is appended to the window and read next.

    Args:
        network: one that forecasts the next value of the one series that it reads.
        x: (n, timesteps, 1), scaled windows to begin with.
        steps: how far to go.

    Returns:
        (n, steps), scaled.

    Raises:
        LensError: if the network reads or forecasts anything else than one value.
    """
    window = np.asarray(x)
    numbers = network.embedding is None and window.ndim == 3 and window.shape[2] == 1
    single = network.outputs == 1 and not network.sequences and network.bridge is None
    if not (numbers and single):
        raise LensError(FREE_RUN)
    made = []
    for _ in range(steps):
        made.append(predict(network, window))  # (n, 1)
        window = np.concatenate([window[:, 1:], made[-1][:, np.newaxis]], axis=1)
    return np.concatenate(made, axis=1)
