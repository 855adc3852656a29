"""The cells equal Keras' own, run one step at a time, and the layers' own outputs."""

import math
import pickle
import subprocess
import sys

import keras
import numpy as np
import pytest

from seqlab.cells import CELLS
from seqlab.cells.activations import ACTIVATIONS
from seqlab.cells.cell import Options
from seqlab.lens.trace import trace
from tests.clock import within_cpu_seconds
from tests.lens.helpers import Case, random_case

KERAS = [cell.name for cell in CELLS.values() if cell.is_keras]
# All but the one that soon leaves what a float can hold.
TAME = tuple(sorted(set(ACTIVATIONS) - {"exponential"}))
COMMON = ("tanh", "sigmoid", "relu", "hard_sigmoid")
CLOSE = {"rtol": 1e-5, "atol": 1e-7}


def step_by_step(case: Case) -> dict[str, np.ndarray]:
    """Every array from `keras.layers.*Cell`, called once a step, and its gates column by column."""
    cell, units = case.keras_cell(), case.units
    x, mask = case.in_order()
    states = [np.zeros((len(x), units)) for _ in range(2 if case.cell == "LSTM" else 1)]
    before, after = [], []
    for t in range(x.shape[1]):
        _, new = cell(x[:, t], list(states))
        new = new if isinstance(new, list | tuple) else [new]
        keep = mask[:, t, None]
        before.append(states[0])
        states = [np.where(keep, n, old) for n, old in zip(new, states, strict=True)]
        after.append(states)
    found = dict(zip(("hidden", "cell"), np.moveaxis(np.array(after), 0, 2), strict=False))
    return gates_of(case, x, np.stack(before, axis=1)) | found


def gates_of(case: Case, x: np.ndarray, h: np.ndarray) -> dict[str, np.ndarray]:
    """The gates, from slices of the weights and Keras' activation functions.

    `x` (batch, timesteps, features) and the hidden states before each step.
    """
    if case.cell == "SimpleRNN":
        return {}

    def keras_of(name: str, values: np.ndarray) -> np.ndarray:
        function = keras.activations.get(case.options[name])
        return np.asarray(function(keras.ops.convert_to_tensor(values)))

    kernel, recurrent, u = case.weights[0], case.weights[1], case.units
    bias = case.weights[2] if case.options["use_bias"] else np.zeros(kernel.shape[1])

    def part(array: np.ndarray, gate: int) -> np.ndarray:
        return array[..., gate * u : (gate + 1) * u]

    def total(gate: int) -> np.ndarray:
        one = bias.sum(axis=0) if bias.ndim == 2 else bias
        return x @ part(kernel, gate) + h @ part(recurrent, gate) + part(one, gate)

    if case.cell == "LSTM":
        return {
            "input_gate": keras_of("recurrent_activation", total(0)),
            "forget_gate": keras_of("recurrent_activation", total(1)),
            "candidate": keras_of("activation", total(2)),
            "output_gate": keras_of("recurrent_activation", total(3)),
        }
    z = keras_of("recurrent_activation", total(0))
    r = keras_of("recurrent_activation", total(1))
    if case.options["reset_after"]:
        outer, inner = bias if bias.ndim == 2 else (bias, bias)
        g = x @ part(kernel, 2) + part(outer, 2) + r * (h @ part(recurrent, 2) + part(inner, 2))
    else:
        g = x @ part(kernel, 2) + part(bias, 2) + (r * h) @ part(recurrent, 2)
    return {"update_gate": z, "reset_gate": r, "candidate": keras_of("activation", g)}


def test_equals_keras_cells_step_by_step() -> None:
    compared = 0
    for seed in range(200):
        case = random_case(seed, TAME if seed % 2 else COMMON, KERAS[seed % len(KERAS)])
        found = trace(case.cell, case.weights, case.x, **case.options)
        expected = step_by_step(case)
        if not all(np.isfinite(array).all() for array in expected.values()):
            continue  # without bounds on the gates a few states leave what a float can hold
        compared += 1
        assert tuple(found) == CELLS[case.cell].names
        assert set(expected) == set(found)
        for name, array in expected.items():
            what = f"{name} of case {seed}, {case.cell} {case.options}"
            np.testing.assert_allclose(found[name], array, err_msg=what, **CLOSE)
    assert compared > 190


