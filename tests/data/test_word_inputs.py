"""Columns of words as inputs, against a table that was spread by hand."""

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data import uploaded, word_inputs
from seqlab.experiment import Data, Experiment
from seqlab.network.source import files

N = 150
RNG = np.random.default_rng(2)
FRAME = pd.DataFrame(
    {
        "day": pd.date_range("2020-01-01", periods=N).strftime("%Y-%m-%d"),
        "pm": RNG.normal(size=N).round(3),
        "wind": np.array(["NW", "SE", "cv"])[RNG.integers(0, 3, N)],
    }
)


def dataset(frame: pd.DataFrame, **data):
    table = seqlab.read_table(frame.to_csv(index=False).encode(), "a.csv")
    experiment = Experiment(data=Data(source="upload", file="f", **data))
    return seqlab.load(experiment, table), table, experiment


def test_each_word_is_a_column_as_pandas_would_make_it():
    found, table, _ = dataset(FRAME, inputs=("pm", "wind"), window=5, scaling="none")
    assert found.names == ("pm", "wind=NW", "wind=SE", "wind=cv")
    dummies = pd.get_dummies(FRAME["wind"])[["NW", "SE", "cv"]].to_numpy(float)
    np.testing.assert_array_equal(found.x[0, :, 1:], dummies[:5])
    assert uploaded.columns(table)[1] == ("pm", "wind")


def test_a_word_that_the_training_part_never_saw_is_told():
    frame = FRAME.copy()
    frame.loc[N - 3 :, "wind"] = "storm"
    found, _, _ = dataset(frame, inputs=("wind",), window=5, scaling="none")
    assert "wind=storm" not in found.names
    assert any("storm" in note for note in found.notes)
    assert found.x[-1, -1].sum() == 0  # none of the known ones


def test_words_of_a_panel_are_inputs_too():
    frame = pd.concat([FRAME.assign(shop=k, pm=FRAME["pm"] + i) for i, k in enumerate("ab")])
    found, table, _ = dataset(frame, inputs=("pm", "wind"), window=5)
    assert table.kind == "long"
    assert found.names == ("pm", "wind=NW", "wind=SE", "wind=cv")


def test_the_exported_script_has_them():
    found, _, experiment = dataset(FRAME, inputs=("pm", "wind"), window=5)
    kept = files(experiment, found)
    script = seqlab.source(experiment, found)
    assert "wind=SE" in script or any(b"wind=SE" in content for content in kept.values())


def test_many_words_gaps_and_names_are_no_inputs():
    frame = pd.DataFrame(
        {
            "v": np.arange(60.0),
            "note": [f"note {i}" for i in range(60)],
            "gap": [None, "a", "b"] * 20,
            "ok": ["a", "b"] * 30,
        }
    )
    assert word_inputs.possible(frame, []) == ("ok",)
    assert word_inputs.possible(frame, ["ok"]) == ()


def test_an_unknown_input_is_refused_in_a_sentence():
    with pytest.raises(seqlab.DataError, match="nowhere"):
        dataset(FRAME, inputs=("nowhere",))
