"""What is said and drawn of a pair is what stands in the arrays."""

import re

import numpy as np
import pytest

from seqlab.data import describe
from seqlab.data.load import load
from seqlab.experiment import Data, Experiment
from seqlab.figures import preview
from tests.data.tasks.helpers import dataset


def by_name(figure):
    return {trace.name: trace for trace in figure.data}


def test_a_pair_of_a_series_names_its_rows_and_times():
    d = dataset("sunspots", horizon=2, steps=3, test_share=0.1)
    index = int(d.validation[0])
    pair = describe.pair(d, index)
    first = int(d.starts[index])
    goals = first + 22 + 1 + np.arange(3)
    assert f"rows {first + 1} to {first + 22} ({1700 + first} to {1721 + first}) are X" in (
        pair.sentence
    )
    assert f"rows {goals[0] + 1} to {goals[2] + 1} ({1700 + goals[0]} to" in pair.sentence
    assert "The shaded 62 rows are for validation, the last 31 for the test." in pair.sentence
    np.testing.assert_array_equal(pair.place.goals, goals)
    drawn = by_name(preview.draw(pair))
    np.testing.assert_array_equal(drawn["y"].y, d.values[goals, 0])
    np.testing.assert_array_equal(drawn["X"].y, d.values[first : first + 22, 0])


def test_columns_of_different_size_are_drawn_scaled():
    d = dataset("macro")
    pair = describe.pair(d, 3)
    assert pair.place.scaled
    drawn = by_name(preview.draw(pair))
    np.testing.assert_allclose(
        drawn["X: realgdp"].y, d.x[3, :, d.names.index("realgdp")], atol=1e-4
    )
    assert "realint" not in str(list(drawn))  # six lines are enough
    assert not describe.pair(dataset("seattle"), 3).place.scaled


def test_of_a_long_series_it_is_said_which_rows_are_drawn():
    d = dataset("seattle", window=10)
    pair = describe.pair(d, int(d.validation[0]))
    said = re.fullmatch(r"Drawn are rows (\S+) to (\S+) of 1,461\.", preview.left_out(pair))
    first, last = (int(number.replace(",", "")) - 1 for number in said.groups())
    line = preview.draw(pair).data[0]
    assert (line.x[0], line.x[-1]) == (d.labels[first], d.labels[last])
    assert len(line.x) == last - first + 1 < 1461
    assert preview.left_out(describe.pair(dataset("sunspots"), 0)) == ""


def test_a_class_on_a_series_is_named():
    d = dataset("seattle", target="weather")
    pair = describe.pair(d, 8)
    assert f"(weather: {d.goal.classes[d.y[8]]})" in pair.sentence


def test_a_drawn_sequence_is_told_with_its_target():
    d = dataset("adding", window=12, samples=50)
    pair = describe.pair(d, 7)
    assert "X is 12 steps of (value, marker); y, sum of the two marked values, is " in pair.sentence
    assert float(re.search(r"is ([\d.]+)\.$", pair.sentence)[1]) == pytest.approx(
        d.y[7, 0], abs=1e-3
    )
    drawn = by_name(preview.draw(pair))
    np.testing.assert_array_equal(drawn["value"].y, d.x[7, :, 0])
    assert drawn["marker"].type == "bar"


def test_a_target_at_every_step_is_drawn_beside_its_input():
    d = dataset("echo", window=15, samples=50)
    drawn = by_name(preview.draw(describe.pair(d, 4)))
    np.testing.assert_allclose(drawn["y"].y, d.y[4, :, 0], atol=1e-6)
    classes = dataset("parity", difficulty=1, window=9, samples=50)
    notes = preview.draw(describe.pair(classes, 4)).layout.annotations
    assert [note.text for note in notes] == [classes.goal.classes[c] for c in classes.y[4]]


def test_padding_is_not_shown():
    d = dataset("vowels")
    pair = describe.pair(d, 0)
    assert len(pair.values) == d.lengths[0]
    assert "of 12 features (lpc1, " in pair.sentence


def test_steps_that_do_not_count_have_no_cell():
    d = dataset("anbn", window=8, samples=50)
    index = int(np.argmax(d.lengths))
    n = int(d.lengths[index]) // 2
    pair = describe.pair(d, index)
    assert f"counts at {n} of the {2 * n} steps" in pair.sentence
    assert pair.answer == ("",) * n + ("b",) * (n - 1) + ("[END]",)
    (cells,) = preview.draw(pair).data
    assert list(cells.text[0]) == ["a"] * n + ["b"] * n
    assert list(cells.text[1]) == [""] * n + ["b"] * (n - 1) + ["∎"]


def test_a_translation_shows_both_texts_in_full():
    d = dataset("chinese", difficulty=2)
    pair = describe.pair(d, 0)
    english, words = re.search(r"“(.*)”; y, Chinese, is “(.*)”\.$", pair.sentence).groups()
    assert english == "".join(d.vocabulary[t] for t in d.x[0, : d.lengths[0]])
    assert "".join(pair.answer) == f"{words}[END]"


def test_a_long_text_shows_its_beginning_and_its_end():
    d = dataset("copying", window=200, samples=20)
    pair = describe.pair(d, 0)
    (cells,) = preview.draw(pair).data
    assert len(cells.text[0]) == preview.MOST_CELLS + 1
    assert list(cells.text[0][:10]) == [d.vocabulary[t] for t in d.x[0, :10]]
    assert list(cells.text[1][-10:]) == [d.goal.classes[c] for c in d.y[0, -10:]]
    assert cells.text[0][preview.MOST_CELLS // 2] == "…"
    assert len(pair.sentence) < 400


def test_words_of_strangers_are_text_and_not_markup():
    figure = preview.strip(("<b>x</b>", "&", " "), ("<i>",), aligned=False)
    assert list(figure.data[0].text[0]) == ["&lt;b&gt;x&lt;/b&gt;", "&amp;", "␣"]
    assert figure.layout.annotations[0].text == "&lt;i&gt;"


def test_a_window_left_out_of_all_parts_is_called_so():
    d = dataset("sine", steps=5, samples=200)
    used = {*d.train, *d.validation, *d.test}
    out = next(i for i in range(len(d.x)) if i not in used)
    assert "(left out)" in describe.pair(d, out).sentence


def test_a_pair_of_a_series_as_a_table_has_rows_times_and_its_target():
    d = load(Experiment(data=Data(window=3, horizon=2, steps=2)))
    found = describe.table(d, 4)
    assert found["row"].tolist() == [5, 6, 7, 9, 10]
    assert found["time"].tolist() == ["1704", "1705", "1706", "1708", "1709"]
    np.testing.assert_allclose(found["X: sunspots"][:3], d.values[4:7, 0], rtol=1e-5)
    np.testing.assert_allclose(found["y: sunspots"][3:], d.values[8:10, 0], rtol=1e-5)
    assert found["y: sunspots"][:3].isna().all()


def test_a_pair_of_symbols_as_a_table_and_as_texts():
    d = load(Experiment(data=Data(source="anbn", window=10, samples=50)))
    found = describe.table(d, 0)
    real = int(d.lengths[0])
    assert found["step"].tolist() == list(range(1, real + 1))
    x, y = describe.texts(d, 0)
    assert x == "".join(found["X: symbol"])
    assert set(y) <= {"b"}