@pytest.mark.parametrize("seed", range(45))
def test_hidden_is_the_output_of_the_layer(seed: int) -> None:
    case = random_case(1000 + seed, COMMON)
    found = trace(case.cell, case.weights, case.x, **case.options)
    layer = case.layer(return_sequences=True, return_state=True, unroll=bool(seed % 2))
    mask = case.options.get("mask")
    output, *states = layer(case.x, mask=None if mask is None else keras.ops.array(mask))
    np.testing.assert_allclose(found.hidden, output, **CLOSE)
    np.testing.assert_allclose(found.hidden[:, -1], states[0], **CLOSE)
    if case.cell == "LSTM":
        np.testing.assert_allclose(found.cell[:, -1], states[1], **CLOSE)


def test_lstm_by_hand_scalar_by_scalar() -> None:
    """The textbook's equations as loops over single numbers, gates in Keras' order i, f, c, o."""
    case = random_case(1, ("tanh",), "LSTM", False, recurrent_activation="sigmoid", use_bias=True)
    case.options["go_backwards"] = False
    found = trace(case.cell, case.weights, case.x, **case.options)
    kernel, recurrent, bias = case.weights
    u, (batch, timesteps, features) = case.units, case.x.shape

    def sigma(a: float) -> float:
        return 1 / (1 + math.exp(-a))

    for n in range(batch):
        h, c = [0.0] * u, [0.0] * u
        for t in range(timesteps):
            a = [
                bias[k]
                + sum(case.x[n, t, j] * kernel[j, k] for j in range(features))
                + sum(h[j] * recurrent[j, k] for j in range(u))
                for k in range(4 * u)
            ]
            i, f = [sigma(v) for v in a[:u]], [sigma(v) for v in a[u : 2 * u]]
            g, o = [math.tanh(v) for v in a[2 * u : 3 * u]], [sigma(v) for v in a[3 * u :]]
            c = [f[k] * c[k] + i[k] * g[k] for k in range(u)]
            h = [o[k] * math.tanh(c[k]) for k in range(u)]
            by_hand = {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o}
            for name, values in (by_hand | {"cell": c, "hidden": h}).items():
                np.testing.assert_allclose(found[name][n, t], values, rtol=1e-12)


def test_update_gate_of_one_keeps_the_old_state() -> None:
    """In Keras z weighs the old state; half of the literature has it the other way round."""
    kernel, recurrent = np.zeros((1, 3)), np.zeros((1, 3))
    bias = np.array([100.0, 0.0, 5.0])  # z = 1
    found = trace(
        "GRU", [kernel, recurrent, bias], np.ones((1, 4, 1)), reset_after=False,
        initial_state=[np.full((1, 1), 0.25)],
    )  # fmt: skip
    np.testing.assert_allclose(found.update_gate, 1)
    np.testing.assert_allclose(found.hidden, 0.25)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activation_equals_keras(name: str) -> None:
    a = np.concatenate([np.linspace(-9, 9, 361), [-60.0, 60.0]]).reshape(-1, 3)
    with np.errstate(over="ignore"):
        found = ACTIVATIONS[name].forward(a)
    expected = keras.activations.get(name)(keras.ops.convert_to_tensor(a))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12)


def test_all_activations_of_keras_are_there() -> None:
    known = {name for name in dir(keras.activations) if name.islower() and name[0] != "_"}
    assert known - {"get", "serialize", "deserialize"} - set(ACTIVATIONS) == {
        "glu",
        "threshold",
        "sparsemax",
    }


