"""Gradients equal finite differences in float64, and TensorFlow's autodiff of Keras' own cells."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqlab.cells import CELLS
from seqlab.cells.activations import ACTIVATIONS
from seqlab.lens.bptt import backward
from seqlab.lens.trace import Trace, trace
from tests.lens.helpers import Case, assert_close, random_case

# Finite differences need functions without kinks. TensorFlow's gelu is right to 1e-8 only.
SMOOTH = ("tanh", "sigmoid", "softplus", "silu", "mish", "softsign", "softmax")
STEP = 1e-6


def prepared(seed: int, cell: str, masked: bool) -> tuple[Case, Trace, np.ndarray]:
    """A case, its trace, and random dL/dhidden: L = sum(slopes * hidden)."""
    case = random_case(seed, SMOOTH, cell, masked)
    run = trace(cell, case.weights, case.x, **case.options)
    return case, run, np.random.default_rng(seed).normal(size=run.hidden.shape)


def back(case: Case, run: Trace, slopes: np.ndarray, **more):
    options = {name: value for name, value in case.options.items() if name != "mask"}
    return backward(run, case.weights, case.x, slopes, **options, **more)


def slope_of(function, at: np.ndarray) -> np.ndarray:
    """Central differences of a scalar function, one entry at a time."""
    found = np.empty_like(at)
    for index in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[index] += STEP
        down[index] -= STEP
        found[index] = (function(up) - function(down)) / (2 * STEP)
    return found


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("seed", range(6))
def test_input_gradient_equals_finite_differences(seed: int, cell: str, masked: bool) -> None:
    case, run, slopes = prepared(seed, cell, masked)

    def loss(x: np.ndarray) -> float:
        return float((trace(cell, case.weights, x, **case.options).hidden * slopes).sum())

    assert_close(back(case, run, slopes).input, slope_of(loss, case.x), 1e-6)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("seed", range(6))
def test_norms_equal_finite_differences_of_the_states(seed: int, cell: str) -> None:
    """Restarts the cell at step t from a state that is moved a little."""
    case, run, slopes = prepared(100 + seed, cell, masked=bool(seed % 2))
    flow = back(case, run, slopes)
    x, mask = case.in_order()
    options = case.options | {"go_backwards": False}
    names = ("hidden", "cell")[: len(CELLS[cell].state_names)]

    def loss_after(t: int, states: list[np.ndarray]) -> float:
        now = float((states[0] * slopes[:, t]).sum())
        if t + 1 == x.shape[1]:
            return now
        rest = trace(
            cell,
            case.weights,
            x[:, t + 1 :],
            **options | {"mask": mask[:, t + 1 :], "initial_state": states},
        )
        return now + float((rest.hidden * slopes[:, t + 1 :]).sum())

    for t in range(x.shape[1]):
        states = [run[name][:, t] for name in names]
        d_hidden = slope_of(lambda h, t=t, s=states: loss_after(t, [h, *s[1:]]), states[0])
        assert_close(flow.hidden_norm[:, t], np.linalg.norm(d_hidden, axis=-1), 1e-6)
        if cell != "LSTM":
            assert flow.cell_norm is None
            continue
        phi = ACTIVATIONS[case.options["activation"]].forward
        o, keep = run.output_gate[:, t], mask[:, t, None]
        before = np.zeros_like(o) if t == 0 else run.hidden[:, t - 1]

        def moved(c: np.ndarray, t=t, o=o, keep=keep, before=before, phi=phi) -> float:
            # the cell state acts through the hidden state of its own step, unless it is skipped
            return loss_after(t, [np.where(keep, o * phi(c), before), c])

        d_cell = np.linalg.norm(slope_of(moved, states[1]), axis=-1)
        np.testing.assert_allclose(flow.cell_norm[:, t], d_cell, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("seed", range(8))
def test_norms_equal_autodiff_of_keras_cells(seed: int, cell: str) -> None:
    case, run, slopes = prepared(200 + seed, cell, masked=bool(seed % 2))
    keras_cell = case.keras_cell()
    steps, mask = case.in_order()
    sequence = [tf.constant(steps[:, t]) for t in range(steps.shape[1])]
    count = len(CELLS[cell].state_names)
    with tf.GradientTape() as tape:
        tape.watch(sequence)
        states = [tf.zeros((len(steps), case.units), tf.float64) for _ in range(count)]
        hiddens, loss = [], 0.0
        for t, x_t in enumerate(sequence):
            _, new = keras_cell(x_t, states)
            keep = mask[:, t, None]
            states = [tf.where(keep, n, s) for n, s in zip(new, states, strict=True)]
            hiddens.append(states[0])
            loss += tf.reduce_sum(states[0] * slopes[:, t])
    d_hidden, d_x = tape.gradient(loss, (hiddens, sequence), unconnected_gradients="zero")
    flow = back(case, run, slopes)
    norms = np.stack([np.linalg.norm(d, axis=-1) for d in d_hidden], axis=1)
    assert_close(flow.hidden_norm, norms, 1e-9)
    order = -1 if case.options["go_backwards"] else 1
    assert_close(flow.input, np.stack(d_x, axis=1)[:, ::order], 1e-9)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_derivative_of_activation_equals_autodiff(name: str) -> None:
    random = np.random.default_rng(0)
    a = random.uniform(-7, 7, (80, 5)).round(3) + 1e-4  # never on a kink
    gradient = random.normal(size=a.shape)
    with tf.GradientTape() as tape:
        tensor = tf.constant(a)
        tape.watch(tensor)
        value = keras.activations.get(name)(tensor)
    expected = tape.gradient(value, tensor, output_gradients=gradient)
    found = ACTIVATIONS[name].backward(a, gradient)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_state_and_final_cell_gradient(cell: str) -> None:
    """dL/dx where the loss reads the last states and the run starts from given ones."""
    case = random_case(5, SMOOTH, cell, False)
    random = np.random.default_rng(0)
    first = [random.normal(size=(len(case.x), case.units)) for _ in CELLS[cell].state_names]
    options = case.options | {"initial_state": first}
    run = trace(cell, case.weights, case.x, **options)
    slopes = {name: random.normal(size=run.hidden.shape) for name in CELLS[cell].state_names}

    def loss(x: np.ndarray) -> float:
        found = trace(cell, case.weights, x, **options)
        return float(sum((found[name] * slopes[name]).sum() for name in slopes))

    more = {"initial_state": first, "d_cell": slopes.get("cell")}
    flow = back(case, run, slopes["hidden"], **more)
    assert_close(flow.input, slope_of(loss, case.x), 1e-6)


def test_norms_far_below_float32_are_not_lost() -> None:
    """h_t = 0.5 h_{t-1} + x_t: |dL/dh_t| halves with every step back, over 1000 steps."""
    weights, x = [np.ones((1, 1)), np.full((1, 1), 0.5)], np.zeros((1, 1000, 1))
    options = {"activation": "linear", "use_bias": False}
    run = trace("SimpleRNN", weights, x, **options)
    slopes = np.zeros((1, 1000, 1))
    slopes[0, -1] = 1
    flow = backward(run, weights, x, slopes, **options)
    np.testing.assert_allclose(flow.hidden_norm[0], 0.5 ** np.arange(999, -1, -1.0), rtol=1e-12)
    assert flow.hidden_norm.min() > 0


def test_wrong_shape_of_slopes() -> None:
    case, run, slopes = prepared(1, "LSTM", False)
    with pytest.raises(ValueError, match="`d_hidden`, expected shape"):
        back(case, run, slopes[:, 1:])
