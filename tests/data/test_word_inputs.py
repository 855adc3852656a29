"""Columns of words as inputs, against a table that was spread by hand."""

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data import word_inputs
from seqlab.data.columns import choice
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
    assert choice(table).inputs == ("pm", "wind")


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
    assert word_inputs.possible(word_inputs.counted(frame), len(frame)) == ("ok",)
    assert word_inputs.possible(word_inputs.counted(frame), len(frame), ["ok"]) == ()


def test_an_unknown_input_is_refused_in_a_sentence():
    with pytest.raises(seqlab.DataError, match="nowhere"):
        dataset(FRAME, inputs=("nowhere",))


def panel(last: str) -> pd.DataFrame:
    """Two shops at the same dates, and a word that stands in the last rows alone."""
    parts = [FRAME.assign(shop=k, pm=FRAME["pm"] + i) for i, k in enumerate("ab")]
    for part in parts:
        part.loc[N - 3 :, "wind"] = last
    return pd.concat(parts)


@pytest.mark.parametrize("ahead", [(), ("wind",)])
def test_a_word_that_no_training_row_of_a_panel_holds_is_told(ahead):
    found, table, _ = dataset(panel("storm"), inputs=("pm", "wind"), window=5, known_ahead=ahead)
    assert table.kind == "long"
    behind = " (1 row ahead)" if ahead else ""
    assert found.names == ("pm", *(f"wind={word}{behind}" for word in ("NW", "SE", "cv")))
    assert any("training part has not: “storm”" in note for note in found.notes)
    usual, _, _ = dataset(panel("cv"), inputs=("pm", "wind"), window=5, known_ahead=ahead)
    assert usual.names == found.names
    assert not any("training part has not" in note for note in usual.notes)
    np.testing.assert_array_equal(found.x[found.train], usual.x[usual.train])


def test_words_of_whole_sequences_are_those_of_the_sequences_that_are_learned_from():
    steps = pd.DataFrame({"run": np.repeat(range(20), 8), "t": np.tile(range(8), 20)})
    steps["v"] = RNG.normal(size=160).round(3)
    steps["mode"] = np.array(["low", "high"])[RNG.integers(0, 2, 160)]
    steps["label"] = np.repeat([f"class {i % 2}" for i in range(20)], 8)
    usual, table, _ = dataset(steps, inputs=("v", "mode"))
    assert (table.kind, table.label) == ("long", "label")
    assert usual.names == ("v", "mode=high", "mode=low")
    for part, names in ((usual.validation, usual.names), (usual.train, (*usual.names, "mode=odd"))):
        odd = steps.copy()
        odd.loc[odd["run"] == part[0], "mode"] = "odd"
        found, _, _ = dataset(odd, inputs=("v", "mode"))
        assert set(found.names) == set(names)
        assert any("“odd”" in note for note in found.notes) == ("mode=odd" not in names)
