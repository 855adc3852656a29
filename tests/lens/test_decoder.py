"""Encoder-decoders: what they write equals Keras, and gradients equal finite differences."""

from dataclasses import replace

import numpy as np
import pytest

from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Network, Recurrent
from seqlab.lens.ablation import units_off
from seqlab.lens.arithmetic import unit
from seqlab.lens.backward import gradients
from seqlab.lens.forward import Passage, forward
from seqlab.lens.stack import LensError, Stack, stack
from seqlab.network.plan import plan
from seqlab.training.build import build, weights

STEPS = 4
TEXT = Frame(6, 1, 5, "class", "sequence", STEPS, vocabulary=7, padded=True)
NUMBERS = Frame(6, 2, STEPS, "value", "end")


def case(
    head: str, cell: str, both: bool, frame: Frame = TEXT, masking: bool = True
) -> tuple[Stack, object]:
    """A network for the lens, and the same as a Keras model, with random weights."""
    units = 6 if both and head == "teacher_forcing" else 3  # the states of both directions
    experiment = Experiment(
        layers=(
            Recurrent(cell=cell, units=3, bidirectional=both),
            Recurrent(cell=cell, units=units, return_sequences=True),
        ),
        network=Network(head=head, embedding=2, masking=masking),
    )
    model = build(plan(experiment, frame))
    draw = np.random.default_rng(len(head + cell) + both)
    arrays = {name: draw.normal(size=v.shape).astype("f4") for name, v in weights(model)}
    for name, variable in weights(model):
        variable.assign(arrays[name])
    return stack(arrays, plan(experiment, frame).architecture), model


def texts() -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).integers(1, 7, (5, 6))
    lengths = np.array([6, 3, 5, 2, 6])
    mask = np.arange(6) < lengths[:, np.newaxis]
    return x * mask, mask


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
@pytest.mark.parametrize("both", [False, True])
def test_a_decoder_that_reads_itself_equals_keras(cell: str, both: bool) -> None:
    network, model = case("teacher_forcing", cell, both)
    x, mask = texts()
    said = forward([network], x, mask).outputs[0]
    own = said.argmax(axis=-1)
    late = np.concatenate([np.zeros((len(x), 1), int), own[:, :-1]], axis=1)
    np.testing.assert_allclose(said, model([x, late]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("both", [False, True])
def test_a_decoder_that_reads_the_summary_equals_keras(both: bool) -> None:
    network, model = case("repeat_vector", "LSTM", both)
    x, mask = texts()
    np.testing.assert_allclose(forward([network], x, mask).outputs[0], model(x), atol=1e-5)
    network, model = case("repeat_vector", "SimpleRNN", both, NUMBERS)
    x = np.random.default_rng(0).normal(size=(3, 6, 2)).astype("f4")
    passage = forward([network], x)
    np.testing.assert_allclose(passage.outputs[0][..., 0], model(x), atol=1e-5)
    assert passage.traces["simplernn_1"]["hidden"].shape == (1, 3, STEPS, 3)


@pytest.mark.parametrize("head", ["teacher_forcing", "repeat_vector"])
@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
def test_input_gradient_equals_finite_differences(head: str, cell: str) -> None:
    network = case(head, cell, both=True)[0].in_float64()
    x, mask = texts()
    x, mask = x[1:2], mask[1:2]
    slopes = np.random.default_rng(1).normal(size=(1, STEPS, 5))
    # every step gets a symbol of its own, so that its embedding alone can be moved
    table = network.embed(x)[0]
    apart = replace(network, embedding=table)

    def loss(embedding: np.ndarray) -> float:
        said = forward([replace(network, embedding=embedding)], np.arange(6)[None], mask).outputs
        return float((said[0] * slopes).sum())

    expected = np.empty_like(table)
    for index in np.ndindex(table.shape):
        up, down = table.copy(), table.copy()
        up[index] += 1e-6
        down[index] -= 1e-6
        expected[index] = (loss(up) - loss(down)) / 2e-6
    found = gradients(apart, np.arange(6)[np.newaxis], slopes, mask)
    np.testing.assert_allclose(found.input[0], expected, atol=1e-7 * np.abs(expected).max() + 1e-8)
    assert np.abs(expected[:3]).max() > 1e-6
    assert not expected[3:].any()


def _decoder_unit(passage: Passage, network: Stack, name: str, which: int):
    begins = [state[0, 0] for state in passage.begins]
    read = passage.inputs[network.place(name)][0, 0]
    return unit(network.layers[name], read, which, None, begins)


def test_one_unit_of_a_decoder_adds_up_from_the_states_that_were_handed_over() -> None:
    network, _ = case("teacher_forcing", "LSTM", both=True)
    x, mask = texts()
    passage = forward([network], x[:1], mask[:1])
    found = _decoder_unit(passage, network, "lstm_1", 4)
    trace = passage.trace("lstm_1")
    np.testing.assert_allclose(found.states["cell"], trace.cell[0, :, 4], atol=1e-6)
    forget, enter = found.gates["forget_gate"], found.gates["input_gate"]
    first = forget.value[0] * found.numbers["c_before"][0]
    first += enter.value[0] * found.gates["candidate"].value[0]
    assert first == pytest.approx(found.states["cell"][0])
    total = forget.from_input[0] + forget.from_state[0] + forget.bias[0]
    assert 1 / (1 + np.exp(-total)) == pytest.approx(forget.value[0])
    with pytest.raises(LensError, match="takes over their states"):
        units_off(network, "lstm_0/forward", [0])


def test_padding_is_read_by_a_network_without_masking() -> None:
    network, model = case("repeat_vector", "LSTM", both=False, masking=False)
    x, mask = texts()
    said = forward([network], x, mask).outputs[0]
    masked = forward([replace(network, masked=True)], x, mask).outputs[0]
    assert np.abs(said - masked).max() > 0.01
    np.testing.assert_allclose(said, model(x), atol=1e-5)
