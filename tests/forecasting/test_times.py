"""Times that go on, beside pandas' own ranges."""

import numpy as np
import pandas as pd
import pytest

from seqlab.forecasting.times import continued


@pytest.mark.parametrize(
    ("start", "frequency", "step"),
    [
        ("2019-11-01", "MS", "month"),
        ("2019-11-30", "ME", "month"),
        ("2016-02-29", "QE", "quarter"),
        ("2015-01-01", "QS", "quarter"),
        ("1990-12-31", "YE", "year"),
        ("1990-07-01", pd.DateOffset(years=1), "year"),
        ("2020-01-15", pd.DateOffset(months=1), "month"),
        ("2020-01-15 06:30", pd.DateOffset(months=2), "2 months"),
        ("2024-02-05", "B", "business day"),
        ("2024-02-27", "D", "day"),
        ("2024-02-24 12:00", "6h", "6 hours"),
        ("2024-02-24", "W-SAT", "week"),
        ("2024-12-31 23:00", "15min", "15 minutes"),
        ("2024-12-31 23:00", "1s", "second"),
    ],
)
def test_regular_dates_go_on_as_pandas_says(start, frequency, step):
    whole = pd.date_range(start, periods=60, freq=frequency)
    clock = continued(whole[:40].to_numpy(), 20)
    assert clock.times.astype("datetime64[us]").tolist() == list(
        whole[40:].to_numpy().astype("datetime64[us]").tolist()
    )
    assert clock.step == step
    assert ("business days" in clock.note) == (frequency == "B")
    if frequency != "B":
        assert clock.note == ""


def test_the_thirtieth_of_each_month_stays_the_thirtieth_behind_february():
    days = np.array(["2023-11-30", "2023-12-30", "2024-01-30", "2024-02-29"], "datetime64[s]")
    assert continued(days, 3).times.astype("datetime64[D]").astype(str).tolist() == [
        "2024-03-30",
        "2024-04-30",
        "2024-05-30",
    ]


def test_months_and_business_days_that_are_missing_are_said_and_do_not_change_the_step():
    months = pd.date_range("2020-01-01", periods=30, freq="MS").delete([7, 8])
    clock = continued(months.to_numpy(), 2)
    assert clock.times.astype("datetime64[D]").astype(str).tolist() == ["2022-07-01", "2022-08-01"]
    assert "96% of the steps in time are month" in clock.note
    days = pd.bdate_range("2024-01-01", periods=60).delete([10, 30])
    clock = continued(days.to_numpy(), 1)
    assert clock.times[0] == pd.bdate_range("2024-01-01", periods=61)[-1].to_datetime64()
    assert "2 of them are missing" in clock.note
    assert "holidays are not known" in clock.note


def test_irregular_times_go_on_by_the_most_frequent_step_and_it_is_said():
    minutes = np.cumsum([0, 5, 5, 7, 5, 11, 5, 3, 5, 5, 20])
    times = np.datetime64("2024-05-01T00:00") + minutes.astype("timedelta64[m]")
    clock = continued(times, 2)
    assert (np.diff([times[-1], *clock.times]) == np.timedelta64(5, "m")).all()
    assert "irregular" in clock.note
    assert "5 minutes (60% of all)" in clock.note


def test_local_days_in_universal_time_keep_their_day_across_daylight_saving():
    """A file of local midnights with offsets, which the reader moves to UTC."""
    local = pd.date_range("2024-01-01", periods=300, freq="D", tz="Europe/Berlin")
    clock = continued(local.tz_convert("UTC").tz_localize(None).to_numpy(), 3)
    assert clock.step == "day"
    assert "daylight saving" in clock.note
    last = local[-1].tz_convert("UTC").tz_localize(None)
    assert clock.times[0] == (last + pd.Timedelta("1D")).to_datetime64()


def test_local_hours_across_daylight_saving_go_on_by_the_hour():
    local = pd.date_range("2024-03-20", periods=400, freq="h", tz="Europe/Berlin")
    clock = continued(local.tz_localize(None).to_numpy(), 2)
    assert clock.step == "hour"
    assert clock.times[0] == (local[-1].tz_localize(None) + pd.Timedelta("1h")).to_datetime64()


@pytest.mark.parametrize(
    ("labels", "times"),
    [
        ([1700, 1701, 1702], [1703, 1704]),
        ([10, 20, 30, 40], [50, 60]),
        ([0.1, 0.2, 0.3, 0.4], [0.5, 0.6]),
        ([1959.0, 1959.25, 1959.5], [1959.75, 1960.0]),
    ],
)
def test_numbers_go_on_by_their_step(labels, times):
    clock = continued(np.array(labels), 2)
    np.testing.assert_allclose(clock.times, times)
    assert clock.times.dtype == np.array(labels).dtype
    assert clock.note == ""


def test_words_are_no_times_and_rows_are_numbered():
    clock = continued(np.array(["a", "b", "c"], object), 2)
    assert clock.times.tolist() == [4, 5]
    assert "numbered" in clock.note


def test_rows_without_a_time_are_passed_over():
    days = np.array(["2024-01-01", "2024-01-02", "NaT", "2024-01-03"], "datetime64[s]")
    assert continued(days, 1).times[0] == np.datetime64("2024-01-04")


def test_one_date_goes_on_by_days_and_it_is_said():
    clock = continued(np.array(["2024-01-01"], "datetime64[s]"), 2)
    assert clock.times.astype("datetime64[D]").astype(str).tolist() == ["2024-01-02", "2024-01-03"]
    assert "one date alone" in clock.note


def test_rows_of_the_same_number_are_no_step():
    assert continued(np.array([1, 1, 1, 2, 2, 2, 3, 3, 3]), 2).times.tolist() == [4, 5]
