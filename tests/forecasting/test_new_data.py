"""New files: answers against Keras, columns by name, what is refused and what is said."""

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data.dataset import DataError
from seqlab.data.speech import reading_of
from seqlab.experiment import Data
from seqlab.forecasting.new_data import answers
from tests.forecasting.helpers import made, table
from tests.forecasting.test_future import PRICED, shop
from tests.sounds import sound, tone, words


def test_each_row_of_a_series_is_forecast_from_the_rows_before_it():
    result = made(PRICED, shop())
    new = shop(200)[100:].reset_index(drop=True)
    moved = new[["price", "day", "sales"]].assign(note="x")
    said = seqlab.predict(result, table(moved))
    assert list(said) == ["time", "answer", "truth", "outside"]
    assert said["time"].tolist() == list(pd.date_range(new["day"][7], periods=94, freq="D"))
    raw = new[["sales", "price"]].to_numpy()[20:27]
    window = result.dataset.input_scaling.apply(raw)[None].astype("float32")
    answer = result.dataset.target_scaling.invert(np.asarray(result.model(window)))[0, 0]
    assert said["answer"][20] == pytest.approx(answer, rel=1e-4)
    assert said["truth"][20] == new["sales"][27]
    assert np.isnan(said["truth"].iloc[-1])  # the row behind the end
    assert said.attrs["notes"] == ["Not read, since the network was trained without: note."]


def test_the_file_of_the_training_gets_the_answers_of_the_training():
    result = made(Data(source="upload", window=5, horizon=2), pd.DataFrame({"v": np.arange(90.0)}))
    said = seqlab.predict(result, table(pd.DataFrame({"v": np.arange(90.0)})))
    dataset = result.dataset
    expected = dataset.target_scaling.invert(np.asarray(result.model(dataset.x)))[:, 0]
    np.testing.assert_allclose(said["answer"][: len(expected)], expected, rtol=1e-4)
    np.testing.assert_allclose(said["truth"][: len(expected)], dataset.values[6:, 0])
    assert said["time"].tolist()[-2:] == [91, 92]


def test_values_outside_of_what_was_trained_on_are_marked():
    result = made(PRICED, shop())
    new = shop(40)
    new.loc[20, "price"] = 90
    said = seqlab.predict(result, table(new))
    marked = said.index[said["outside"] == "price"].tolist()
    assert marked == list(range(14, 21))  # the windows that hold row 20
    assert "7 rows read values far outside" in said.attrs["notes"][-1]


def test_differences_are_told_and_what_cannot_be_answered_is_refused():
    result = made(PRICED, shop())
    with pytest.raises(DataError, match="lacks 'price', which the network reads"):
        seqlab.predict(result, table(shop().drop(columns="price")))
    with pytest.raises(DataError, match="5 rows, too few for one window: the network reads 7"):
        seqlab.predict(result, table(shop(5)))
    words = shop().assign(price="dear")
    with pytest.raises(DataError, match="held numbers in training"):
        seqlab.predict(result, table(words))
    texts = pd.DataFrame({"text": ["it was good", "it was bad"] * 6, "label": ["a", "b"] * 6})
    with pytest.raises(DataError, match="of another kind: pairs of texts"):
        seqlab.predict(result, table(texts))


def test_a_gap_leaves_the_rows_behind_it_without_an_answer():
    result = made(PRICED, shop())
    new = shop(40)
    new.loc[20, "price"] = np.nan
    said = seqlab.predict(result, table(new))
    assert len(said) == 40 + 1 - 7 - 1  # the window that ends in the gap
    assert "1 rows have no answer" in " ".join(said.attrs["notes"])


def long(names, classes, seed=0):
    draw, rows = np.random.default_rng(seed), []
    for i, name in enumerate(names):
        steps = 4 + i % 4
        rows.append(
            pd.DataFrame(
                {
                    "case": name,
                    "step": range(steps),
                    "pulse": draw.normal(70, 5, steps),
                    "heat": draw.normal(37, 1, steps),
                    "outcome": classes[i % len(classes)],
                }
            )
        )
    return pd.concat(rows)