@pytest.mark.parametrize("seed", range(6))
def test_float32_stays_float32_and_close(seed: int) -> None:
    case = random_case(2000 + seed, ("tanh", "sigmoid"))
    exact = trace(case.cell, case.weights, case.x, **case.options)
    single = [weight.astype(np.float32) for weight in case.weights]
    found = trace(case.cell, single, case.x, **case.options)
    for name, array in found.items():
        assert array.dtype == np.float32
        assert exact[name].dtype == np.float64
        np.testing.assert_allclose(array, exact[name], atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_initial_state_continues_a_run(cell: str) -> None:
    case = random_case(7, ("tanh",), cell, False, go_backwards=False)
    case.x = np.concatenate([case.x, case.x[:, ::-1]], axis=1)
    whole = trace(cell, case.weights, case.x, **case.options)
    middle = case.x.shape[1] // 2
    states = [whole[name][:, middle - 1] for name in ("hidden", "cell")[: 1 + (cell == "LSTM")]]
    rest = trace(cell, case.weights, case.x[:, middle:], initial_state=states, **case.options)
    for name in whole:
        np.testing.assert_allclose(rest[name], whole[name][:, middle:], rtol=1e-12)


def test_large_inputs_saturate_without_a_warning(recwarn: pytest.WarningsRecorder) -> None:
    case = random_case(1, ("tanh",), "LSTM", False, recurrent_activation="sigmoid")
    found = trace(case.cell, case.weights, case.x * 1e6, **case.options)
    assert all(np.isfinite(array).all() for array in found.values())
    assert found.input_gate.min() == pytest.approx(0, abs=1e-30)
    assert found.input_gate.max() == 1
    assert not recwarn.list


def test_a_trace_is_a_mapping_with_attributes() -> None:
    case = random_case(1, ("tanh",), "LSTM", True)
    found = trace(case.cell, case.weights, case.x, **case.options)
    assert list(found) == list(CELLS["LSTM"].names)
    assert found.kind == "LSTM"
    assert found.forget_gate is found["forget_gate"]
    assert found.cell is found["cell"]
    assert found.cell.shape == (*case.x.shape[:2], case.units)
    with pytest.raises(AttributeError, match="reset_gate"):
        _ = found.reset_gate
    with pytest.raises(AttributeError):
        found.kind = "GRU"
    again = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(again.cell, found.cell)
    np.testing.assert_array_equal(found.reversed().hidden, found.hidden[:, ::-1])
    np.testing.assert_array_equal(found.reversed().mask, found.mask[:, ::-1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cell": "RNN"}, r"`cell`, expected one of SimpleRNN, LSTM, GRU.*, got 'RNN'"),
        ({"weights": [np.zeros((2, 12))]}, r"`weights`, expected 3 arrays"),
        ({"weights": [np.zeros((2, 8)), np.zeros((3, 12)), np.zeros(12)]}, r"`weights`, .*\(2, 12"),
        ({"weights": [np.zeros((2, 12)), np.zeros((3, 12)), np.zeros((2, 12))]}, r"for a LSTM"),
        ({"x": np.zeros((1, 5, 3))}, r"`x`, expected shape \(batch, timesteps, 2\)"),
        ({"x": np.zeros((5, 2))}, r"`x`, .* got shape \(5, 2\)"),
        ({"mask": np.ones((1, 4))}, r"`mask`, expected shape \(1, 5\), got shape \(1, 4\)"),
        ({"activation": "glu"}, r"`activation`, expected one of .*, got 'glu'"),
        ({"initial_state": [np.zeros((1, 3))]}, r"`initial_state`, expected 2 array"),
    ],
)
def test_bad_arguments_are_told_in_a_sentence(changes: dict, message: str) -> None:
    good = {
        "cell": "LSTM",
        "weights": [np.zeros((2, 12)), np.zeros((3, 12)), np.zeros(12)],
        "x": np.zeros((1, 5, 2)),
    }
    assert trace(**good).hidden.shape == (1, 5, 3)
    with pytest.raises(ValueError, match=message):
        trace(**good | changes)


@pytest.mark.parametrize("cell", CELLS)
def test_is_fast(cell: str) -> None:
    """200 steps of 64 units take some 4 ms; the limit leaves room for a busy machine."""
    shapes = CELLS[cell].weight_shapes(8, 64, Options())
    single = [np.full(shape, 0.01, np.float32) for shape in shapes]
    x = np.ones((1, 200, 8), np.float32)
    within_cpu_seconds(0.05, lambda: trace(cell, single, x))


def test_lens_needs_neither_keras_nor_tensorflow() -> None:
    code = (
        "import sys, seqlab.lens.trace, seqlab.lens.bptt;"
        "sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
