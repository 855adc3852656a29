"""Sequences to be put into classes: by their frequency, their trend, their brackets."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from seqlab.data.baselines import chance
from seqlab.data.dataset import Dataset, Goal
from seqlab.data.entry import Entry, knob, samples, seed
from seqlab.data.tasks.synthetic import dataset
from seqlab.data.text import PADDING
from seqlab.experiment import Data

BRACKETS = "()[]{}"  # symbols 1 to 6: an odd one opens what the next one closes


def frequency(data: Data) -> Dataset:
    """Which of `difficulty` frequencies does a noisy sine of random phase have?

    Class k has k + 1 cycles in T steps. The phase is random, so that no single step tells.
    """
    n, steps, classes = data.samples, data.window, data.difficulty
    generator = np.random.default_rng(data.data_seed)
    label = generator.integers(0, classes, n)
    phase = generator.uniform(0, 1, n)
    cycles = (label + 1)[:, None] * np.arange(steps) / steps + phase[:, None]
    x = np.sin(2 * np.pi * cycles) + data.noise * generator.standard_normal((n, steps))
    names = tuple(f"{k} cycle{'s' if k > 1 else ''}" for k in range(1, classes + 1))
    goal = Goal("class", classes=names)
    rules = {"chance": chance(math.log(classes), f"one of {classes} classes", 1 / classes)}
    return dataset(x[:, :, None], label, "frequency", goal, rules, ("value",))


def trend(data: Data) -> Dataset:
    """Does a noisy line fall, stay level or rise? Over all T steps it moves by 1, 0 or -1.

    Its start is uniform on [-1, 1], so that no single step tells.
    """
    n, steps = data.samples, data.window
    generator = np.random.default_rng(data.data_seed)
    label = generator.integers(0, 3, n)
    start = generator.uniform(-1, 1, (n, 1))
    line = start + (label - 1)[:, None] * np.linspace(0, 1, steps)
    x = line + data.noise * generator.standard_normal((n, steps))
    goal = Goal("class", classes=("falling", "level", "rising"))
    rules = {"chance": chance(math.log(3), "one of three classes: ln 3", 1 / 3)}
    return dataset(x[:, :, None], label, "trend", goal, rules, ("value",))


def brackets(data: Data) -> Dataset:
    """Is every bracket closed by its own kind, and none before it was opened?

    Balanced sequences (Dyck words) with `difficulty` kinds of brackets; half of them are spoiled
    by exchanging two of their symbols, so that each still has as many of every symbol as before
    and counting alone does not tell. An odd length T is rounded down.
    """
    n, pairs, kinds = data.samples, data.window // 2, data.difficulty
    generator = np.random.default_rng(data.data_seed)
    x = dyck(n, pairs, kinds, generator)
    balanced = generator.integers(0, 2, n)
    spoiled = np.flatnonzero(balanced == 0)
    while len(spoiled):
        trial = x[spoiled]
        rows = np.arange(len(spoiled))
        a, b = generator.integers(0, 2 * pairs, (2, len(spoiled)))
        trial[rows, a], trial[rows, b] = trial[rows, b], trial[rows, a]
        done = ~is_balanced(trial)
        x[spoiled[done]] = trial[done]
        spoiled = spoiled[~done]
    goal = Goal("class", classes=("wrong", "balanced"))
    rules = {"chance": chance(math.log(2), "one of two classes: ln 2", 1 / 2)}
    symbols = (PADDING, *BRACKETS[: 2 * kinds])
    return dataset(x, balanced, "whether the brackets match", goal, rules, vocabulary=symbols)


def dyck(n: int, pairs: int, kinds: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Balanced bracket sequences, (n, 2 * pairs), all shapes equally likely.

    The number of ways to go on from an open depth is a ballot number, and the next symbol opens
    with the share of the ways behind an opening bracket: Arnold & Sleep (1980), Uniform random
    generation of balanced parenthesis strings. With r symbols to come and depth d, that share is
    (r - d)(d + 2) / (2 r (d + 1)).

    Args:
        n: sequences.
        pairs: of brackets in each.
        kinds: of brackets.
        generator: draws them.
    """
    steps = 2 * pairs
    x = np.empty((n, steps), np.int64)
    depth = np.zeros(n, np.int64)
    open_kinds = np.zeros((n, pairs + 1), np.int64)  # a stack for each row
    rows = np.arange(n)
    for t in range(steps):
        left = steps - t
        opens = generator.random(n) < (left - depth) * (depth + 2) / (2 * left * (depth + 1))
        kind = generator.integers(0, kinds, n)
        top = open_kinds[rows, np.maximum(depth - 1, 0)]
        x[:, t] = np.where(opens, 2 * kind + 1, 2 * top + 2)
        open_kinds[rows[opens], depth[opens]] = kind[opens]
        depth += np.where(opens, 1, -1)
    return x


def is_balanced(x: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether each row of bracket symbols (n, timesteps) is a Dyck word, by a stack; (n,)."""
    n, steps = x.shape
    rows = np.arange(n)
    stack = np.zeros((n, steps + 1), np.int64)
    depth = np.zeros(n, np.int64)
    good = np.ones(n, bool)
    for t in range(steps):
        kind, opens = (x[:, t] - 1) // 2, x[:, t] % 2 == 1
        stack[rows[opens], depth[opens]] = kind[opens]
        good &= opens | ((depth > 0) & (stack[rows, np.maximum(depth - 1, 0)] == kind))
        depth = np.maximum(depth + np.where(opens, 1, -1), 0)
    return good & (depth == 0)


ENTRIES = (
    Entry(
        "frequency",
        "Frequency classes",
        "Classification",
        "How many cycles does a noisy sine of random phase have?",
        (
            knob("difficulty", "Classes", 3, 2, 10, difficulty=True),
            knob("window", "Length T", 30, 20),
            knob("noise", "Noise", 0.3, help="The amplitude of the sine is 1."),
            samples(1000),
            seed(),
        ),
        frequency,
        "ln k for k classes that are equally likely.",
        "written for seqlab",
    ),
    Entry(
        "trend",
        "Trend classes",
        "Classification",
        "Does a noisy line fall, stay level or rise?",
        (
            knob("noise", "Noise", 0.2, help="The line moves by 1 in all.", difficulty=True),
            knob("window", "Length T", 30, 2),
            samples(1000),
            seed(),
        ),
        trend,
        "ln 3 = 1.099: three classes, all as likely.",
        "written for seqlab",
    ),
    Entry(
        "brackets",
        "Bracket matching",
        "Classification",
        "Is every bracket closed by its own kind, in the right order?",
        (
            knob("window", "Length T", 12, 4, 1000, difficulty=True),
            knob("difficulty", "Kinds of brackets", 2, 1, 3),
            samples(4000),
            seed(),
        ),
        brackets,
        "ln 2 = 0.693: two classes, both as likely. Both have as many of each symbol.",
        "Dyck words, as in Suzgun et al. (2019), LSTM networks can perform dynamic counting",
    ),
)
