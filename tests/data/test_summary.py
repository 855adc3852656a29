"""Summaries say what is in the arrays, and a leak is measured."""

import numpy as np
import pandas as pd
import pytest

from seqlab.data import summary
from tests.data.tasks.helpers import dataset


def test_columns_of_a_series_are_its_rows_once_in_original_units():
    d = dataset("co2", missing="drop")
    (found,) = summary.columns(d)
    series = d.values[:, 0]
    assert (found.name, found.count, found.missing) == ("co2", 2225, 59)
    assert found.mean == pytest.approx(np.nanmean(series))
    assert found.deviation == pytest.approx(np.nanstd(series))
    assert (found.low, found.median, found.high) == (313.0, np.nanmedian(series), 373.9)


def test_columns_follow_the_inputs_not_the_target():
    d = dataset("lorenz", samples=300, inputs=("z", "x"), target="y")
    found = summary.columns(d)
    assert [column.name for column in found] == ["z", "x"]
    assert found[0].low > 0 > found[1].low  # z is always positive


def test_padding_is_no_value():
    d = dataset("vowels")
    assert {column.count for column in summary.columns(d)} == {9961}
    assert summary.padding_share(d) == pytest.approx(1 - 9961 / (640 * 29))
    assert summary.padding_share(dataset("adding", samples=50)) == 0
    assert summary.columns(dataset("reviews", samples=200)) == ()


def test_classes_are_counted_in_each_part_where_they_count():
    counts = summary.class_counts(dataset("vowels"))
    assert counts["speaker 3"] == (30, 88)
    d = dataset("anbn", window=10, samples=100)
    counts = summary.class_counts(d)
    assert counts["[END]"] == (80, 20)  # one end a string
    assert sum(counts["b"]) + 100 == d.y_weights.sum()
    assert summary.class_counts(dataset("sine")) == {}


def test_the_autocorrelation_belongs_to_the_training_rows():
    d = dataset("sine", noise=0.0, samples=500)
    found = summary.lags(d)
    assert found[0] == 1
    assert found[25] > 0.9
    assert found[12] < -0.9
    assert len(summary.lags(dataset("adding", samples=50))) == 0


def test_a_rising_series_would_have_leaked_its_future():
    d = dataset("co2")
    (leak,) = summary.scaling_leaks(d, "standard")
    assert leak.offset_of_all == pytest.approx(np.mean(d.values[:, 0]))
    assert leak.offset_of_all > leak.offset + 3
    assert (leak.offset, leak.scale) == pytest.approx(
        (d.input_scaling.offset[0], d.input_scaling.scale[0])
    )
    assert leak.shift == pytest.approx((leak.offset_of_all - leak.offset) / leak.scale)
    (ranged,) = summary.scaling_leaks(dataset("co2", scaling="minmax"), "minmax")
    assert ranged.scale_of_all > ranged.scale + 10
    assert summary.scaling_leaks(dataset("co2", split="random"), "standard") == ()
    assert summary.scaling_leaks(dataset("co2", scaling="none"), "none") == ()
    assert len(summary.scaling_leaks(dataset("vowels"), "standard")) == 12


def test_each_row_belongs_to_the_part_of_the_next_target():
    d = dataset("sunspots", test_share=0.1)
    parts = summary.row_parts(d)
    np.testing.assert_array_equal(np.flatnonzero(np.diff(parts)) + 1, d.splits)
    assert len(summary.row_parts(dataset("adding", samples=50))) == 0


def test_filled_gaps_are_still_missing_values():
    d = dataset("co2", missing="forward")
    (found,) = summary.columns(d)
    assert (found.count, found.missing) == (2225, 59)
    assert d.gaps.sum() == 59
    assert np.isfinite(d.values).all()
    assert dataset("sunspots").gaps is None


def test_the_season_is_the_peak_of_the_same_autocorrelation():
    d = dataset("co2")
    found, season = summary.lags(d), summary.season(d)
    assert season == 52
    assert found[season] == found[26:78].max()
    assert summary.season(dataset("adding", samples=50)) == 0


def test_examples_come_from_the_training_part_and_from_several_classes():
    d = dataset("vowels")
    found = summary.examples(d, 12)
    assert len(found) == 12
    assert {i for i, _ in found} <= set(d.train.tolist())
    assert len({name for _, name in found}) == 6
    assert all(d.goal.classes[d.y[i]] == name for i, name in found)
    values = dataset("adding", samples=50)
    assert summary.examples(values, 3) == tuple((int(i), "") for i in values.train[:3])


def test_columns_of_a_table_with_nothing_known():
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": [np.nan] * 3})
    a, b = summary.frame_columns(frame, ["a", "b"])
    assert (a.count, a.missing, a.mean, a.low, a.high) == (2, 1, 2.0, 1.0, 3.0)
    assert (b.count, b.missing) == (0, 3)
    assert np.isnan(b.mean)
