"""Translation by rules: dates to ISO, English number words to French and to Chinese."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import numpy as np

from seqlab.data import text
from seqlab.data.dataset import Dataset
from seqlab.data.entry import Entry, knob, seed
from seqlab.data.tasks import number_words, written_dates
from seqlab.experiment import Data

FEWEST = 10  # numbers of `difficulty` = 1: zero to nine


def dates(data: Data) -> Dataset:
    """Dates in the first `difficulty` ways of writing -> "2021-03-07". Each day occurs once.

    So no date of the validation part was seen in training, in any way of writing.
    """
    generator = np.random.default_rng(data.data_seed)
    days = generator.choice(written_dates.DAYS, data.samples, replace=False)
    forms = generator.integers(0, data.difficulty, data.samples)
    chosen = [written_dates.FIRST + datetime.timedelta(int(day)) for day in days]
    written = [
        written_dates.written(day, int(form)) for day, form in zip(chosen, forms, strict=True)
    ]
    return text.translated(
        written, [day.isoformat() for day in chosen], "ISO date", data, unit="character"
    )


def numbers(write: Callable[[int], str], language: str) -> Callable[[Data], Dataset]:
    """Numbers of up to `difficulty` digits from English into the language of `write`.

    Each number occurs once, so none of the validation part was seen in training. There are only
    ten to the power of `difficulty`: no more than these are drawn.
    """

    def load(data: Data) -> Dataset:
        generator = np.random.default_rng(data.data_seed)
        count = 10**data.difficulty
        chosen = generator.permutation(count)[: data.samples].tolist()
        notes: tuple[str, ...] = ()
        if data.samples > count:
            notes = (f"There are only {count:,} numbers of up to {data.difficulty} digits.",)
        return text.translated(
            [number_words.english(number) for number in chosen],
            [write(number) for number in chosen],
            language,
            data,
            notes,
            unit="character",
        )

    return load


SYMBOLS = (
    "The frequencies of the target's symbols in the training part. One mistake spoils a whole "
    "answer, so also look at how many are exactly right."
)


def _numbers(key: str, title: str, write: Callable[[int], str], about: str, credit: str) -> Entry:
    return Entry(
        key,
        title,
        "Translation",
        about,
        (
            knob("difficulty", "Digits", 4, 1, 4, difficulty=True),
            knob("samples", "Numbers drawn", 5000, FEWEST, 10_000),
            seed(),
        ),
        numbers(write, title.removeprefix("Numbers to ")),
        SYMBOLS,
        credit,
    )


ENTRIES = (
    Entry(
        "dates",
        "Dates to ISO",
        "Translation",
        "Turn a date written by people into year-month-day.",
        (
            knob("difficulty", "Number of formats", 6, 1, written_dates.FORMS, difficulty=True),
            knob("samples", "Dates drawn", 5000),
            seed(),
        ),
        dates,
        SYMBOLS,
        "written for seqlab",
    ),
    _numbers(
        "french",
        "Numbers to French",
        number_words.french,
        "Turn English number words into French ones, with soixante et onze and quatre-vingt-un.",
        "written for seqlab; traditional spelling of the Académie française",
    ),
    _numbers(
        "chinese",
        "Numbers to Chinese",
        number_words.chinese,
        "Turn English number words into Chinese characters; zeros inside are spoken once.",
        "written for seqlab",
    ),
)
