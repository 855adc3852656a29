"""Holidays of a country: read ahead, as a column would be that says the same of each row."""

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data.dataset import DataError
from seqlab.experiment import Data, Experiment, ExperimentError
from seqlab.forecasting.future import look_ahead
from tests.forecasting.helpers import made, table
from tests.network.test_predict_script import answered, unpacked

GERMAN = ("2022-01-01", "2022-04-15", "2022-04-18", "2022-05-01", "2022-05-26", "2022-06-06",
          "2022-10-03", "2022-12-25", "2022-12-26", "2023-01-01")  # fmt: skip
ROWS, COMING = 355, 12  # up to 21 December 2022, and until 2 January


def shop(rows=ROWS, first="2022-01-01"):
    """Sales of a shop, with a column that says when it is closed."""
    day = pd.date_range(first, periods=rows, freq="D")
    closed = day.isin(pd.DatetimeIndex(GERMAN)).astype(float)
    sales = 100 - 60 * closed + np.random.default_rng(rows).normal(0, 5, rows)
    return pd.DataFrame({"day": day, "sales": sales.round(2), "closed": closed})


def asked(**changes):
    plain = {"source": "upload", "window": 6, "horizon": 2, "steps": 2, "target": "sales"}
    return Data.model_validate(plain | {"inputs": ("sales",)} | changes)


@pytest.fixture(scope="module")
def both():
    """The same network: told by the calendar, and by the column."""
    knows = made(asked(holidays="DE"), shop())
    return knows, made(asked(known_ahead=("closed",)), shop())


def test_they_are_the_column_that_says_the_same(both):
    knows, told = both
    names = tuple(name.replace("closed", "public holiday (DE)") for name in told.dataset.names)
    assert knows.dataset.names == names
    np.testing.assert_array_equal(knows.dataset.x, told.dataset.x)
    coming = shop(COMING, "2022-12-22")[["closed"]]
    own, other = (
        look_ahead(each.experiment, each.dataset, each.network, COMING, known=known)
        for each, known in ((knows, None), (told, coming))
    )
    pd.testing.assert_frame_equal(own.table, other.table)
    assert own.coverage == other.coverage
    assert own.carried == {}
    assert any("computed from their times" in note for note in own.notes)


def test_a_new_file_and_the_script_know_them_too(both, tmp_path):
    knows, _ = both
    new = shop(30, "2022-12-01").drop(columns="closed")
    page = seqlab.predict(knows, table(new))
    assert page["time"].iloc[-1] == pd.Timestamp("2023-01-01")  # behind the end, as far as it leads
    folder = unpacked(knows, tmp_path)
    script = answered(folder, new)["answer"]
    np.testing.assert_allclose(script.dropna(), page["answer"], rtol=1e-4)
    steps = answered(folder, shop(), str(COMING))["forecast"]
    future = look_ahead(knows.experiment, knows.dataset, knows.network, COMING)
    np.testing.assert_allclose(steps, future.table["forecast"], rtol=1e-4)


def test_what_has_no_days_has_no_holidays():
    for data in (Data(holidays="DE"), Data(source="elnino", holidays="DE")):
        with pytest.raises(DataError, match="rows with dates") as raised:
            seqlab.load(Experiment(data=data))
        assert (raised.value.argument, raised.value.allowed) == ("holidays", None)
    shops = pd.concat([shop(90).assign(shop=name) for name in "ab"])
    with pytest.raises(DataError, match="one series"):
        seqlab.load(Experiment(data=asked(holidays="DE", known_ahead=("closed",))), table(shops))
    with pytest.raises(ExperimentError, match="two letters of a country"):
        Experiment.from_query({"holidays": "Germany"})
