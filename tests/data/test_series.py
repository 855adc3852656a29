"""The bundled data: complete, as published, with their sources."""

import re

import numpy as np
import pytest

from seqlab.data import series
from seqlab.data.catalogue import ENTRIES
from seqlab.data.load import load
from seqlab.experiment import Experiment
from tests.clock import within_cpu_seconds
from tests.data.tasks.helpers import dataset

KEYS = [key for key, entry in ENTRIES.items() if entry.family == "Real series"]


def test_there_are_seven_sets():
    assert KEYS == ["sunspots", "co2", "elnino", "nile", "macro", "seattle", "vowels"]


@pytest.mark.parametrize(
    ("name", "rows", "first", "last", "column", "mean"),
    [
        ("sunspots", 309, 1700, 2008, "sunspots", 49.752),
        ("co2", 2284, "1958-03-29", "2001-12-29", "co2", 340.142),
        ("elnino", 732, "1950-01-01", "2010-12-01", "sst_nino12_degC", 23.1),
        ("nile", 100, 1871, 1970, "volume", 919.35),
        ("macro", 203, "1959-01-01", "2009-07-01", "unemp", 5.8847),
        ("seattle", 1461, "2012-01-01", "2015-12-31", "temp_max", 16.439),
    ],
)
def test_the_tables_are_the_published_ones(name, rows, first, last, column, mean):
    entry, table = series.SERIES[name], series.read(name)
    assert len(table) == rows
    for at, expected in ((0, first), (-1, last)):
        found = table[entry.time].iloc[at]
        assert (str(found.date()) if entry.dated else found) == expected
    assert table[column].mean() == pytest.approx(mean, rel=1e-3)
    assert set(table.columns) == {entry.time, *entry.numeric, *entry.labels}


def test_the_carbon_dioxide_has_59_real_gaps():
    assert series.read("co2")["co2"].isna().sum() == 59
    filled = dataset(source="co2", window=10)
    assert "59 missing values were filled" in filled.notes[0]
    assert np.isfinite(filled.x).all()
    dropped = dataset(source="co2", window=10, missing="drop")
    assert len(dropped.x) < len(filled.x)
    assert np.isfinite(dropped.x).all()


def test_the_economy_has_twelve_columns_of_very_different_scale():
    d = dataset(source="macro")
    assert d.features == 12
    assert d.target == "unemp"
    assert d.input_scaling.scale.max() > 1000 * d.input_scaling.scale.min()
    assert "seasonal naive" not in d.baselines  # the columns are seasonally adjusted
    assert dataset(source="macro", target="cpi", inputs=("cpi", "m1")).names == ("cpi", "m1")


def test_the_weather_is_forecast_or_classified():
    warmth = dataset(source="seattle")
    assert (warmth.goal.kind, warmth.target, warmth.features) == ("value", "temp_max", 4)
    sky = dataset(source="seattle", target="weather")
    assert (sky.goal.kind, sky.outputs, sky.features) == ("class", 5, 4)
    counts = np.bincount(np.r_[sky.values[:, 0].astype(int)], minlength=5)
    assert dict(zip(sky.goal.classes, counts, strict=True)) == {
        "rain": 641,
        "sun": 640,
        "fog": 101,
        "drizzle": 53,
        "snow": 26,
    }


def test_japanese_vowels_have_the_official_parts():
    d = dataset(source="vowels")
    assert (len(d.train), len(d.validation), len(d.test)) == (270, 370, 0)
    assert (d.lengths.min(), d.lengths.max()) == (7, 29)
    assert (d.features, d.outputs) == (12, 9)
    np.testing.assert_array_equal(np.bincount(d.y[d.train]), 30)
    np.testing.assert_array_equal(
        np.bincount(d.y[d.validation]), [31, 35, 88, 44, 29, 24, 40, 50, 29]
    )
    assert d.lengths.sum() == 9961
    real = np.arange(29) < d.lengths[:, None]
    assert (d.x[~real] == 0).all()
    table = series.vowels_table()
    raw = d.input_scaling.invert(d.x[0, : d.lengths[0]])
    np.testing.assert_allclose(raw, table[list(series.CEPSTRA)][: d.lengths[0]], atol=1e-5)
    assert 0.9 < d.baselines["nearest neighbour"].accuracy < 1


def test_seasons_are_the_known_ones():
    for source, season in (("co2", 52), ("elnino", 12), ("seattle", 365)):
        assert f"{season} rows earlier" in dataset(source=source).baselines["seasonal naive"].rule
    mine = dataset(source="elnino", period=24).baselines["seasonal naive"]
    assert "24 rows earlier" in mine.rule


@pytest.mark.parametrize("key", KEYS)
def test_each_loads_in_a_blink(key):
    experiment = Experiment(data=ENTRIES[key].default())
    load(experiment)  # fills the cache
    within_cpu_seconds(0.05, lambda: load(experiment))


def test_every_file_is_attributed_and_small():
    text = (series.FOLDER / "ATTRIBUTION.md").read_text(encoding="utf-8")
    files = {path.name for path in series.FOLDER.iterdir()} - {"ATTRIBUTION.md"}
    assert set(re.findall(r"^\| `([^`]+)`", text, flags=re.M)) == files
    assert sum((series.FOLDER / name).stat().st_size for name in files) < 700_000
    assert all(re.search("public domain|CC BY", ENTRIES[key].credit) for key in KEYS)
