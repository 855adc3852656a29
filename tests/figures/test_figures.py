"""Figures show the numbers that they were given, on the scales that they promise."""

import html
import json

import numpy as np
import pytest

from seqlab.cells import CELLS
from seqlab.figures import (
    answers,
    attribution,
    gates,
    hidden_trajectory,
    learning,
    prediction,
    preview,
    statistics,
    style,
)


def traces(figure):
    return {trace.name: trace for trace in figure.data}


def test_the_loss_chart_has_both_curves_and_the_baseline_over_all_epochs():
    epoch = np.array([1, 2, 3])
    loss, val_loss = np.array([0.5, 0.2, 0.1]), np.array([0.6, 0.3, np.nan])
    figure = learning.loss(epoch, loss, val_loss, ("persistence", 0.9), epochs=10)
    found = traces(figure)
    np.testing.assert_array_equal(found["loss"].y, loss)
    np.testing.assert_array_equal(found["val_loss"].y, val_loss)
    assert tuple(found["persistence"].x) == (0, 10)
    assert tuple(found["persistence"].y) == (0.9, 0.9)
    assert figure.layout.yaxis.type == "log"
    assert tuple(figure.layout.xaxis.range) == (0, 10)


def test_further_rules_are_lines_with_their_names():
    none = np.array([])
    figure = learning.loss(none, none, none, ("persistence", 0.9), 10, others={"mean": 1.1})
    line = traces(figure)["mean"]
    assert tuple(line.y) == (1.1, 1.1)
    assert line.text[-1] == "mean"


def test_without_a_validation_part_there_is_no_val_loss_in_the_legend():
    epoch, loss = np.array([1, 2]), np.array([0.9, 0.5])
    figure = learning.loss(epoch, loss, np.full(2, np.nan), None, epochs=5)
    assert [trace.name for trace in figure.data] == ["loss"]


def test_an_earlier_run_that_exploded_leaves_the_newest_one_its_room():
    epoch, near, far = np.array([1, 2]), np.array([1.0, 0.3]), np.array([2.0, 1e28])
    ghosts = [learning.Ghost("rate 1", epoch, far)]
    axis = learning.loss(epoch, near, near, None, 5, ghosts=ghosts).layout.yaxis
    assert axis.range[0] < np.log10(0.3) < 0 < axis.range[1] < 1.5
    calm = [learning.Ghost("units 8", epoch, 9 * near)]
    shown = learning.loss(epoch, near, near, None, 5, ghosts=calm)
    assert shown.layout.yaxis.range is None  # all of it has room


def test_a_loss_that_exploded_leaves_few_ticks():
    losses = np.array([1.0, 1e28])
    axis = learning.loss(np.array([1, 2]), losses, losses, None, 5).layout.yaxis
    assert len(axis.tickvals) <= 6
    assert axis.tickvals[0] <= 1
    assert axis.tickvals[-1] >= 1e24


def test_names_of_lines_that_lie_close_together_do_not_overlap():
    def names(baseline):
        figure = learning.loss(np.array([1, 2]), losses, losses, baseline, 5, others=levels)
        assert {trace.name for trace in figure.data} > set(levels)  # each line is there
        return [trace.text[1] for trace in figure.data if trace.text]

    losses = np.array([1.0, 0.01])
    levels = {"mean": 1.0, "seasonal naive": 0.52, "chance": 0.5, "regression": 0.1, "zero": 0.0}
    # The first two lines are 0.14 of the axis apart: too little for a name below and one above.
    assert names(None) == ["mean", "", "", "regression", ""]
    assert names(("persistence", 0.11)) == ["mean", "", "", "", ""]


def test_a_single_epoch_is_a_dot_not_an_invisible_line():
    one = np.array([1.0])
    figure = learning.loss(np.array([1]), one, one, None, epochs=5)
    assert all("markers" in trace.mode for trace in figure.data)


def test_ticks_of_the_logarithmic_axis_say_their_whole_value():
    none, losses = np.array([]), np.array([1.0, 0.1])
    assert not learning.loss(none, none, none, None, epochs=5).layout.yaxis.tickvals
    axis = learning.loss(np.array([1, 2]), losses, losses, None, epochs=5).layout.yaxis
    assert [float(text) for text in axis.ticktext] == pytest.approx(list(axis.tickvals))


@pytest.mark.parametrize("cell", CELLS)
def test_heat_maps_show_every_gate_and_state_with_time_on_x(cell):
    generator = np.random.default_rng(0)
    names = [name for line in CELLS[cell].rows for name in line]
    trace = {name: generator.uniform(-1, 1, (7, 3)) for name in names}  # (T, units)
    figure = gates.heat_maps(cell, trace)
    found = traces(figure)
    assert set(found) == {style.GATE_NAMES[name] for name in names}
    for name in names:
        z = found[style.GATE_NAMES[name]].z
        np.testing.assert_allclose(z, trace[name].T.astype(np.float32))
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (0, 1)
    assert (figure.layout.coloraxis2.cmin, figure.layout.coloraxis2.cmax) == (-1, 1)


def test_a_cell_state_beyond_one_widens_its_own_scale_and_says_so():
    trace = dict.fromkeys(["input_gate", "forget_gate", "output_gate"], np.full((4, 2), 0.5))
    trace |= {"candidate": np.zeros((4, 2)), "hidden": np.zeros((4, 2))}
    figure = gates.heat_maps("LSTM", trace | {"cell": np.full((4, 2), -3.21)})
    assert figure.layout.coloraxis3.cmax == pytest.approx(3.3)
    assert figure.layout.coloraxis2.cmax == 1
    assert any("±3.3" in note.text for note in figure.layout.annotations)


