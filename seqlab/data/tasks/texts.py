"""Texts by rules: reviews whose sentiment hangs on word order, and counting in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from seqlab.data import baselines, text
from seqlab.data.dataset import VALIDATION_SHARE, Dataset, Goal
from seqlab.data.entry import Entry, knob, samples, seed
from seqlab.data.tasks import number_words
from seqlab.data.tasks.synthetic import dataset
from seqlab.experiment import Data

THINGS = [
    "film",
    "plot",
    "acting",
    "music",
    "ending",
    "book",
    "story",
    "food",
    "service",
    "room",
    "hotel",
    "phone",
    "show",
    "song",
    "game",
    "coffee",
    "view",
    "meal",
    "museum",
    "play",
]
GOOD = [
    "good",
    "great",
    "lovely",
    "wonderful",
    "excellent",
    "pleasant",
    "brilliant",
    "charming",
    "clever",
    "superb",
]
BAD = [
    "bad",
    "awful",
    "dull",
    "terrible",
    "poor",
    "dreadful",
    "horrible",
    "weak",
    "stupid",
    "boring",
]
VERY = ["very", "really", "quite", "truly", "so"]
SEEN = ["thought", "found", "called", "considered"]
# A review of the polarity of `a`, whose opposite is `b`.
PLAIN = (
    "the {n} was {v} {a}",
    "a {v} {a} {n}",
    "i {s} the {n} {v} {a}",
    "the {n} and the {m} were {a}",
    "what a {a} {n}",
)
NEGATED = (
    "the {n} was not {b} at all",
    "not a {b} {n} at all",
    "i never {s} the {n} {b}",
    "nobody {s} the {n} {b}",
)
# With a and b exchanged these have the same words and the opposite meaning.
ORDERED = (
    "the {n} was not {b} but {a}",
    "the {n} was {a} and not {b}",
    "we expected a {b} {n} but it was {a}",
    "the {n} was more {a} than {b}",
    "they {s} the {n} {b} but it was {a}",
)
# Shares of plain, negated and ordered reviews: a bag of words gets the plain ones right, the
# negated ones wrong and half of the ordered ones.
SHARES = {1: (1.0, 0.0, 0.0), 2: (0.75, 0.25, 0.0), 3: (0.62, 0.08, 0.3)}

LINE_LENGTH = 100  # numbers in one stretch of counting that stays in one part
STRETCHES = (number_words.MOST + 1) // LINE_LENGTH
LAST_START = 60  # of a stretch, so that the text of a window lies inside it


def reviews(data: Data) -> Dataset:
    """Short reviews, positive or negative; the same review never lies in both parts."""
    generator = np.random.default_rng(data.data_seed)
    kinds = generator.choice(3, data.samples, p=SHARES[data.difficulty])
    labels = generator.integers(0, 2, data.samples)
    texts = [
        _review(int(kind), bool(label), generator)
        for kind, label in zip(kinds, labels, strict=True)
    ]
    names = [("negative", "positive")[label] for label in labels]
    made = text.classified(texts, names, "sentiment", data)
    bag = baselines.bag_of_words(made.x, made.goal, made.y, made.train, made.validation)
    return replace(made, baselines={"bag of words": bag} | made.baselines)


def _review(kind: int, positive: bool, generator: np.random.Generator) -> str:
    def one(words: list[str] | tuple[str, ...]) -> str:
        return words[generator.integers(len(words))]

    form = one((PLAIN, NEGATED, ORDERED)[kind])
    same, opposite = (GOOD, BAD) if positive else (BAD, GOOD)
    return form.format(
        n=one(THINGS), m=one(THINGS), v=one(VERY), s=one(SEEN), a=one(same), b=one(opposite)
    )


def counting(data: Data) -> Dataset:
    """Counting aloud, "forty-one, forty-two, …": at every step, which character comes next?

    Each sequence begins at a random number between 0 and 9999. The numbers are cut into stretches
    of a hundred; a fifth of them is only for validation, so that no number of the validation part
    is ever counted in training. A window of 22 characters or more tells which stretch it is.
    """
    generator = np.random.default_rng(data.data_seed)
    held_out = generator.permutation(STRETCHES)[: int(STRETCHES * VALIDATION_SHARE)]
    others = np.setdiff1d(np.arange(STRETCHES), held_out)
    border = int(data.samples * (1 - VALIDATION_SHARE))
    first = [_passage(others, data.window, generator) for _ in range(border)]
    second = [_passage(held_out, data.window, generator) for _ in range(border, data.samples)]
    symbols = text.vocabulary(first)
    tokens, _ = text.encode(first + second, symbols)
    x, y = tokens[:, :-1], tokens[:, 1:]
    train, validation = np.arange(border), np.arange(border, data.samples)
    rules = {"pairs of characters": text.bigrams(x, y, train, validation, len(symbols))}
    return dataset(
        x,
        y,
        "next character",
        Goal("class", "every step", symbols),
        rules,
        names=("character",),
        vocabulary=symbols,
        parts=(train, validation),
    )


def _passage(stretches: np.ndarray, steps: int, generator: np.random.Generator) -> str:
    """`steps` + 1 characters of counting, inside one of the stretches."""
    start = int(stretches[generator.integers(len(stretches))]) * LINE_LENGTH
    number = start + int(generator.integers(LAST_START))
    words = ""
    while len(words) <= steps:
        words += f"{number_words.english(number)}, "
        number += 1
    return words[: steps + 1]


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "reviews",
        "Reviews",
        "Text",
        "Is a short review positive? “not bad but good” and “not good but bad” have the same "
        "words.",
        (
            knob(
                "difficulty",
                "Level",
                3,
                1,
                3,
                "1: plain. 2: with negation. 3: also with word order.",
                difficulty=True,
            ),
            samples(4000, "Reviews drawn"),
            seed(),
        ),
        reviews,
        "A bag of words (naive Bayes), which knows the words but not their order: near 75 % right "
        "at level 3.",
        "written for seqlab",
    ),
    Entry(
        "counting",
        "Counting in words",
        "Text",
        "Learn to count aloud, character by character, from zero to nine thousand nine hundred "
        "ninety-nine.",
        (
            knob("window", "Characters", 60, 22, 300, difficulty=True),
            samples(2000, "Passages drawn"),
            seed(),
        ),
        counting,
        "The frequency of each character behind the one before it, in the training part.",
        "written for seqlab",
    ),
)
