"""The pictures of the data page: no peak is lost, parts and gaps stand where they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlab.figures import histograms, overview, thin


@given(
    rows=st.integers(1, 5000),
    most=st.integers(2, 500),
    seed=st.integers(0, 9),
    holes=st.floats(0, 1),
)
def test_thinning_keeps_the_extremes_in_order_and_its_limit(rows, most, seed, holes):
    generator = np.random.default_rng(seed)
    values = generator.normal(size=rows)
    values[generator.random(rows) < holes] = np.nan
    found = thin.extremes(values, most)
    assert len(found) <= max(most, 2)
    assert (np.diff(found) > 0).all()
    assert 0 <= found[0] <= found[-1] < rows
    if np.isfinite(values).any():
        assert np.nanmax(values[found]) == np.nanmax(values)
        assert np.nanmin(values[found]) == np.nanmin(values)


def test_few_rows_are_all_drawn():
    assert thin.extremes(np.arange(7.0), 7).tolist() == list(range(7))
    assert thin.evenly(np.arange(10), 5).tolist() == [0, 2, 4, 6, 8]
    assert thin.evenly(np.arange(3), 5).tolist() == [0, 1, 2]


def test_the_parts_are_shaded_from_border_to_border():
    labels = np.arange(1900, 2000)
    figure = overview.series(labels, {"a": np.arange(100.0)}, splits=(60, 90))
    found = [(shape.x0, shape.x1) for shape in figure.layout.shapes]
    assert found == [(1900, 1960), (1960, 1990), (1990, 1999)]
    assert [note.text for note in figure.layout.annotations] == ["training", "validation", "test"]
    without = overview.series(labels, {"a": np.arange(100.0)}, splits=(80, 100))
    assert [note.text for note in without.layout.annotations] == ["training", "validation"]
    assert not overview.series(labels, {"a": np.arange(100.0)}).layout.shapes


def test_gaps_are_marked_where_they_were_filled_or_at_the_bottom():
    labels = np.arange(5)
    gap = np.array([False, True, False, False, True])
    values = np.array([3.0, 4.0, 5.0, 1.0, np.nan])
    figure = overview.series(labels, {"a": values}, gaps={"a": gap})
    (marks,) = (trace for trace in figure.data if trace.name == "missing")
    assert marks.x.tolist() == [1, 4]
    assert marks.y.tolist() == [4, 1]


def test_a_long_series_is_drawn_with_few_points():
    rows = 200_000
    columns = {"a": np.sin(np.arange(rows)), "b": np.arange(float(rows))}
    figure = overview.series(
        np.arange(rows), columns, gaps=dict.fromkeys(columns, np.ones(rows) > 0)
    )
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert max(len(trace.x) for trace in lines) <= thin.MOST_POINTS
    assert max(len(trace.x) for trace in figure.data) <= thin.MOST_POINTS
    assert {trace.yaxis for trace in lines} == {"y", "y2"}
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    assert figure.layout.xaxis.anchor == "y2"


def test_sequences_of_a_class_share_a_colour_and_one_legend_entry():
    generator = np.random.default_rng(0)
    groups = ["a", "b", "a"]
    drawn = [(group, generator.normal(size=(4 + i, 2))) for i, group in enumerate(groups)]
    figure = overview.sequences(drawn, ("x", "y"))
    assert len(figure.data) == 6
    colours = {trace.name: trace.line.color for trace in figure.data}
    assert colours["a"] != colours["b"]
    assert sum(bool(trace.showlegend) for trace in figure.data) == 2
    np.testing.assert_array_equal(figure.data[1].y, drawn[0][1][:, 1])


def test_classes_are_ordered_and_bounded_and_no_markup():
    many = {f"c{i}": (i, 1) for i in range(40)} | {"<b>x": (99, 0), "never": (0, 0)}
    figure = histograms.classes(many)
    train, validation = figure.data
    assert len(train.y) == len(validation.y) == histograms.MOST_BARS
    assert train.y[:2] == (99, 39)
    assert figure.layout.xaxis.ticktext[0] == "&lt;b&gt;x"
    assert "never" not in figure.layout.xaxis.ticktext
    assert histograms.visible(" ") == "␣"


@pytest.mark.parametrize("steps", [[3, 3, 4, 9], list(range(1, 400)), [5, 6]])
def test_every_sequence_is_in_a_bar_of_its_length(steps):
    figure = histograms.lengths(np.array(steps))
    (bar,) = figure.data
    assert sum(bar.y) == len(steps)
    assert len(bar.y) <= histograms.MOST_BARS
    half = bar.width / 0.9 / 2
    for x, y in zip(bar.x, bar.y, strict=True):
        assert y == sum(x - half < step < x + half for step in steps)


def test_the_season_is_marked_on_its_lag():
    lags = np.cos(2 * np.pi * np.arange(50) / 12)
    figure = histograms.autocorrelation(lags, 400, 12)
    bars, mark = figure.data
    np.testing.assert_array_equal(bars.y, lags[1:])
    assert (mark.x[0], mark.y[0]) == (12, lags[12])
    assert figure.layout.shapes[0].y1 == pytest.approx(0.098)
    assert len(histograms.autocorrelation(lags, 400, 0).data) == 1