def test_the_prediction_chart_lays_the_three_lines_over_time():
    times, truth = np.arange(1990, 1995), np.arange(5.0)
    guess, found = truth - 1, truth + 0.5
    figure = prediction.over_time(times, truth, found, ("persistence", guess), "sunspots")
    lines = traces(figure)
    np.testing.assert_array_equal(lines["truth"].y, truth)
    np.testing.assert_array_equal(lines["persistence"].y, guess)
    np.testing.assert_array_equal(lines["prediction"].y, found)
    np.testing.assert_array_equal(lines["prediction"].x, times)


def test_before_training_there_is_no_prediction_to_draw():
    figure = prediction.over_time(np.arange(3), np.arange(3.0), None, None, "y")
    assert set(traces(figure)) == {"truth"}


def test_the_pair_is_drawn_at_its_rows():
    labels, series = np.arange(1700, 1760), np.sin(np.arange(60.0))
    figure = preview.pair(
        labels,
        series,
        {"sunspots": series},
        start=10,
        window=5,
        horizon=2,
        split=48,
        name="sunspots",
    )
    found = traces(figure)
    np.testing.assert_array_equal(found["X"].x, labels[10:15])
    np.testing.assert_array_equal(found["X"].y, series[10:15])
    assert list(found["y"].x) == [labels[16]]  # two steps after the last step of X
    assert list(found["y"].y) == [series[16]]


NASTY = '<b>x</b><a href="http://e.vil">&amp;</a> $x^2$\n' + "v" * 500


def test_names_from_files_are_no_markup():
    rows = np.arange(5.0)
    figure = prediction.over_time(rows, rows, rows, (NASTY, rows), NASTY)
    texts = [figure.layout.yaxis.title.text, *(trace.name for trace in figure.data)]
    shown = [text for text in texts if "x" in text]
    assert len(shown) == 2
    for text in shown:
        assert not {"<", ">", "$", "\n"} & set(text)
        assert html.unescape(text).startswith('<b>x</b><a href="http://e.vil">&amp;</a> $x^2$ vvv')
        assert len(html.unescape(text)) == style.LONGEST_NAME
    learnt = learning.loss(rows, rows, rows, ("<i>naive</i>", 1.0), 5)
    assert "&lt;i&gt;naive&lt;/i&gt;" in traces(learnt)


def test_names_and_symbols_in_the_pictures_of_the_lens_are_no_markup():
    rows, points = np.arange(4.0), np.random.default_rng(0).normal(size=(2, 6, 2))
    figures = [
        statistics.likeness([NASTY, "b"], np.zeros((3, 2))),
        hidden_trajectory.path(points, np.ones(2) / 2, np.ones((2, 6)), NASTY, 0, []),
        hidden_trajectory.path(points, np.ones(2) / 2, np.zeros((2, 6)), "", 0, [NASTY, "b"]),
        attribution.under_the_input({NASTY: rows}, [], {"slope": rows}),
        attribution.under_the_input({}, [NASTY, "b", "c", "d"], {"slope": rows}),
        answers.values(rows, rows, NASTY),
    ]
    for figure in figures:
        told = str(json.loads(figure.to_json()))
        assert "<b>" not in told
        assert "&lt;b&gt;x" in told  # once, not twice


def test_a_pair_of_one_sequence_is_drawn_on_its_own_sequence():
    labels = np.tile(np.arange(40), 3)  # three sequences, one behind the other
    target = np.arange(120.0)
    figure = preview.pair(labels, target, {"a": target}, 45, 5, 1, 120, "a")
    np.testing.assert_array_equal(traces(figure)["a"].y, np.arange(40.0, 80.0))


def test_quotes_in_a_text_stand_as_they_are():
    figure = preview.strip(('"', "it's", "<b>"), ("pos",), False)
    assert figure.data[0].text[0] == ['"', "it's", "&lt;b&gt;"]


def test_a_long_run_is_drawn_with_the_extremes_of_both_curves_and_few_bytes():
    epochs = 10_000
    noise = np.random.default_rng(0).uniform(0.5, 1.5, (2, epochs))
    train, validation = noise / np.arange(1, epochs + 1) ** 0.3
    train[7777], validation[1234] = 9.0, 0.001  # a peak of one, the best epoch of the other
    short = learning.loss(np.arange(1, 401), train[:400], validation[:400], None, 400, most=400)
    long = learning.loss(np.arange(1, epochs + 1), train, validation, None, epochs, most=400)
    assert len(short.data[0].x) == 400  # all of it
    first, second = long.data[:2]
    np.testing.assert_array_equal(first.x, second.x)  # one epoch is told with both losses
    assert {1, 1235, 7778, epochs} <= set(first.x)
    for curve, losses in ((first, train), (second, validation)):
        np.testing.assert_allclose(curve.y, losses[curve.x - 1], rtol=1e-7)
        assert max(curve.y) == pytest.approx(losses.max())
        assert min(curve.y) == pytest.approx(losses.min())
    assert len(long.to_json()) < 20_000


@pytest.mark.parametrize(("low", "most"), [(0.1, 6), (0.003, 9), (1e-6, 7), (1e-30, 7)])
def test_ticks_of_a_logarithmic_axis_leave_each_other_room(low, most):
    losses = np.array([1.0, low])
    axis = learning.loss(np.array([1, 2]), losses, losses, None, 2).layout.yaxis
    inside = [tick for tick in axis.tickvals if low * 0.99 <= tick <= 1.01]
    assert 2 <= len(inside) <= most
