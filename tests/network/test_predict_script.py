"""The exported script in a fresh folder gives the numbers of `predict` and `forecast`."""

import io
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.experiment import Data
from seqlab.network.source.package import package
from tests.forecasting.helpers import made, table
from tests.forecasting.test_changes import asked, sales
from tests.forecasting.test_future import PRICED, shop


def run(folder, *arguments):
    command = [sys.executable, "predict.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def unpacked(result, folder):
    result.model.save(folder / "network.keras")
    model = (folder / "network.keras").read_bytes()
    zipped = package(result.experiment, result.dataset, None, model)
    zipfile.ZipFile(io.BytesIO(zipped)).extractall(folder / "run")
    return folder / "run"


def answered(folder, rows, *arguments):
    """What the script says of a file with these rows."""
    rows.to_csv(folder / "new.csv", index=False)
    ended = run(folder, "new.csv", *arguments)
    assert ended.returncode == 0, ended.stderr
    return pd.read_csv(io.StringIO(ended.stdout))


def test_the_script_forecasts_as_the_page_does(tmp_path):
    result = made(Data(window=11, horizon=2, steps=3))
    folder = unpacked(result, tmp_path)
    values = result.dataset.values[:, 0]
    steps = answered(folder, pd.DataFrame({"sunspots": values}), "9")
    future = seqlab.forecast(result, steps=9)
    np.testing.assert_allclose(steps["forecast"], future["forecast"], rtol=1e-4)


def test_the_script_answers_a_new_file_as_the_page_does(tmp_path):
    result = made(PRICED, shop())
    folder = unpacked(result, tmp_path)
    new = shop(60)[["price", "sales", "day"]]
    new.loc[30, "price"] = np.nan
    rows = answered(folder, new)
    assert list(rows) == ["price", "sales", "day", "answer"]
    ours = seqlab.predict(result, table(new))
    np.testing.assert_allclose(rows["answer"].dropna(), ours["answer"], rtol=1e-4)


def test_what_is_missing_from_the_beginning_has_no_answer_in_the_script_either(tmp_path):
    rows = shop()
    rows.loc[:9, "price"] = np.nan
    result = made(PRICED.model_copy(update={"missing": "forward"}), rows)
    assert result.dataset.starts[0] == 4  # the window that ends with row 10
    folder = unpacked(result, tmp_path)
    script = answered(folder, rows)["answer"]
    page = seqlab.predict(result, table(rows))
    assert script.first_valid_index() == 11
    assert page["time"][0] == rows["day"][11]
    np.testing.assert_allclose(script.dropna(), page["answer"], rtol=1e-4)


@pytest.mark.parametrize("difference", ["row", "both"])
def test_the_script_knows_changes_and_the_calendar(tmp_path, difference):
    data = asked(logarithm="log", difference=difference, calendar=("month",), steps=2, horizon=2)
    result = made(data, sales())
    folder = unpacked(result, tmp_path)
    steps = answered(folder, sales(), "17")
    future = seqlab.forecast(result, steps=17)
    np.testing.assert_allclose(steps["forecast"], future["forecast"], rtol=1e-4)
    rows = answered(folder, sales())["answer"].dropna()
    np.testing.assert_allclose(rows, seqlab.predict(result, table(sales()))["answer"], rtol=1e-4)
    sales().drop(columns="when").to_csv(folder / "undated.csv", index=False)
    assert "no column of dates" in run(folder, "undated.csv").stderr
