"""The pictures of a class: what is drawn is what was given."""

import numpy as np

from seqlab.figures import ballots, class_plot
from seqlab.workshop.class_runs import RESULTS, table
from tests.workshop.test_class_runs import run


def test_a_point_a_run_with_a_colour_by_cell():
    runs = [run(0, 0.5, "GRU"), run(1, 0.4, "LSTM"), run(2, 0.3, "GRU"), run(3, None, "LSTM")]
    figure = class_plot.points(table(runs), "learning_rate", "best_val_loss", RESULTS, 0.8)
    drawn = {trace.name: list(trace.y) for trace in figure.data}
    assert drawn == {"LSTM": [0.4], "GRU": [0.5, 0.3]}
    assert len({trace.marker.color for trace in figure.data}) == 2
    assert len({trace.marker.symbol for trace in figure.data}) == 2
    assert figure.layout.shapes[0].y0 == 0.8


def test_a_baseline_of_nothing_is_a_line_only_where_it_has_a_place():
    close, far = ([run(i, loss) for i, loss in enumerate(losses)] for losses in ((1, 2), (1, 99)))
    drawn = [
        class_plot.points(table(r), "seed", "best_val_loss", RESULTS, 0.0) for r in (close, far)
    ]
    assert [len(figure.layout.shapes) for figure in drawn] == [1, 0]
    assert drawn[1].layout.yaxis.type == "log"


def test_words_and_wide_numbers_have_axes_of_their_own():
    runs = [run(i, 0.1 + i, optimizer=name) for i, name in enumerate(("Adam", "SGD"))]
    by_word = class_plot.points(table(runs), "optimizer", "best_val_loss", RESULTS)
    assert by_word.layout.xaxis.type == "category"
    by_one = class_plot.points(table([run(0)]), "learning_rate", "best_val_loss", RESULTS)
    assert by_one.layout.xaxis.type == "category"
    runs = [run(i, 0.5, learning_rate=rate) for i, rate in enumerate((1e-4, 1e-1))]
    by_rate = class_plot.points(table(runs), "learning_rate", "best_val_loss", RESULTS)
    assert by_rate.layout.xaxis.type == "log"
    assert by_rate.layout.yaxis.type is None


def test_one_loss_without_bounds_leaves_a_few_ticks_that_say_their_whole_value():
    runs = [run(0, 0.2, learning_rate=1e-5), run(1, 1e7, learning_rate=1.0)]
    figure = class_plot.points(table(runs), "learning_rate", "best_val_loss", RESULTS)
    assert 3 <= len(figure.layout.yaxis.tickvals) <= 7
    assert "1e-05" in figure.layout.xaxis.ticktext


def test_a_band_has_every_curve_and_the_median_of_most():
    curves = [np.array([3.0, 2.0, 1.0]), np.array([5.0, 4.0]), np.array([1.0, 0.5])]
    figure = class_plot.band(curves, 2.5)
    median = next(trace for trace in figure.data if trace.name == "median")
    np.testing.assert_allclose(median.y, [3.0, 2.0, np.nan])
    assert len(figure.data) == 3 + 2


def test_dots_stand_above_each_other():
    figure = ballots.dots([2.0, 1.0, 2.0])
    assert list(figure.data[0].x) == [1.0, 2.0, 2.0]
    assert list(figure.data[0].y) == [1, 1, 2]


def test_drawn_curves_and_their_median():
    figure = ballots.curves([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], 1.5)
    assert [list(trace.y) for trace in figure.data[:3]] == [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    assert list(figure.data[3].y) == [1.0, 1.0]
    assert not ballots.curves([], 1.0).data
    over = ballots.curves([[0.0, 1.0]], 1.0, epochs=40)
    assert list(over.data[0].x) == [1.0, 40.0]
    assert over.layout.xaxis.title.text == "epoch"


def test_bars_of_a_choice_are_counts():
    figure = ballots.bars({"<b>LSTM</b>": 2, "GRU": 0})
    assert list(figure.data[0].x) == [2, 0]
    assert "<b>" not in figure.data[0].y[0]
