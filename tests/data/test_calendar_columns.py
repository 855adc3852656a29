"""What the calendar says of rows, against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from seqlab.data.calendar_columns import NAMES, column, meaningful
from seqlab.data.columns import Choice
from seqlab.data.dataset import DataError
from seqlab.data.layouts.rows import from_frame
from seqlab.experiment import Data

ASKED = {
    "min": ("hour", "weekday", "month", "day of year"),
    "h": ("hour", "weekday", "month", "day of year"),
    "D": ("weekday", "month", "day of year"),
    "B": ("weekday", "month", "day of year"),
    "W": ("month", "day of year"),
    "MS": ("month",),
    "QS": ("month",),
    "YS": (),
}


def numbers(*names: str) -> Choice:
    """Of columns of numbers, the first of which is usually forecast."""
    return Choice(names, names, names[0], names)


@pytest.mark.parametrize("step", list(ASKED))
def test_only_what_tells_rows_apart_is_offered(step: str) -> None:
    times = pd.date_range("2001-05-01", periods=60, freq=step).to_numpy()
    assert meaningful(times) == ASKED[step]
    for part in ASKED[step]:  # in two years it differs
        long = pd.date_range("2001-05-01", "2003-05-01", freq=step).to_numpy()
        assert np.ptp(column(f"{part} (cosine)", long)) > 1


def test_the_angle_is_that_of_the_clock_and_the_year() -> None:
    times = pd.date_range("2023-12-29", "2025-01-03", freq="37min")
    full = {
        "hour": (times.hour + times.minute / 60) / 24,
        "weekday": times.weekday / 7,
        "month": (times.month - 1) / 12,
        "day of year": (times.dayofyear - 1) / (337 + times.to_series().dt.is_leap_year * 1 + 28),
    }
    for name, (part, wave) in NAMES.items():
        angle = 2 * np.pi * np.asarray(full[part], float)
        expected = np.sin(angle) if wave == "sine" else np.cos(angle)
        np.testing.assert_allclose(column(name, times.to_numpy()), expected, atol=1e-12)


def test_what_the_step_makes_meaningless_is_refused() -> None:
    frame = pd.DataFrame(
        {"when": pd.date_range("2001-01-01", periods=90, freq="MS"), "v": np.arange(90.0)}
    )
    with pytest.raises(DataError, match="too far apart for it; what tells them apart is: month"):
        from_frame(frame, "when", numbers("v"), Data(window=5, calendar=("hour",)))
    with pytest.raises(DataError, match="no dates") as told:
        from_frame(frame, None, numbers("v"), Data(window=5, calendar=("month",)))
    assert (told.value.argument, told.value.allowed) == ("calendar", ())
