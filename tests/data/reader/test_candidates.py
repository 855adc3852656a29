"""Columns that could have a role as well: named with their reasons, and taken by one click."""

import numpy as np
import pandas as pd
import pytest

from seqlab import Experiment, load, read_table
from seqlab.data.alternatives import others, with_other
from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.candidates import times
from seqlab.experiment import Data, ParseOptions

RNG = np.random.default_rng(2)
N = 60
DAYS = pd.date_range("2022-03-01", periods=N)
WAVE = np.round(np.sin(np.arange(N) / 4) + 0.1 * RNG.normal(size=N), 3)


def read(frame: pd.DataFrame, **changes):
    return read_table(frame.to_csv(index=False).encode(), "a.csv", **changes)


def codes(table) -> set[str]:
    return {finding.code for finding in table.findings}


def offered(table, code: str):
    """The reading that the finding's Fix would take."""
    (finding,) = [f for f in table.findings if f.code == code]
    return finding, with_other(finding, Experiment(data=Data(source="upload", file="f")), table)


def shuffled() -> pd.DataFrame:
    """Orders in the order of their entry; they were shipped in another order."""
    shipped = DAYS[RNG.permutation(N)]
    return pd.DataFrame(
        {"entered": DAYS.strftime("%Y-%m-%d"), "shipped": shipped.strftime("%Y-%m-%d"), "v": WAVE}
    )


def test_of_two_dates_both_are_named_and_the_other_is_one_click_away():
    table = read(shuffled())
    finding, fix = offered(table, "two_times")
    assert "“entered” (dates, going up, in even steps) was taken" in finding.message
    assert "“shipped” (dates, in another order) could be it" in finding.message
    assert fix.fix_label == "Take “shipped” for the time"
    other = read(shuffled(), reading=fix.fix.data.reading)
    assert other.time == "shipped"
    assert other.frame["v"].tolist() != table.frame["v"].tolist()
    assert "two_times" not in codes(other)


def test_a_second_clock_of_the_same_rows_is_no_doubt():
    frame = pd.DataFrame(
        {"a": DAYS.strftime("%Y-%m-%d"), "b": DAYS.strftime("%d.%m.%Y"), "v": WAVE}
    )
    assert "two_times" not in codes(read(frame))


def test_a_counter_that_falls_asks_whether_the_rows_run_backwards():
    frame = pd.DataFrame({"v": WAVE, "left": np.arange(N)[::-1] * 3, "w": WAVE[::-1]})
    table = read(frame)
    finding, fix = offered(table, "no_time_taken")
    assert finding.level == "warning"
    assert "run backwards" in finding.message
    turned = read(frame, reading=fix.fix.data.reading)
    assert turned.frame["v"].tolist() == WAVE[::-1].tolist()


def test_row_numbers_are_no_time_to_ask_about():
    assert "no_time_taken" not in codes(read(pd.DataFrame({"v": WAVE, "k": np.arange(N)})))


def test_blocks_of_rows_may_be_sequences():
    frame = pd.DataFrame({"colour": np.repeat([*"cab"], 20), "v": WAVE, "w": WAVE[::-1]})
    finding, fix = offered(read(frame), "blocks")
    assert "“colour” stands in 3 blocks of rows" in finding.message
    table = read(frame, reading=fix.fix.data.reading)
    assert (table.kind, table.sequence_id) == ("long", "colour")


def test_columns_that_vary_alike_are_rivals_and_a_name_breaks_the_tie():
    frame = pd.DataFrame({"day": DAYS.strftime("%Y-%m-%d"), "a": WAVE, "b": WAVE[::-1]})
    table = read(frame)
    assert (table.target, table.rivals) == ("a", ("b",))
    named = read(frame.rename(columns={"b": "Weekly_Sales"}))
    assert (named.target, named.rivals) == ("Weekly_Sales", ("a",))
    assert load(Experiment(data=Data(source="upload", file="f")), named).target == "Weekly_Sales"
    alone = read(frame[["day", "a"]])
    assert alone.rivals == ()
    # a name does not make a counter worth a forecast
    counted = pd.DataFrame({"day": frame["day"], "sales": np.arange(N), "a": WAVE})
    assert read(counted).target == "a"


def test_what_the_user_chose_is_no_doubt():
    assert "two_times" not in codes(read(shuffled(), time="entered"))
    assert others(read(shuffled(), time="entered"), ParseOptions(time="entered")) == []


@pytest.mark.parametrize("name", ["x", "date"])
def test_scores_come_from_values_and_names_break_ties_only(name):
    rising = Column(name, [], "number", np.arange(20) * 2.0)
    other = Column("y", [], "number", RNG.normal(size=20))
    (found,) = times([other, rising])
    assert found.name == name
    assert found.reasons == ("numbers", "going up", "in even steps")
    assert found.score <= 0.5
