"""Tasks that need a memory: what is asked for at the end came many steps before."""

from __future__ import annotations

import math

import numpy as np

from seqlab.data.baselines import chance
from seqlab.data.dataset import Baseline, DataError, Dataset, Goal
from seqlab.data.entry import Entry, knob, samples, seed
from seqlab.data.tasks.synthetic import dataset, split
from seqlab.data.text import PADDING
from seqlab.experiment import Data

SYMBOLS = 8  # of the copying problem
COPIED = 10


def adding(data: Data) -> Dataset:
    """The adding problem: add the two marked values of a sequence of length T.

    Feature 0 is uniform on [0, 1]; feature 1 is 1 at one step of each half and 0 elsewhere. The
    target is the sum of the two marked values. Hochreiter & Schmidhuber (1997), in the form of
    Le, Jaitly & Hinton (2015) and Arjovsky, Shah & Bengio (2016). The best constant is 1, with
    the error of the variance of a sum of two uniform numbers: 2/12 = 1/6.
    """
    n, steps = data.samples, data.window
    generator = np.random.default_rng(data.data_seed)
    values = generator.random((n, steps))
    half = steps // 2
    first = generator.integers(0, half, n)
    second = generator.integers(half, steps, n)
    rows = np.arange(n)
    marks = np.zeros((n, steps))
    marks[rows, first] = marks[rows, second] = 1
    target = (values[rows, first] + values[rows, second])[:, None]
    line = Baseline(
        loss=1 / 6,
        rmse=(1 / 6) ** 0.5,
        rule="always 1, the mean of the target; its error is exactly 1/6",
        prediction=np.ones((len(split(n)[1]), 1)),
    )
    return dataset(
        np.stack([values, marks], axis=2),  # (n, timesteps, 2)
        target,
        "sum of the two marked values",
        Goal(),
        {"constant 1": line},
        ("value", "marker"),
    )


def copying(data: Data) -> Dataset:
    """The copying problem: repeat ten symbols after T blanks.

    x: ten symbols of eight, T - 1 blanks, a marker, ten blanks; T + 20 steps in all. y: T + 10
    blanks, then the ten symbols. Hochreiter & Schmidhuber (1997) in the form of Arjovsky, Shah &
    Bengio (2016). Without a memory the blanks are still sure and each of the ten symbols is one
    of eight: 10 ln 8 / (T + 20) a step.
    """
    n, blanks = data.samples, data.window
    generator = np.random.default_rng(data.data_seed)
    symbols = tuple("abcdefgh"[:SYMBOLS])
    vocabulary = (PADDING, *symbols, "·", "?")
    blank, marker = SYMBOLS + 1, SYMBOLS + 2
    steps = blanks + 2 * COPIED
    copied = generator.integers(1, SYMBOLS + 1, (n, COPIED))
    x = np.full((n, steps), blank)
    x[:, :COPIED] = copied
    x[:, COPIED + blanks - 1] = marker
    y = np.full((n, steps), SYMBOLS)  # the classes are the eight symbols and the blank
    y[:, -COPIED:] = copied - 1
    sure = (blanks + COPIED) / steps
    line = chance(
        copying_line(blanks),
        "blanks where they are sure, and one of eight symbols at the last ten steps",
        sure + (1 - sure) / SYMBOLS,
    )
    goal = Goal("class", "every step", (*symbols, "·"))
    rules = {"without memory": line}
    return dataset(x, y, "the ten symbols", goal, rules, vocabulary=vocabulary)


def copying_line(blanks: int) -> float:
    """Cross-entropy a step without a memory, in nats: 10 ln 8 / (T + 20)."""
    return COPIED * math.log(SYMBOLS) / (blanks + 2 * COPIED)


