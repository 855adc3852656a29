"""The published numbers, and what untrained cells do with a gradient."""

import keras
import numpy as np
import pytest

from seqlab.lens import theory
from seqlab.lens.trace import trace

draw = np.random.default_rng(0)


@pytest.mark.parametrize(("rho", "share"), [(0.9, 0.00515), (1.0, 1.0), (1.1, 117.4)])
def test_gradient_through_50_steps_of_rho_q(rho: float, share: float) -> None:
    """Pascanu, Mikolov & Bengio 2013: rho^50, by the line and by the backward pass."""
    flow = theory.from_the_end(theory.linear(16, rho), np.zeros((1, 51, 16)))
    measured = flow.hidden_norm[0]
    assert measured[0] / measured[-1] == pytest.approx(share, rel=1e-3)
    np.testing.assert_allclose(measured / measured[-1], theory.power_line(rho, 51), rtol=1e-10)


def vanishing(cell: str, **start: float) -> float:
    """|dL/dh_0| / |dL/dh_50| of 32 untrained units reading noise: the median of 5 seeds."""
    found = []
    for seed in range(5):
        x = np.random.default_rng(seed).normal(size=(4, 51, 1))
        layer = theory.untrained(cell, 1, 32, seed, **start)
        norm = theory.from_the_end(layer, x, seed).hidden_norm
        found.append(np.median(norm[:, 0] / norm[:, -1]))
    return float(np.median(found))


def test_with_the_defaults_of_keras_a_simple_rnn_passes_more_gradient_than_an_lstm() -> None:
    """The other way round than most textbooks have it; what helps the LSTM is its forget bias."""
    assert 1e-4 < vanishing("SimpleRNN") < 1e-2
    assert 1e-6 < vanishing("LSTM") < 1e-4
    assert vanishing("LSTM", forget_bias=0.0) < 1e-10
    assert vanishing("LSTM", forget_bias=3.0) > 0.05
    assert vanishing("SimpleRNN", scale=0.5) < 1e-14
    assert vanishing("SimpleRNN", scale=1.5) > 1


@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM", "GRU"])
def test_untrained_cells_begin_as_those_of_keras(cell: str) -> None:
    layer = theory.untrained(cell, 3, 8)
    made = getattr(keras.layers, cell)(8)
    made.build((None, 5, 3))
    kernel, recurrent, bias = made.get_weights()
    assert [np.shape(w) for w in layer.weights] == [kernel.shape, recurrent.shape, bias.shape]
    np.testing.assert_array_equal(layer.weights[2], bias)
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(8), atol=1e-5)
    mine = np.asarray(layer.weights[1])
    np.testing.assert_allclose(mine @ mine.T, np.eye(8), atol=1e-12)
    limit = np.sqrt(6 / sum(kernel.shape))
    assert limit * 0.9 < np.abs(layer.weights[0]).max() <= limit
    assert np.abs(kernel).max() <= limit


def test_product_of_forget_gates_is_the_derivative_along_the_cell_state() -> None:
    """c_T as a function of c_t with all gates held: finite differences of f c + i g."""
    layer = theory.untrained("LSTM", 2, 4)
    run = trace("LSTM", layer.weights, draw.normal(size=(1, 9, 2)))
    f, i, g = run.forget_gate[0], run.input_gate[0], run.candidate[0]

    def last(c: np.ndarray, t: int) -> np.ndarray:
        for s in range(t + 1, 9):
            c = f[s] * c + i[s] * g[s]
        return c

    line = theory.product_line(f)
    for t in range(9):
        c = run.cell[0, t]
        slopes = (last(c + 1e-6, t) - last(c - 1e-6, t)) / 2e-6
        assert line[t] == pytest.approx(np.sqrt((slopes**2).mean()), rel=1e-8)


def test_lines_of_theory_hold_still_where_a_step_is_skipped() -> None:
    mask = np.array([True, False, True, True, False])
    keep = np.full((5, 2), 0.5)
    expected = [0.25, 0.25, 0.5, 1, 1]
    np.testing.assert_allclose(theory.product_line(keep, mask), expected)
    np.testing.assert_allclose(theory.power_line(0.5, 5, mask), expected)
    np.testing.assert_allclose(theory.power_line(0.5, 5), theory.product_line(keep))
