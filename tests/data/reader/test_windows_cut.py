"""Tables whose rows are windows already: what is a step, what is asked for, how it is split."""

import numpy as np
import pandas as pd
import pytest

from seqlab import Experiment, load, read_table
from seqlab.data.alternatives import other
from seqlab.data.columns import choice
from seqlab.data.dataset import DataError
from seqlab.experiment import Data, ParseOptions

RNG = np.random.default_rng(11)
N = 150
SALES = (100 + 10 * np.sin(np.arange(N) / 6) + RNG.normal(size=N)).round(3)
PROMO = RNG.integers(0, 2, N).astype(float)


def lag_table(name: str = "{}(t{})", lags: int = 5) -> pd.DataFrame:
    """As series_to_supervised makes it."""
    found = {}
    for back in range(lags, -1, -1):
        for feature, values in (("promo", PROMO), ("sales", SALES)):
            shift = f"-{back}" if back else ""
            found[name.format(feature, shift)] = values[lags - back : N - back]
    return pd.DataFrame(found)


def read(frame: pd.DataFrame, **changes):
    return read_table(frame.to_csv(index=False).encode(), "windows.csv", **changes)


def dataset(table, **data):
    return load(Experiment(data=Data(source="upload", file="f", **data)), table)


@pytest.mark.parametrize("name", ["{}(t{})", "{} (t{})", "{}_t{}", "{}[t{}]"])
def test_lags_by_name_are_steps_and_the_newest_value_is_the_target(name):
    table = read(lag_table(name))
    assert table.kind == "wide"
    d = dataset(table)
    assert (d.x.shape, d.y.shape) == ((N - 5, 5, 2), (N - 5, 1))
    assert d.names == ("promo", "sales")
    raw = d.input_scaling.invert(d.x)
    np.testing.assert_allclose(raw[7, :, 1], SALES[7:12], rtol=1e-5)
    np.testing.assert_allclose(d.truth(np.arange(N - 5))[:, 0], SALES[5:], rtol=1e-5)


def test_rows_are_held_out_in_their_order_unless_asked_otherwise():
    table = read(lag_table())
    d = dataset(table, test_share=0.1)
    assert d.train.max() < d.validation.min()
    assert d.validation.max() < d.test.min()
    mixed = dataset(table, split="random")
    assert mixed.train.max() > mixed.validation.min()


def test_the_rules_are_those_of_the_series_that_was_cut():
    d = dataset(read(lag_table()))
    rows = d.validation + 5
    error = np.sqrt(np.mean((SALES[rows] - SALES[rows - 1]) ** 2))
    assert d.baselines["persistence"].rmse == pytest.approx(error, rel=1e-6)
    assert "linear autoregression" in d.baselines


def test_numbered_pasts_and_futures_are_inputs_and_targets():
    rows = np.lib.stride_tricks.sliding_window_view(SALES, 15)
    names = [f"x{i}" for i in range(1, 11)] + [f"y{i}" for i in range(1, 6)]
    table = read(pd.DataFrame(rows, columns=names))
    d = dataset(table)
    assert (d.x.shape, d.y.shape, d.target) == ((136, 10, 1), (136, 5), "y1 to y5")
    assert d.validation.min() - d.train.max() == 5  # no training target is a validation target
    (finding,) = [f for f in table.findings if f.code == "windows_cut"]
    assert "moved on by a step" in finding.message


def test_a_last_column_that_goes_on_where_the_steps_end_is_the_target_whatever_its_name():
    rows = np.lib.stride_tricks.sliding_window_view(SALES, 9)
    names = [*(f"f{i}" for i in range(8)), "next_value"]
    assert dataset(read(pd.DataFrame(rows, columns=names))).target == "next_value"
    rng = np.random.default_rng(1)
    apart = pd.DataFrame(rng.normal(size=(60, 9)).round(3), columns=names)
    assert read(apart).windows is None


def test_columns_of_any_names_are_known_by_their_values():
    table = read(lag_table().set_axis([*"qwerzuiopasd"], axis=1))
    d = dataset(table)
    assert table.windows.ahead == ("d",)
    assert d.x.shape == (N - 5, 5, 2)
    np.testing.assert_allclose(d.truth(np.arange(N - 5))[:, 0], SALES[5:], rtol=1e-5)


def test_sequences_with_a_class_stay_what_they_are():
    frame = pd.DataFrame(RNG.normal(size=(60, 12)).round(3), columns=[f"t{i}" for i in range(12)])
    frame["label"] = RNG.integers(0, 3, 60)
    table = read(frame)
    assert (table.kind, table.label, table.windows) == ("wide", "label", None)


def test_two_features_of_equal_length_are_no_past_and_future():
    names = [f"{f}{i}" for f in "xy" for i in range(8)]
    frame = pd.DataFrame(RNG.normal(size=(60, 16)).round(3), columns=names)
    assert read(frame).windows is None
    rows = np.lib.stride_tricks.sliding_window_view(SALES, 12)
    lasting = pd.DataFrame(rows, columns=[f"t{i}" for i in range(12)])
    lasting["kind"] = [("up", "down")[i % 2] for i in range(len(lasting))]
    assert read(lasting).label == "kind"


def test_one_click_reads_a_step_a_row_instead():
    table = read(lag_table())
    (finding,) = [f for f in table.findings if f.code == "windows_cut"]
    taken = other(finding, ParseOptions())
    assert read(lag_table(), reading=ParseOptions(**taken.changes)).kind == "series"


def test_one_feature_can_be_left_out_and_an_unknown_one_is_named():
    table = read(lag_table())
    one = choice(table)
    assert (one.targets, one.inputs) == (("sales(t)",), ("promo", "sales"))
    assert dataset(table, inputs=("sales",)).x.shape == (N - 5, 5, 1)
    with pytest.raises(DataError, match="'price'"):
        dataset(table, inputs=("price",))


def test_missing_values_are_filled_or_their_rows_left_out():
    frame = lag_table()
    frame.iloc[3, 2] = np.nan
    frame.iloc[9, -1] = np.nan
    d = dataset(read(frame))
    assert len(d.x) == N - 6
    assert np.isfinite(d.x).all()
    assert len(dataset(read(frame), missing="drop").x) == N - 7
