"""Differences over a season: each of several targets over its own, against plain pandas."""

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data.dataset import DataError
from seqlab.experiment import Data, Experiment
from seqlab.network.doctor import trend
from tests.forecasting.helpers import made, table
from tests.network.test_any_script import same_windows
from tests.network.test_predict_script import answered, unpacked

ROWS = 240
SEASONS = {"sales": 12, "visits": 7}


def shop(rows=ROWS, seed=0):
    """Two columns with seasons of their own, and one without."""
    draw, time = np.random.default_rng(seed), np.arange(rows)
    return pd.DataFrame(
        {
            "day": pd.date_range("2023-01-01", periods=rows),
            "sales": 40 + 0.1 * time + 3 * (time % 12 % 5) + draw.normal(0, 0.5, rows),
            "visits": 900 + 60 * np.sin(2 * np.pi * time / 7) + draw.normal(0, 5, rows),
            "price": draw.gamma(2, 1, rows),
        }
    )


def asked(**changes):
    plain = {"window": 6, "target": "sales", "targets": ("visits",), "transform_inputs": True}
    plain |= {"inputs": ("sales", "visits", "price"), "difference": "season"}
    return Data.model_validate({"source": "upload", **plain, **changes})


def loaded(**changes):
    return seqlab.load(Experiment(data=asked(**changes)), table(shop()))


@pytest.mark.parametrize("difference", ["season", "both"])
def test_what_is_learned_are_the_differences_of_pandas(difference):
    dataset = loaded(difference=difference, scaling="none")
    assert dataset.transform.seasons == (12, 7, 12)  # other inputs: as the first target
    reach = 12 + (difference == "both")
    assert dataset.starts[0] == reach
    learned = shop()[["sales", "visits", "price"]]
    learned = learned.diff() if difference == "both" else learned
    learned = np.stack(
        [learned[n].diff(s) for n, s in zip(learned, (12, 7, 12), strict=True)], axis=1
    )
    rows = dataset.starts[:, np.newaxis] + np.arange(6)
    np.testing.assert_allclose(dataset.x, learned[rows], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(dataset.y, learned[dataset.starts + 6][:, :2], rtol=1e-4, atol=1e-4)
    raw = shop()[["sales", "visits"]].to_numpy()
    every = np.arange(len(dataset.x))
    np.testing.assert_allclose(dataset.truth(every), raw[dataset.starts + 6], rtol=1e-5)
    for place, (name, season) in enumerate(SEASONS.items()):
        one = dataset.only(name)
        assert (one.season, one.transform.season) == (season, season)
        np.testing.assert_allclose(one.truth(every)[:, 0], raw[dataset.starts + 6, place])
        note = " ".join(dataset.notes)
        assert f"change of {name} against {season} rows" in note


@pytest.mark.parametrize("difference", ["season", "both"])
def test_further_rows_are_distances_from_the_same_place_in_the_own_season(difference):
    dataset = loaded(difference=difference, scaling="none", steps=9)
    last = dataset.starts + 5
    for name, season in SEASONS.items():
        series = shop()[name].to_numpy()
        y = dataset.only(name).y
        for step in range(1, 10):
            back = -(-step // season)
            base = series[last + step - back * season]
            if difference == "both":
                base = base + back * (series[last] - series[last - season])
            np.testing.assert_allclose(
                y[:, step - 1], series[last + step] - base, rtol=1e-4, atol=1e-4
            )


@pytest.mark.parametrize("changes", [{}, {"difference": "both", "steps": 9, "scaling": "minmax"}])
def test_script_predict_and_library_agree(tmp_path, changes):
    result = made(asked(**changes), shop())
    prepared = tmp_path / "script"
    prepared.mkdir()
    same_windows(result.experiment, result.dataset, prepared)
    folder = unpacked(result, tmp_path)
    rows = answered(folder, shop(seed=3))
    ours = seqlab.predict(result, table(shop(seed=3)))
    for name in SEASONS:
        expected = ours[ours["target"] == name]["answer"]
        np.testing.assert_allclose(rows[f"answer {name}"].dropna(), expected, rtol=1e-4)


def test_a_network_that_answers_no_change_continues_each_season():
    """Then the forecast is the seasonal naive one of each target, over its own season."""
    result = made(asked(inputs=("sales", "visits"), scaling="none"), shop())
    zeros = {name: np.zeros_like(array) for name, array in result.snapshots[1].items()}
    result.model.set_weights([np.zeros_like(weight) for weight in result.model.get_weights()])
    result.snapshots[1] = zeros
    future = seqlab.forecast(result, steps=20)
    for name, season in SEASONS.items():
        own = future[future["target"] == name]["forecast"]
        naive = np.tile(shop()[name].to_numpy()[-season:], 4)[:20]
        np.testing.assert_allclose(own, naive, rtol=1e-5)


def test_a_target_without_a_season_is_named():
    with pytest.raises(DataError, match="No season of 'price' was found"):
        loaded(targets=("visits", "price"))


@pytest.mark.parametrize(
    ("other", "differences"), [("price", {"row"}), ("visits", {"season", "both"})]
)
def test_what_the_doctor_proposes_against_a_trend_can_be_loaded(other, differences):
    rising = shop().assign(sales=lambda table: table["sales"] + 0.2 * np.arange(ROWS))
    experiment = Experiment(data=asked(targets=(other,), difference="none"))
    (finding,) = trend.find(experiment, seqlab.load(experiment, table(rising)).only("sales"))
    assert finding.fix.data.difference in differences
    assert len(seqlab.load(finding.fix, table(rising)).train)
