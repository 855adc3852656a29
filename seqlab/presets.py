"""Ready-made experiments, one for each kind of work that recurrent networks are used for.

What each one reaches, and in what time, is measured by `tests/bench/presets.py` and stands in
`docs/results.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seqlab.experiment import Data, Experiment, Network, Recurrent, Training

Kind = Literal["Time series", "Memory", "Text", "Speech features", "Translation"]
Measure = Literal["RMSE", "accuracy", "exactly right"]


@dataclass(frozen=True)
class Preset:
    """One ready-made experiment.

    Attributes:
        key: a short stable name.
        title: for a menu.
        kind: the heading that it stands under.
        about: one sentence on what is learned.
        experiment: what is trained.
        measure: what counts on the validation part: RMSE in original units, the share of right
            classes, or the share of targets that are right in every symbol.
        goal: the value that is to be reached, at most for an RMSE, at least for a share.
        seconds: the time in which it is to be reached on two cores.
        reached: the value that was measured, with one seed.
        line: the best rule without a network, and what it reaches, as it is written on the page.
    """

    key: str
    title: str
    kind: Kind
    about: str
    experiment: Experiment
    measure: Measure
    goal: float
    seconds: float
    reached: float
    line: tuple[str, str]


def _translator(source: str, epochs: int) -> Experiment:
    """An encoder-decoder: both ways through the text, one summary, one symbol a step."""
    return Experiment(
        data=Data.model_validate({"source": source, "samples": 5000, "difficulty": 4}),
        layers=(
            Recurrent(units=64, bidirectional=True),
            Recurrent(units=64, return_sequences=True),
        ),
        network=Network(embedding=24),
        training=Training(batch_size=64, epochs=epochs, learning_rate=0.005),
    )


def _long_translator() -> Experiment:
    """An encoder that hands its states to a decoder, for targets of many symbols.

    A forget bias of 3 (a half-life of 14 steps instead of 2) carries the end of the input over
    the beginning of the target; without it only the first words come out right.
    """
    return Experiment(
        data=Data.model_validate({"source": "french", "samples": 5000, "difficulty": 4}),
        layers=(
            Recurrent(units=64, bidirectional=True, forget_bias=3.0),
            Recurrent(units=128, return_sequences=True, forget_bias=3.0),
        ),
        network=Network(embedding=24, head="teacher_forcing"),
        training=Training(
            batch_size=32, epochs=16, learning_rate=0.005, schedule="cosine", clipnorm=1.0
        ),
    )


PRESETS: tuple[Preset, ...] = (
    Preset(
        "sunspots",
        "Sunspots, next year",
        "Time series",
        "Forecasts the yearly number of sunspots from the 22 years before.",
        Experiment(),
        "RMSE",
        21.98,  # a linear autoregression and a tenth
        15,
        19.46,
        ("linear autoregression", "RMSE 19.98"),
    ),
    Preset(
        "elnino",
        "El Niño, next month",
        "Time series",
        "Forecasts the temperature of the Pacific from the 14 months before.",
        Experiment(
            data=Data(source="elnino", window=14),
            layers=(Recurrent(units=16),),
            training=Training(epochs=40),
        ),
        "RMSE",
        0.558,  # a linear autoregression and a tenth
        15,
        0.5054,
        ("linear autoregression", "RMSE 0.5074"),
    ),
    Preset(
        "elnino_12",
        "El Niño, the next 12 months",
        "Time series",
        "Forecasts a whole year at once, from the two years before.",
        Experiment(
            data=Data(source="elnino", window=24, steps=12),
            layers=(Recurrent(units=16),),
            training=Training(epochs=40, learning_rate=0.003),
        ),
        "RMSE",
        0.888,  # a linear autoregression
        15,
        0.7948,
        ("linear autoregression", "RMSE 0.8883"),
    ),
    Preset(
        "adding",
        "Adding two of fifty numbers",
        "Memory",
        "Adds the two marked numbers. LSTM and GRU learn it; choose SimpleRNN, and the loss stays "
        "near that of always saying 1.",
        Experiment(
            data=Data(source="adding", window=50, samples=5000),
            layers=(Recurrent(units=32),),
            training=Training(epochs=25, batch_size=64, learning_rate=0.005, clipnorm=1.0),
        ),
        "RMSE",
        0.1,
        60,
        0.01806,
        ("constant 1", "RMSE 0.4082"),
    ),
    Preset(
        "reviews",
        "Reviews with “not”",
        "Text",
        "Tells praise from blame, also where a “not” turns it round. A bag of words cannot.",
        Experiment(
            data=Data(source="reviews", window=12, samples=4000),
            layers=(Recurrent(units=16, bidirectional=True),),
            training=Training(epochs=10),
        ),
        "accuracy",
        0.95,
        60,
        1.0,
        ("bag of words", "74.1%"),
    ),
    Preset(
        "counting",
        "Counting in words",
        "Text",
        "Names the next character of a text that counts; sample it and it counts on.",
        Experiment(
            data=Data(source="counting", window=60, samples=2000),
            layers=(Recurrent(units=64, return_sequences=True),),
            network=Network(embedding=16),
            training=Training(epochs=20, learning_rate=0.01, batch_size=64),
        ),
        "accuracy",
        0.85,  # where a text begins to count cannot be known
        60,
        0.867,
        ("pairs of characters", "51.8%"),
    ),
    Preset(
        "vowels",
        "Japanese vowels",
        "Speech features",
        "Tells nine speakers apart by how they say one vowel. Official training and test part.",
        Experiment(
            data=Data(source="vowels"),
            layers=(Recurrent(units=32, bidirectional=True),),
            training=Training(epochs=60),
        ),
        "accuracy",
        0.97,
        20,
        0.981,
        ("nearest neighbour", "94.1%"),
    ),
    Preset(
        "dates",
        "Dates to ISO",
        "Translation",
        "Writes “7th of March 2021” as 2021-03-07.",
        _translator("dates", 25),
        "exactly right",
        0.99,
        60,
        1.0,
        ("symbol frequencies", "18.2%"),
    ),
    Preset(
        "french",
        "Numbers to French",
        "Translation",
        "Translates number words letter by letter, seventy as soixante-dix. The decoder begins "
        "with the encoder's states and learns by teacher forcing.",
        _long_translator(),
        "exactly right",
        0.95,
        180,
        0.996,
        ("symbol frequencies", "13.0%"),
    ),
    Preset(
        "chinese",
        "Numbers to Chinese",
        "Translation",
        "Translates number words into Chinese characters.",
        _translator("chinese", 30),
        "exactly right",
        0.95,
        180,
        0.999,
        ("symbol frequencies", "13.4%"),
    ),
)
