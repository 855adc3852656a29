"""One unit taken apart, parts of the network taken away, steps of the input taken away."""

import numpy as np
import pytest

from seqlab.cells import CELLS
from seqlab.cells.activations import find_activation
from seqlab.lens import ablation
from seqlab.lens.architecture import Architecture
from seqlab.lens.arithmetic import unit
from seqlab.lens.bptt import Layer
from seqlab.lens.forward import answer, forward, run
from seqlab.lens.occlusion import occlusion, saliency
from seqlab.lens.stack import LensError, Stack, stack
from seqlab.lens.trace import trace
from tests.lens.helpers import random_case

draw = np.random.default_rng(0)
SMOOTH = ("tanh", "sigmoid", "softsign", "hard_sigmoid")


@pytest.mark.parametrize("seed", range(24))
def test_the_numbers_of_one_unit_add_up_to_the_trace(seed: int) -> None:
    case = random_case(seed, SMOOTH)
    case.x = case.x[:1]
    mask = case.options.pop("mask", None)
    mask = None if mask is None else mask[0]
    rows = None if mask is None else mask[None]
    layer = Layer(case.cell, case.weights, **case.options)
    expected = trace(case.cell, case.weights, case.x, mask=rows, **case.options)
    which = seed % case.units
    found = unit(layer, case.x[0], which, mask)
    assert list(found.gates) == [block.name for block in CELLS[case.cell].blocks]
    keep = np.ones(case.x.shape[1], bool) if expected.mask is None else expected.mask[0]
    for name, term in found.gates.items():
        total = term.from_input + term.from_state + term.bias
        value = find_activation(term.function).forward(total)
        np.testing.assert_allclose(value[keep], term.value[keep], rtol=1e-9, err_msg=name)
        np.testing.assert_allclose(term.value, expected[name][0, :, which], rtol=1e-12)
    for name, state in found.states.items():
        np.testing.assert_array_equal(state, expected[name][0, :, which])
    h = np.concatenate([[0], found.states["hidden"][:-1]])
    values = {name: term.value for name, term in found.gates.items()}
    if case.cell == "LSTM":
        c = np.concatenate([[0], found.states["cell"][:-1]])
        new = values["forget_gate"] * c + values["input_gate"] * values["candidate"]
        np.testing.assert_allclose(new[keep], found.states["cell"][keep], rtol=1e-9)
        hidden = values["output_gate"] * found.numbers["squashed"]
        np.testing.assert_allclose(hidden[keep], found.states["hidden"][keep], rtol=1e-9)
    if case.cell == "GRU":
        z = values["update_gate"]
        new = z * h + (1 - z) * values["candidate"]
        np.testing.assert_allclose(new[keep], found.states["hidden"][keep], rtol=1e-9)
        candidate = found.gates["candidate"]
        assert (candidate.inner is not None) == case.options["reset_after"]
        if candidate.inner is not None:
            np.testing.assert_allclose(candidate.from_state, values["reset_gate"] * candidate.inner)


def network(cell: str, second: str | None = None, units: int = 4) -> Stack:
    arrays: dict[str, np.ndarray] = {}
    width = 2
    for name, kind in (("a", cell), ("b", second)):
        if kind is None:
            continue
        columns = len(CELLS[kind].blocks) * units
        arrays |= {
            f"{name}/kernel": draw.normal(size=(width, columns)),
            f"{name}/recurrent_kernel": draw.normal(size=(units, columns)),
            f"{name}/bias": draw.normal(size=(2, columns) if kind == "GRU" else columns),
        }
        width = units
    told = {"a": {"cell": cell}, "b": {"cell": second}}
    head = {"head/kernel": draw.normal(size=(units, 1)), "head/bias": np.ones(1)}
    return stack(arrays | head, Architecture(told))


@pytest.mark.parametrize(
    ("cell", "gate"),
    [(c, g) for c, record in CELLS.items() for g in (gate.name for gate in record.gates)],
)
def test_a_gate_held_at_1_is_1_and_the_rest_is_computed_as_before(cell: str, gate: str) -> None:
    x = draw.normal(size=(3, 6, 2))
    held = ablation.gate_held_at_1(network(cell), "a", gate)
    found = run(held, x)["a"]
    np.testing.assert_array_equal(found[gate], 1)
    others = [each.name for each in CELLS[cell].gates if each.name != gate]
    assert all(found[name].max() < 1 for name in others)
    if (cell, gate) == ("LSTM", "forget_gate"):
        sums = np.cumsum(found.input_gate * found.candidate, axis=1)
        np.testing.assert_allclose(found.cell, sums, rtol=1e-12)
    if (cell, gate) == ("GRU", "update_gate"):
        np.testing.assert_array_equal(found.hidden, 0)


def test_a_gate_that_cannot_be_1() -> None:
    arrays = {"a/kernel": np.ones((2, 8)), "a/recurrent_kernel": np.ones((2, 8))}
    made = stack(arrays, Architecture({"a": {"cell": "LSTM", "recurrent_activation": "relu"}}))
    with pytest.raises(LensError, match="'relu' does not end there"):
        ablation.gate_held_at_1(made, "a", "forget_gate")


def test_a_unit_that_is_off_is_read_by_nobody() -> None:
    """By hand: h_t with its second entry put to 0 whenever it is read."""
    made = network("SimpleRNN", "SimpleRNN")
    x = draw.normal(size=(1, 5, 2))
    (w, u, b), (w2, u2, b2) = (layer.weights for layer in made.layers.values())
    h, h2 = np.zeros(4), np.zeros(4)
    keep = np.array([1, 0, 1, 1])
    for row in x[0]:
        h = keep * np.tanh(row @ w + h @ u + b)
        h2 = np.tanh(h @ w2 + h2 @ u2 + b2)
    expected = h2 @ made.head[0] + made.head[1]
    np.testing.assert_allclose(answer(ablation.units_off(made, "a", [1]), x)[0], expected)
    last = ablation.units_off(made, "b", [0, 1, 2, 3])
    np.testing.assert_allclose(answer(last, x)[0], 1)  # the bias alone is left


@pytest.mark.parametrize("cell", CELLS)
def test_occlusion_is_the_output_without_a_step(cell: str) -> None:
    made, x, instead = network(cell), draw.normal(size=(9, 2)), np.array([0.3, -0.2])
    found = occlusion(made, x, instead)
    assert found.size == 1
    for t in range(9):
        without = x.copy()
        without[t] = instead
        change = answer(made, without[None])[0] - answer(made, x[None])[0]
        np.testing.assert_allclose(found.change[t], change, atol=1e-12)
    long = occlusion(made, draw.normal(size=(250, 2)), instead)
    assert (long.size, long.starts[-1], len(long.change)) == (3, 249, 84)


def test_saliency_is_the_slope_of_the_output() -> None:
    made, x = network("GRU", "LSTM"), draw.normal(size=(7, 2))
    found = saliency(made, x)
    for t in (0, 3, 6):
        slopes = []
        for k in range(2):
            up, down = x.copy(), x.copy()
            up[t, k] += 1e-6
            down[t, k] -= 1e-6
            pair = forward([made], np.stack([up, down])).answers[0]
            slopes.append((pair[0] - pair[1]) / 2e-6)
        assert found[t] == pytest.approx(np.linalg.norm(slopes), rel=1e-5)
