"""A log that breaks off and begins anew: no window crosses from one stretch to the next."""

import numpy as np
import pandas as pd
import pytest

from seqlab import Experiment, load, read_table
from seqlab.data.alternatives import others
from seqlab.experiment import Data, ParseOptions

SIZES = (80, 60, 100)
WAVE = np.round(20 + np.sin(np.arange(sum(SIZES)) / 6), 3)
STARTS = np.cumsum((0, *SIZES[:-1]))


def read(text: str, **changes):
    return read_table(text.encode(), "log.csv", **changes)


def dataset(table, **data):
    return load(Experiment(data=Data(source="upload", file="f", window=10, **data)), table)


def rows(times) -> list[str]:
    return [f"{t},{v}" for t, v in zip(times, WAVE, strict=True)]


def counters() -> str:
    return "\n".join(["s,v", *rows(t / 2 for n in SIZES for t in range(n))])


def headers() -> str:
    """A clock; the header, and a line of words above it, stand again where the log begins anew."""
    clock = [f"{8 + t // 60:02}:{t % 60:02}:00" for t in range(sum(SIZES))]
    lines = rows(clock)
    for start in STARTS[:0:-1]:
        lines[start:start] = ["Logging to:", "s,v"]
    return "\n".join(["s,v", *lines])


def dated() -> str:
    days = [
        day
        for month, n in zip(("2021-01", "2021-05", "2021-09"), SIZES, strict=True)
        for day in pd.date_range(month, periods=n, freq="min").strftime("%Y-%m-%d %H:%M")
    ]
    return "\n".join(["s,v", *rows(days)])


def windows(d) -> np.ndarray:
    """The row in which each window begins, found by its values."""
    raw = d.input_scaling.invert(d.x)[:, :, 0]
    all_rows = np.lib.stride_tricks.sliding_window_view(WAVE, 10)
    return np.array([np.abs(all_rows - row).sum(axis=1).argmin() for row in raw])


def stretch_of(row: np.ndarray) -> np.ndarray:
    return np.searchsorted(STARTS, row, side="right")


@pytest.mark.parametrize("text", [counters, headers])
def test_where_a_log_begins_anew_no_window_goes_on(text):
    table = read(text())
    assert table.stretches
    assert table.frame[table.sequence_id].value_counts(sort=False).tolist() == list(SIZES)
    d = dataset(table)
    begins = windows(d)
    assert (stretch_of(begins) == stretch_of(begins + 10)).all()  # the target's row, too
    assert len(d.x) == sum(SIZES) - 10 * len(SIZES)
    (other,) = [o for o in others(table, ParseOptions()) if o.code == "stretches"]
    one = read(text(), **other.changes)
    assert (one.kind, one.stretches) == ("series", False)
    assert len(dataset(one).x) == sum(SIZES) - 10


def test_stretches_are_split_at_one_row_in_their_order():
    d = dataset(read(counters()), test_share=0.1)
    begins = windows(d)
    assert begins[d.train].max() < begins[d.validation].min()
    assert begins[d.validation].max() < begins[d.test].min()
    assert sum("row 169" in note for note in d.notes) == 1  # 30 % of 240 rows are held out


def test_long_gaps_between_dates_are_borders_by_a_button():
    table = read(dated())
    assert table.kind == "series"
    (other,) = [o for o in others(table, ParseOptions()) if o.code == "gaps_in_time"]
    table = read(dated(), **other.changes)
    begins = windows(dataset(table))
    assert (stretch_of(begins) == stretch_of(begins + 10)).all()
    assert "gaps_in_time" not in {finding.code for finding in table.findings}


def test_dates_that_go_on_below_a_header_that_stands_again_are_one_series():
    days = pd.date_range("2021-01-01", periods=sum(SIZES)).strftime("%Y-%m-%d")
    lines = rows(days)
    lines.insert(80, "s,v")
    table = read("\n".join(["s,v", *lines]))
    assert (table.kind, len(table.frame)) == ("series", sum(SIZES))


def test_rows_in_disorder_are_no_restarts():
    times = np.random.default_rng(0).permutation(sum(SIZES))
    table = read("\n".join(["step,v", *rows(times)]))
    assert not table.stretches
