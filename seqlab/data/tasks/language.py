"""Small formal languages: foretell the next symbol of each string."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seqlab.data import text
from seqlab.data.baselines import chance
from seqlab.data.dataset import Baseline, Dataset, Floats, Goal
from seqlab.data.entry import Entry, knob, samples, seed
from seqlab.data.tasks import grammar
from seqlab.data.tasks.synthetic import dataset, split
from seqlab.experiment import Data

Indices = NDArray[np.int64]
Tokens = NDArray[np.int32]

REBER_SYMBOLS = (text.PADDING, *"BEPSTVX")
ANBN_SYMBOLS = (text.PADDING, text.END, "a", "b")


def reber(data: Data) -> Dataset:
    """Embedded Reber grammar: at every step, which symbol comes next?

    Nearly all steps have one or two legal followers; the second last symbol repeats the second
    one, from the beginning of the string. T is the most steps that a string may have. Hochreiter &
    Schmidhuber (1997), experiment 1.
    """
    generator = np.random.default_rng(data.data_seed)
    index = {symbol: i for i, symbol in enumerate(REBER_SYMBOLS)}
    strings = [grammar.draw(data.window + 1, generator) for _ in range(data.samples)]
    tokens = np.zeros((len(strings), data.window + 1), np.int32)
    for row, string in zip(tokens, strings, strict=True):
        row[: len(string)] = [index[symbol] for symbol in string]
    x, y = tokens[:, :-1].copy(), tokens[:, 1:].copy()
    weights = (y > 0).astype(np.float32)
    x[y == 0] = 0  # nothing comes behind the last symbol, so it is no input
    loss, right = reber_line(data.window)
    rules = {
        "the grammar itself": chance(
            loss, "every legal symbol with its true probability; nothing can be better", right
        ),
        "pairs of symbols": pairs(x, y, weights, *split(len(x)), len(REBER_SYMBOLS)),
    }
    return dataset(
        x,
        y,
        "next symbol",
        Goal("class", "every step", REBER_SYMBOLS),
        rules,
        vocabulary=REBER_SYMBOLS,
        lengths=weights.sum(axis=1).astype(np.int64),
        weights=weights,
    )


def reber_line(steps: int) -> tuple[float, float]:
    """The least cross-entropy a step, in nats, and the accuracy that goes with it; both exact.

    The entropy of a whole string is the sum of the entropies of its steps, so a step has that sum
    over the mean number of steps.
    """
    entropy, length, certain = grammar.entropy_and_length(steps + 1)
    return entropy / (length - 1), certain / (length - 1)


def pairs(
    x: Tokens, y: Tokens, weights: Floats, train: Indices, validation: Indices, symbols: int
) -> Baseline:
    """The bigram shares of the training part, at the steps that count.

    Args:
        x, y, weights: (sequences, timesteps).
        train, validation: indices of sequences.
        symbols: how many there are.
    """
    first, second = weights[train] > 0, weights[validation] > 0
    seen = np.concatenate([x[train][first], x[validation][second]])
    following = np.concatenate([y[train][first], y[validation][second]])
    border = int(first.sum())
    known, asked = np.arange(border), np.arange(border, len(seen))
    return text.bigrams(seen, following, known, asked, symbols)


def anbn(data: Data) -> Dataset:
    """aⁿbⁿ: read n times a, then n times b, and foretell each symbol from the first b on.

    When the last a comes cannot be known, so those steps do not count; from the first b on all is
    sure, also where the string ends. T is 2N; it is trained with n up to 0.8 N and checked with
    the longer ones, which it has never seen. Gers & Schmidhuber (2001).
    """
    n, most = data.samples, data.window // 2
    generator = np.random.default_rng(data.data_seed)
    train, validation = split(n)
    border = max(1, int(0.8 * most))
    counts = np.empty(n, np.int64)
    counts[train] = generator.integers(1, border + 1, len(train))
    counts[validation] = generator.integers(border + 1, most + 1, len(validation))
    end, a, b = 1, 2, 3
    step = np.arange(2 * most)
    inside = step < 2 * counts[:, None]
    x = np.where(step < counts[:, None], a, b) * inside
    y = np.where(step < 2 * counts[:, None] - 1, np.where(step < counts[:, None] - 1, a, b), end)
    y *= inside
    weights = (inside & (step >= counts[:, None])).astype(np.float32)
    share = float(len(validation) / counts[validation].sum())  # of the ends among the b
    loss = -share * math.log(share) - (1 - share) * math.log(1 - share)
    line = chance(loss, "the end with its share among what follows a b", max(share, 1 - share))
    return dataset(
        x,
        y,
        "next symbol",
        Goal("class", "every step", ANBN_SYMBOLS),
        {"without counting": line},
        vocabulary=ANBN_SYMBOLS,
        lengths=2 * counts,
        weights=weights,
    )


ENTRIES = (
    Entry(
        "reber",
        "Embedded Reber grammar",
        "Language",
        "Foretell the next symbol; the second last one repeats the second one.",
        (
            knob("window", "Longest string T", 20, grammar.SHORTEST - 1, 200, difficulty=True),
            samples(1000, "Strings drawn"),
            seed(),
        ),
        reber,
        "The entropy of the grammar: each of its branches costs ln 2, all else is sure. Summed "
        "exactly over all strings of at most T steps; nothing can be better.",
        "Hochreiter & Schmidhuber (1997), experiment 1; Reber (1967)",
    ),
    Entry(
        "anbn",
        "aⁿbⁿ",
        "Language",
        "As many b as there were a: count, and say where the string ends.",
        (
            knob(
                "window",
                "Longest string T",
                20,
                4,
                help="Trained on the shorter four fifths, checked on the longer ones.",
                difficulty=True,
            ),
            samples(1000, "Strings drawn"),
            seed(),
        ),
        anbn,
        "Without counting, the end comes behind each b with the probability q = 1 / mean n: "
        "-q ln q - (1 - q) ln(1 - q). Counting makes every step sure: 0.",
        "Gers & Schmidhuber (2001), LSTM recurrent networks learn simple context-free and "
        "context-sensitive languages",
    ),
)
