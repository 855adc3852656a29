"""The question in words, for every kind of data."""

import numpy as np
import pandas as pd
import pytest

from seqlab.data.catalogue import ENTRIES
from seqlab.data.load import load
from seqlab.experiment import Experiment
from seqlab.inspection.question import question, step_unit


def asked(**query: str) -> str:
    return question(load(Experiment.from_query(query)))


def test_a_forecast_names_its_unit_of_time_window_and_target():
    assert asked() == "From 22 years of sunspots, forecast the next one."
    monthly = asked(data="elnino", window="24", steps="12")
    assert monthly == "From 24 months of sst_nino12_degC, forecast the next 12."
    assert asked(horizon="3") == "From 22 years of sunspots, forecast the one 3 years later."
    daily = asked(data="seattle", target="weather")
    assert daily.endswith("forecast the weather of the next day, one of 5 classes.")


def test_several_inputs_and_one_target_of_another_name():
    words = asked(data="macro")
    assert "unemp, realgdp and 10 more" in words
    assert words.endswith("forecast the next unemp.")


@pytest.mark.parametrize("key", list(ENTRIES))
def test_every_source_has_one_sentence(key):
    dataset = load(Experiment(data=ENTRIES[key].default()))
    for sentence in (question(dataset, ENTRIES[key]), question(dataset)):
        assert sentence.endswith((".", "?"))
        assert "the the" not in sentence


@pytest.mark.parametrize(
    ("step", "unit"),
    [
        ("D", "day"),
        ("h", "hour"),
        ("MS", "month"),
        ("QS", "quarter"),
        ("W", "week"),
        ("YS", "year"),
    ],
)
def test_the_unit_of_time_follows_from_the_times(step, unit):
    times = pd.date_range("2001-01-01", periods=30, freq=step).to_numpy()
    assert step_unit(times) == unit


def test_times_without_such_a_unit_have_none():
    assert step_unit(np.arange(5)) is None  # rows, not years
    assert step_unit(np.array([1990, 1991, 1993])) is None
    assert step_unit(np.arange(1990, 2000)) == "year"
    assert step_unit(np.array(["2001-01-01"], "datetime64[s]")) is None
    assert step_unit(None) is None
