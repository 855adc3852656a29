"""A finding about a file names the other reading, and a click takes it."""

import numpy as np
import pandas as pd

from seqlab.data.alternatives import OTHERS, with_other
from seqlab.data.upload import read_table
from seqlab.experiment import Data, Experiment, Finding

RNG = np.random.default_rng(1)


def reading_after(table, code: str) -> Experiment:
    (finding,) = [finding for finding in table.findings if finding.code == code]
    experiment = Experiment(data=Data(source="upload", file="f", target="a"))
    mended = with_other(finding, experiment)
    assert mended.fix is not None
    assert mended.fix_label == OTHERS[code].label
    assert mended.fix.data.target is None
    return mended.fix


def test_cases_become_sequences_a_row():
    frame = pd.DataFrame(RNG.normal(size=(60, 3)).round(3), columns=["a", "b", "c"])
    frame["died"] = RNG.integers(0, 2, 60)
    data = frame.to_csv(index=False).encode()
    fix = reading_after(read_table(data, "a.csv"), "rows_not_steps")
    other = read_table(data, "a.csv", fix.data.reading)
    assert (other.kind, other.label) == ("wide", "died")
    again = [with_other(finding, fix) for finding in other.findings]
    assert all(finding.fix is None for finding in again if finding.code == "rows_not_steps")


def test_a_panel_becomes_one_series():
    days = pd.date_range("2020-01-01", periods=50)
    frame = pd.concat(
        [pd.DataFrame({"t": days, "shop": k, "v": RNG.normal(size=50)}) for k in "ab"]
    )
    data = frame.to_csv(index=False).encode()
    fix = reading_after(read_table(data, "a.csv"), "several_series")
    assert read_table(data, "a.csv", fix.data.reading).kind == "series"


def test_other_findings_stay_as_they_are():
    finding = Finding("hint", "row_numbers", "It only numbers the rows.")
    assert with_other(finding, Experiment()) is finding
