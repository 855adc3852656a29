"""The figures of the lens hold the numbers they were given."""

import numpy as np

from seqlab.data.log_mel import LogMel
from seqlab.figures import attribution, hidden_trajectory, statistics, style, through_time
from seqlab.figures.through_time import Line

draw = np.random.default_rng(0)


def test_norms_keep_their_colour_and_never_reach_zero() -> None:
    values = np.array([1e-99, 1e-30, 0.0, 1.0])
    lines = [Line("a", values, 0), Line("a, theory", values, 0, "theory")]
    figure = through_time.norms(lines, "length")
    first, second = figure.data
    np.testing.assert_array_equal(first.y, [np.nan, 1e-30, np.nan, 1.0])  # 0 is a gap
    assert first.line.color == second.line.color
    assert (first.line.dash, second.line.dash) == ("solid", "dash")
    assert figure.layout.yaxis.type == "log"


def test_the_clip_threshold_is_a_line() -> None:
    epochs, norms = np.array([1, 2, 3]), np.array([3.0, 2.0, 1.0])
    assert len(through_time.by_epoch(epochs, norms, None).data) == 1
    assert list(through_time.by_epoch(epochs, norms, 1.5).data[1].y) == [1.5, 1.5]


def test_saturation_has_a_whole_bar_for_each_unit_of_each_gate() -> None:
    gates = ("input_gate", "forget_gate")
    now, before = ({gate: tuple(draw.random((2, 7)) / 2) for gate in gates} for _ in range(2))
    figure = statistics.saturation(now, before, "shut", "open")
    bars = [trace for trace in figure.data if trace.type == "bar"]
    dots = [trace for trace in figure.data if trace.type == "scatter"]
    assert [bar.name for bar in bars] == 2 * ["open", "between", "shut"]
    for j, gate in enumerate(gates):
        order = [int(text.split()[1]) - 1 for text in bars[3 * j].text]
        low, high = now[gate]
        np.testing.assert_array_equal(bars[3 * j].y, high[order])
        np.testing.assert_array_equal(bars[3 * j + 2].y, low[order])
        np.testing.assert_allclose(sum(bar.y for bar in bars[3 * j : 3 * j + 3]), 1)
        np.testing.assert_array_equal(dots[2 * j].y, before[gate][1][order])
        np.testing.assert_array_equal(dots[2 * j + 1].y, 1 - before[gate][0][order])
        assert bars[3 * j].marker.color == style.GATE_COLOURS[gate]


def test_half_lives_are_sorted_and_an_endless_one_is_drawn() -> None:
    now, before = np.array([2.0, np.inf, 5.0]), np.array([1.0, 2.0, 3.0])
    old, new, length = statistics.half_lives(now, before, 22).data
    np.testing.assert_array_equal(new.y, [statistics.LONGEST, 5, 2])
    np.testing.assert_array_equal(old.y, [2, 3, 1])
    assert list(new.text) == ["unit 2", "unit 3", "unit 1"]
    assert set(length.y) == {22}


def test_what_mattered_stands_below_the_input() -> None:
    bars = {"slope": np.arange(4.0), "change": -np.arange(4.0)}
    inputs = {"value": np.linspace(0, 1, 4), "marker": np.array([0, 1, 0, 1])}
    figure = attribution.under_the_input(inputs, [], bars)
    assert [trace.type for trace in figure.data] == ["scatter", "bar", "bar", "bar"]
    rows = [figure.layout[f"yaxis{n}"].domain for n in ("", 2, 3)]
    assert rows[0][0] > rows[1][1] > rows[1][0] > rows[2][1]
    text = attribution.under_the_input({}, list("abcd"), bars)
    assert list(text.data[0].text) == list("abcd")


def test_a_path_in_two_and_three_dimensions() -> None:
    points = draw.normal(size=(3, 6, 3))
    points[1, 4:] = np.nan
    colour = np.broadcast_to(np.arange(6.0), (3, 6))
    flat = hidden_trajectory.path(points[..., :2], np.array([0.6, 0.3]), colour, "step", 1, [])
    assert flat.data[0].type == "scatter"
    assert len(flat.data[0].x) == 16
    np.testing.assert_array_equal(flat.data[1].y, points[1, :4, 1])
    owner = np.broadcast_to(np.array([[0], [1], [0]]), (3, 6))
    deep = hidden_trajectory.path(points, np.array([0.6, 0.3, 0.1]), owner, "", 0, ["a", "b"])
    assert deep.data[0].type == "scatter3d"
    assert [len(trace.x) for trace in deep.data[:2]] == [12, 4]
    assert "60%" in deep.layout.scene.xaxis.title.text


def test_a_sound_stands_above_its_bars_step_by_step_and_not_as_curves() -> None:
    made = LogMel(rate=16_000, bands=20)
    levels = -80 * draw.random((30, 20))
    figure = attribution.under_the_input({}, [], {"slope": draw.random(30)}, (levels, made))
    image, bars = figure.data
    np.testing.assert_allclose(image.z, levels.T, atol=0.51)  # a row a band, whole dB
    assert (image.x0, image.dx) == (bars.x[0], bars.x[1] - bars.x[0])
    assert figure.layout.yaxis.title.text == "kHz"
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