def test_sequences_get_a_class_with_its_probabilities():
    names = [f"c{i}" for i in range(30)]
    result = made(Data(source="upload"), long(names, ["well", "ill"]))
    new = long(["x", "y", "z"], ["ill", "well"], seed=1)
    said = seqlab.predict(result, table(new))
    assert said["sequence"].tolist() == ["x", "y", "z"]
    assert list(said)[1:5] == ["answer", "probability", "P(ill)", "P(well)"]
    np.testing.assert_allclose(said["P(ill)"] + said["P(well)"], 1, rtol=1e-5)
    assert said["truth"].tolist() == ["ill", "well", "ill"]
    dataset = result.dataset
    raw = new[new["case"] == "y"][["pulse", "heat"]].to_numpy()
    x = np.zeros((1, dataset.timesteps, 2), "float32")
    x[0, : len(raw)] = dataset.input_scaling.apply(raw)
    logits = np.asarray(result.model(x))[0]
    odds = np.exp(logits) / np.exp(logits).sum()
    assert said["P(ill)"][1] == pytest.approx(odds[dataset.goal.classes.index("ill")], rel=1e-4)
    bare = seqlab.predict(result, table(new.drop(columns="outcome")))
    assert "truth" not in bare
    np.testing.assert_allclose(bare["probability"], said["probability"])


def test_many_series_are_answered_each_by_itself():
    rows = [shop(60).assign(shop=name) for name in ("a", "b")]
    result = made(PRICED, pd.concat(rows))
    said = seqlab.predict(result, table(pd.concat(rows)))
    assert said["series"].tolist() == ["a"] * 54 + ["b"] * 54
    np.testing.assert_allclose(said["answer"][:54], said["answer"][54:])


def test_texts_are_answered_with_the_words_of_the_training():
    texts = [f"the film was {word}" for word in ("good", "bad", "great", "poor")] * 6
    labels = ["+", "-", "+", "-"] * 6
    result = made(Data(source="upload"), pd.DataFrame({"text": texts, "label": labels}))
    new = pd.DataFrame({"text": ["a good film", "the film was bad"] * 4, "label": ["+", "-"] * 4})
    said = seqlab.predict(result, table(new))
    assert said["truth"].tolist() == ["+", "-"] * 4
    assert set(said["answer"]) <= {"+", "-"}
    assert "a" in said["outside"][0]
    assert "texts have parts that" in said.attrs["notes"][0]


def test_sounds_get_a_word_each_if_their_features_are_those_of_the_training():
    from_sounds = made(Data(source="upload"), sounds=words(takes=4))
    new = words(takes=2, of=("down", "up"))
    said = seqlab.predict(from_sounds, seqlab.read_table(new, "new.zip"))
    assert said["sequence"].tolist() == [
        "down/down_0.wav", "down/down_1.wav", "up/up_0.wav", "up/up_1.wav"
    ]  # fmt: skip
    assert said["truth"].tolist() == ["down", "down", "up", "up"]
    reading = reading_of(from_sounds.dataset.log_mel)
    alone = seqlab.read_table(sound(tone("up", rate=8000), 8000), "one.wav", reading)
    assert len(seqlab.predict(from_sounds, alone)) == 1
    other = seqlab.read_table(new, "new.zip", seqlab.ParseOptions(hop_ms=20.0))
    with pytest.raises(DataError, match="such features: sounds of words, made in another way"):
        seqlab.predict(from_sounds, other)
    for data, frame in ((PRICED, shop()), (Data(source="upload"), long("abcdefghij", ["x", "y"]))):
        with pytest.raises(DataError, match="sounds of words"):
            seqlab.predict(made(data, frame), seqlab.read_table(new, "new.zip"))


def test_no_more_rows_than_may_be_answered_and_series_without_room_get_none():
    rows = pd.concat([shop(60).assign(shop=name) for name in ("a", "b")])
    result = made(PRICED, rows)
    found = answers(result.experiment, result.dataset, result.network, table(rows), most=5)
    assert found.table["series"].tolist() == ["a"] * 5
    assert "earlier rows are not answered" in " ".join(found.notes)
