"""Recordings of sensors below each other: whose they are, when, and what was going on."""

import numpy as np
import pandas as pd
import pytest

from seqlab import Experiment, load, read_table
from seqlab.data.alternatives import other
from seqlab.experiment import Data, ParseOptions

RNG = np.random.default_rng(3)
ROWS = 40  # of one activity


def recordings(anew: bool) -> pd.DataFrame:
    """Three people, three activities each; the clock counts nanoseconds from switching on."""
    parts, start = [], 49_106_008_403_000
    for user in (33, 17, 8):
        clock = start
        for activity in ("Jogging", "Walking", "Sitting"):
            steps = RNG.integers(40_000_000, 60_000_000, ROWS)
            ticks = clock + np.cumsum(steps)
            clock = int(ticks[-1])
            readings = {name: RNG.normal(size=ROWS).round(4) for name in "xyz"}
            parts.append(pd.DataFrame({"u": user, "a": activity, "n": ticks, **readings}))
        start = start - 1_000_000_000 if anew else clock
    return pd.concat(parts)


def table(frame: pd.DataFrame, ending: str = ""):
    text = frame.to_csv(index=False, header=False, lineterminator=f"{ending}\n")
    return read_table(text.encode(), "phone.txt")


@pytest.mark.parametrize("anew", [True, False])
@pytest.mark.parametrize("ending", ["", ";"])
def test_user_activity_and_clock_are_known_by_their_values(anew, ending):
    found = table(recordings(anew), ending)
    assert (found.kind, found.sequence_id) == ("long", "column 1")
    assert (found.label, found.time) == ("column 2", "column 3")
    assert found.numeric == ("column 4", "column 5", "column 6")
    dataset = load(Experiment(data=Data(source="upload", file="f")), found)
    assert dataset.goal.classes == ("Jogging", "Sitting", "Walking")
    assert dataset.x.shape == (3, 3 * ROWS, 3)
    assert np.bincount(dataset.y.ravel()).tolist() == [3 * ROWS] * 3


def test_each_of_these_roles_can_be_given_back():
    found = table(recordings(anew=True))
    offered = {f.code: other(f, ParseOptions()) for f in found.findings}
    assert offered["clock_of_values"].changes == {"time": ""}
    assert offered["label_changes"].changes == {"label": ""}


def test_a_line_with_two_rows_is_left_out_and_named():
    text = recordings(True).to_csv(index=False, header=False, lineterminator=";\n")
    lines = text.splitlines()
    lines[20:22] = [lines[20] + lines[21]]
    found = read_table("\n".join(lines).encode(), "phone.txt")
    (finding,) = [f for f in found.findings if f.code == "joined_rows"]
    assert "line 21" in finding.message
    assert len(found.frame) == 9 * ROWS - 2
    assert found.frame["column 6"].notna().all()


def test_a_meter_that_runs_unevenly_is_no_clock():
    frame = recordings(anew=True)
    frame["n"] = np.cumsum(RNG.exponential(size=len(frame)) ** 3)
    assert table(frame).time is None
