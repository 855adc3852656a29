"""The shape chain and parameter counts against Keras itself and published counts."""

from itertools import product

import keras
import pytest

from seqlab.experiment import Recurrent
from seqlab.network.shapes import chain

CELLS = ("SimpleRNN", "LSTM", "GRU")


@pytest.mark.parametrize(
    ("first", "second", "sequences", "features"),
    product(CELLS, (*CELLS, None), (True, False), (1, 3)),
)
def test_equals_keras(first, second, sequences, features):
    layers = [Recurrent(cell=first, units=5, return_sequences=bool(second) or sequences)]
    if second:
        layers.append(Recurrent(cell=second, units=4, return_sequences=sequences))
    model = keras.Sequential([keras.Input((7, features))])
    for layer in layers:
        kind = getattr(keras.layers, layer.cell)
        model.add(kind(layer.units, return_sequences=layer.return_sequences))
    model.add(keras.layers.Dense(2))

    links = chain(tuple(layers), 7, features, 2)

    assert [link.output for link in links] == [layer.output.shape for layer in model.layers]
    assert [link.parameters for link in links] == [layer.count_params() for layer in model.layers]
    assert not any(link.broken for link in links)


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
    link = chain((Recurrent(cell=cell, units=units),), 10, features, 1)[0]
    assert link.parameters == count


@pytest.mark.parametrize("cell", CELLS)
def test_the_formula_on_screen_gives_the_count(cell):
    for link in chain((Recurrent(cell=cell, units=32),), 22, 3, 1):
        assert eval(link.formula.replace("×", "*")) == link.parameters


def test_a_layer_without_time_axis_is_marked():
    links = chain((Recurrent(), Recurrent()), 22, 1, 1)
    assert [link.broken for link in links] == [False, True, False]
    with pytest.raises(ValueError, match="expected ndim=3, found ndim=2"):
        keras.Sequential([keras.Input((22, 1)), keras.layers.LSTM(16), keras.layers.LSTM(16)])