def temporal_order(data: Data) -> Dataset:
    """The temporal order problem: in which order did two X or Y come, far apart among noise?

    The first lies between T/10 and 2T/10, the second between 5T/10 and 6T/10, all others are
    drawn from a, b, c, d. Four classes. Experiment 6a of Hochreiter & Schmidhuber (1997), whose
    T is 100 to 110, with the fixed T of Pascanu, Mikolov & Bengio (2013).
    """
    n, steps = data.samples, data.window
    generator = np.random.default_rng(data.data_seed)
    vocabulary = (PADDING, "a", "b", "c", "d", "X", "Y")
    x = generator.integers(1, 5, (n, steps))
    first = generator.integers(steps // 10, max(steps // 5, steps // 10 + 1), n)
    second = generator.integers(steps // 2, max(3 * steps // 5, steps // 2 + 1), n)
    order = generator.integers(0, 4, n)
    rows = np.arange(n)
    x[rows, first] = 5 + order // 2
    x[rows, second] = 5 + order % 2
    goal = Goal("class", classes=("XX", "XY", "YX", "YY"))
    rules = {"chance": chance(math.log(4), "one of four classes: ln 4", 1 / 4)}
    return dataset(x, order, "the two letters in order", goal, rules, vocabulary=vocabulary)


def first_bit(data: Data) -> Dataset:
    """Remember the first bit: step 1 is -1 or +1, all others are noise around 0."""
    n, steps = data.samples, data.window
    generator = np.random.default_rng(data.data_seed)
    bit = generator.integers(0, 2, n)
    x = data.noise * generator.standard_normal((n, steps))
    x[:, 0] = 2 * bit - 1
    goal = Goal("class", classes=("-1", "+1"))
    rules = {"chance": chance(math.log(2), "one of two classes: ln 2", 1 / 2)}
    return dataset(x[:, :, None], bit, "the first bit", goal, rules, ("value",))


def echo(data: Data) -> Dataset:
    """Delayed echo: at every step, say what came `lag` steps before; 0 before there was anything.

    Values are uniform on [-1, 1], of variance 1/3. Without a memory the best answer is 0, with
    an error of 1/3 at the T - lag steps that have an echo: (1 - lag/T) / 3.
    """
    n, steps = data.samples, data.window
    if data.lag >= steps:
        raise DataError(
            f"A lag of {data.lag} leaves nothing to say in a sequence of {steps} steps. The "
            f"longest that fits is {steps - 1}.",
            "lag",
            steps - 1,
        )
    generator = np.random.default_rng(data.data_seed)
    x = generator.uniform(-1, 1, (n, steps))
    y = np.zeros((n, steps))
    y[:, data.lag :] = x[:, : steps - data.lag]
    loss = echo_line(steps, data.lag)
    line = Baseline(
        loss, loss**0.5, "always 0; its error is (1 - lag/T) / 3", np.zeros((len(split(n)[1]), 1))
    )
    goal = Goal("value", "every step")
    what = "the value a step ago" if data.lag == 1 else f"the value {data.lag} steps ago"
    return dataset(x[:, :, None], y[:, :, None], what, goal, {"constant 0": line}, ("value",))


def echo_line(steps: int, lag: int) -> float:
    """Mean squared error of the constant 0: (1 - lag/T) / 3."""
    return (1 - lag / steps) / 3


def parity(data: Data) -> Dataset:
    """Parity: is the number of ones in a sequence of T bits odd?

    With `difficulty` 1 it is asked at every step, for the ones so far; without a memory only the
    first step is sure. With 2 it is asked at the end alone: then no bit and no part of the bits
    tells anything, only all of them do. As long as there are enough different sequences, none is
    drawn twice.
    """
    n, steps = data.samples, data.window
    generator = np.random.default_rng(data.data_seed)
    if steps <= 20 and 2**steps >= n:
        numbers = generator.choice(2**steps, n, replace=False)
        bits = (numbers[:, None] >> np.arange(steps)) & 1
    else:
        bits = generator.integers(0, 2, (n, steps))
    so_far = np.cumsum(bits, axis=1) % 2
    classes = ("even", "odd")
    if data.difficulty == 1:
        goal = Goal("class", "every step", classes)
        guessed = (steps - 1) / steps
        rule = "the first step is sure, one of two classes at each other: (1 - 1/T) ln 2"
        rules = {"without memory": chance(guessed * math.log(2), rule, 1 - guessed / 2)}
        return dataset(bits[:, :, None], so_far, "parity so far", goal, rules, ("bit",))
    goal = Goal("class", classes=classes)
    rules = {"chance": chance(math.log(2), "one of two classes: ln 2", 1 / 2)}
    what = "parity of the ones"
    return dataset(bits[:, :, None], so_far[:, -1], what, goal, rules, ("bit",))


HS97 = "Hochreiter & Schmidhuber (1997), Long short-term memory"
ARJOVSKY = "Arjovsky, Shah & Bengio (2016), Unitary evolution recurrent neural networks"
ENTRIES = (
    Entry(
        "adding",
        "Adding problem",
        "Memory",
        "Add the two marked numbers of a sequence.",
        (
            knob("window", "Length T", 20, 2, difficulty=True),
            samples(2000),
            seed(),
        ),
        adding,
        "1/6: the best constant is 1, and a sum of two numbers uniform on [0, 1] has the variance "
        "2 · 1/12. (Papers print 0.1767, which is a slip.)",
        f"{HS97}, experiment 4, in the form of Le, Jaitly & Hinton (2015)",
    ),
    Entry(
        "copying",
        "Copying memory",
        "Memory",
        "Read ten symbols, wait for T steps, then repeat them.",
        (
            knob(
                "window",
                "Delay T",
                10,
                help="The sequence has T + 20 steps.",
                difficulty=True,
            ),
            samples(2000),
            seed(),
        ),
        copying,
        "10 ln 8 / (T + 20): the blanks are sure, each of the ten symbols is one of eight.",
        f"{HS97}; this form: {ARJOVSKY}",
    ),
    Entry(
        "temporal_order",
        "Temporal order",
        "Memory",
        "Two letters X or Y lie far apart among noise: in which order did they come?",
        (knob("window", "Length T", 20, 10, difficulty=True), samples(2000), seed()),
        temporal_order,
        "ln 4 = 1.386: four classes, all as likely.",
        f"{HS97}, experiment 6a; fixed T as in Pascanu, Mikolov & Bengio (2013)",
    ),
    Entry(
        "first_bit",
        "Remember the first bit",
        "Memory",
        "The first step is -1 or +1, then comes noise; at the end, say which it was.",
        (
            knob("window", "Length T", 30, difficulty=True),
            knob("noise", "Noise", 0.2, help="Standard deviation of the steps in between."),
            samples(1000),
            seed(),
        ),
        first_bit,
        "ln 2 = 0.693: two classes, both as likely.",
        "Bengio, Simard & Frasconi (1994), Learning long-term dependencies is difficult",
    ),
    Entry(
        "echo",
        "Delayed echo",
        "Memory",
        "At every step, say what came a few steps before.",
        (
            knob("lag", "Lag", 3, 1, 500, difficulty=True),
            knob("window", "Length T", 30, 2),
            samples(1000),
            seed(),
        ),
        echo,
        "(1 - lag/T) / 3: numbers uniform on [-1, 1] have the variance 1/3, and the first steps, "
        "which have no echo, are 0 for sure.",
        "the delay task of Jaeger (2001), Short term memory in echo state networks",
    ),
    Entry(
        "parity",
        "Parity",
        "Memory",
        "Is the number of ones odd? Every single bit matters.",
        (
            knob("window", "Length T", 12, difficulty=True),
            knob(
                "difficulty",
                "Asked",
                1,
                1,
                2,
                "1: at every step, for the ones so far. 2: only at the end, where training finds "
                "nothing to hold on to.",
            ),
            samples(2000),
            seed(),
        ),
        parity,
        "At the end ln 2 = 0.693: two classes, both as likely, and no part of the bits tells "
        "anything. At every step (1 - 1/T) ln 2, since the first bit is its own parity.",
        "Minsky & Papert (1969), Perceptrons; as a sequence: Hochreiter & Schmidhuber (1997)",
    ),
)
