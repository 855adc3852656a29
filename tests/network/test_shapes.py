"""The shape chain and parameter counts against Keras itself and published counts."""

import keras
import pytest

from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Network, Recurrent
from seqlab.network.plan import plan
from seqlab.network.shapes import links
from seqlab.training.build import build
from tests.network.random_networks import random_network

CELLS = ("SimpleRNN", "LSTM", "GRU")


def counted(link):
    """What the formula gives when it is worked out."""
    return eval(link.formula.replace("×", "*") or "0")


def keras_shape(layer):
    """What a layer hands on; with `return_state` that is its output and its states."""
    output = layer.output
    return tuple((output[0] if isinstance(output, list | tuple) else output).shape)


@pytest.mark.parametrize("tens", range(20))
def test_two_hundred_random_networks_are_those_of_keras(tens):
    for seed in range(10 * tens, 10 * tens + 10):
        experiment, frame = random_network(seed)
        model = build(plan(experiment, frame))
        found = links(plan(experiment, frame))
        for link in found:
            assert not link.broken
            assert link.part is not None
            if link.part.role == "input":
                index = 1 if link.part.name == "decoder_input" else 0
                assert link.output == tuple(model.inputs[index].shape)
                continue
            layer = model.get_layer(link.part.name)
            assert link.output == keras_shape(layer), (seed, link)
            assert link.parameters == layer.count_params() == counted(link), (seed, link)
            kind = layer.forward_layer if link.part.bidirectional else layer
            assert type(kind).__name__ == link.part.kind
        assert sum(link.parameters for link in found) == model.count_params()
        assert found[-1].output == model.output_shape


@pytest.mark.parametrize(
    ("cell", "units", "features", "count"),
    [  # keras.io guides, as checked in the project's notes
        ("LSTM", 128, 64, 98_816),
        ("GRU", 256, 64, 247_296),
        ("SimpleRNN", 128, 256, 49_280),
        ("LSTM", 32, 7, 5_120),
    ],
)
def test_published_counts(cell, units, features, count):
    layers = (Recurrent(cell=cell, units=units),)
    link = links(plan(Experiment(layers=layers), Frame(10, features)))[1]
    assert link.parameters == count


def test_the_formula_is_filled_in():
    layers = (
        Recurrent(units=32, bidirectional=True, return_sequences=True),
        Recurrent(cell="SimpleRNN", units=5, bidirectional=True, use_bias=False),
    )
    frame = Frame(timesteps=22, vocabulary=50, outputs=3, kind="class")
    experiment = Experiment(layers=layers, network=Network(embedding=8))
    assert [
        (link.name, link.formula, link.parameters) for link in links(plan(experiment, frame))
    ] == [
        ("Input", "", 0),
        ("Embedding(50, 8)", "50 × 8", 400),
        ("Bidirectional(LSTM(32))", "2 × 4 × (32 × (32 + 8) + 32)", 10_496),
        ("Bidirectional(SimpleRNN(5))", "2 × (5 × (5 + 64))", 690),
        ("Dense(3)", "10 × 3 + 3", 33),
    ]


def test_a_layer_without_time_axis_is_marked():
    found = links(plan(Experiment(layers=(Recurrent(), Recurrent())), Frame(22)))
    assert [link.broken for link in found] == [False, False, True, False]
    with pytest.raises(ValueError, match="expected ndim=3, found ndim=2"):
        keras.Sequential([keras.Input((22, 1)), keras.layers.LSTM(16), keras.layers.LSTM(16)])


def test_an_encoder_that_keeps_its_steps_is_marked():
    experiment = Experiment(
        layers=(Recurrent(return_sequences=True), Recurrent(return_sequences=True))
    )
    frame = Frame(timesteps=9, outputs=4, kind="class", at="sequence", steps=5)
    assert [link.broken for link in links(plan(experiment, frame))] == [
        False,
        False,
        True,
        False,
        False,
    ]
    with pytest.raises(ValueError, match="expected ndim=2, found ndim=3"):
        build(plan(experiment, frame))
