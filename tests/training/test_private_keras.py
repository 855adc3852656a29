"""Keras still has the names that are not its public ones: if one is gone, this says which."""

import json
import random

import keras
import numpy as np
import tensorflow as tf

from seqlab.training import keras_safety, private_keras

L = keras.layers


def test_layers_at_any_depth_and_right_inside():
    inner = keras.Sequential([keras.Input((3, 2)), L.LSTM(2, name="deep")], name="inner")
    model = keras.Sequential([inner, L.Dense(1, name="head")], name="outer")
    names = {layer.name for layer in private_keras.all_layers(model)}
    assert {"outer", "inner", "deep", "head"} <= names
    inside = [layer.name for layer in private_keras.sublayers(model)]
    assert inside[-2:] == ["inner", "head"]
    assert "deep" not in inside


def test_the_mask_travels_with_the_tensor():
    embedded = L.Embedding(5, 2, mask_zero=True)(np.array([[1, 0]]))
    assert np.asarray(private_keras.mask_of(embedded)).tolist() == [[True, False]]
    assert private_keras.mask_of(tf.zeros(3)) is None


def test_a_symbol_knows_its_layer():
    dense = L.Dense(2)
    assert private_keras.maker_of(dense(keras.Input((3,)))) is dense
    assert private_keras.maker_of(object()) is None


def test_another_loop_over_time_runs_only_while_it_is_asked_for():
    layer, x = L.GRU(2), np.ones((1, 4, 3), np.float32)
    own = np.asarray(layer(x))

    def zeros(sequences, initial_state, mask, training=False):
        hidden = tf.zeros((1, 4, 2))
        return hidden[:, -1], hidden, [hidden[:, -1]]

    with private_keras.inner_loop(layer, zeros):
        assert not np.asarray(layer(x)).any()
    np.testing.assert_array_equal(np.asarray(layer(x)), own)


def test_a_model_casts_what_it_reads_to_the_dtype_of_its_symbols():
    symbol = keras.Input((3,))
    seen = []
    model = keras.Model(symbol, L.Lambda(lambda x: (seen.append(x.dtype), x)[1])(symbol))
    private_keras.set_dtype(model.inputs[0], "float64")
    for layer in private_keras.all_layers(model):
        layer.dtype_policy = keras.DTypePolicy("float64")
    model(np.ones((1, 3)))
    assert seen[-1] == tf.float64


def seed_of(generator):
    return np.asarray(generator.state).tolist()


def test_seeds_are_drawn_from_what_is_given_and_then_from_where_they_were():
    with private_keras.seeds_drawn_from(random.Random(7)):
        first = [seed_of(keras.random.SeedGenerator()) for _ in range(2)]
    with private_keras.seeds_drawn_from(random.Random(7)):
        again = [seed_of(keras.random.SeedGenerator()) for _ in range(2)]
    assert first == again
    random.seed(7)
    assert seed_of(keras.random.SeedGenerator()) == first[0]


def test_a_file_spells_private_modules_as_the_check_of_strangers_files_expects():
    symbol = keras.Input((None, 2))
    masked = L.Masking()(symbol)
    model = keras.Model(symbol, L.LSTM(2)(masked) * 2)
    modules = set()

    def look(part):
        for inner in part if isinstance(part, list) else ():
            look(inner)
        if isinstance(part, dict):
            modules.add(str(part.get("module")))
            look(list(part.values()))

    look(json.loads(model.to_json()))
    assert any(name.startswith(keras_safety.OPERATIONS) for name in modules)
    private = {name for name in modules if name.startswith("keras.src")}
    assert {
        n for n in private if not n.startswith(keras_safety.OPERATIONS)
    } <= keras_safety.MODEL_MODULES
    assert keras_safety.MODEL_MODULES & modules
