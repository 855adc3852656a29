"""Answers without Keras equal Keras', and what networks write by themselves is right."""

from dataclasses import replace

import numpy as np
import pytest

from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Network, Recurrent
from seqlab.lens.generate import predict, quick_predict, sample, write
from seqlab.lens.stack import LensError, stack
from seqlab.network.plan import plan
from seqlab.training.build import build, late, weights
from tests.network.random_networks import random_network


def inputs(frame, n, seed=0):
    draw = np.random.default_rng(seed)
    lengths = draw.integers(1, frame.timesteps + 1, n) if frame.padded else frame.timesteps
    real = np.arange(frame.timesteps) < np.broadcast_to(lengths, n)[:, None]
    if frame.vocabulary:
        return draw.integers(1, frame.vocabulary, (n, frame.timesteps)) * real
    values = draw.normal(size=(n, frame.timesteps, frame.features)) * real[..., None]
    return values.astype("float32")


def made(experiment, frame):
    model = build(plan(experiment, frame))
    return model, {name: variable.numpy() for name, variable in weights(model)}


def network(experiment, frame, arrays):
    return stack(arrays, plan(experiment, frame).architecture)


def mask_of(x):
    return x != 0 if x.ndim == 2 else (x != 0).any(axis=-1)


@pytest.mark.parametrize("tens", range(4))
def test_random_networks_answer_as_keras_does(tens):
    for seed in range(10 * tens, 10 * tens + 10):
        experiment, frame = random_network(seed)
        model, arrays = made(experiment, frame)
        x = inputs(frame, 4, seed)
        mine = predict(network(experiment, frame, arrays), x, mask_of(x))
        given = [x, late(mine.argmax(axis=-1))] if len(model.inputs) == 2 else x
        theirs = np.asarray(model(given, training=False))
        mine = mine.reshape(theirs.shape)  # a decoder's forecast has an axis of its own
        scale = max(1.0, float(np.abs(theirs).max()))
        np.testing.assert_allclose(mine / scale, theirs / scale, atol=2e-5, err_msg=str(seed))


@pytest.mark.parametrize("cell", ["LSTM", "GRU", "SimpleRNN"])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_a_decoder_writes_what_keras_would_choose_step_by_step(cell, bidirectional):
    encoder = Recurrent(cell=cell, units=3, bidirectional=bidirectional, recurrent_scale=1.5)
    decoder = Recurrent(cell=cell, units=6 if bidirectional else 3, return_sequences=True)
    experiment = Experiment(
        layers=(encoder, decoder), network=Network(head="teacher_forcing", embedding=4)
    )
    frame = Frame(6, outputs=5, kind="class", at="sequence", steps=4, vocabulary=7, padded=True)
    model, arrays = made(experiment, frame)
    arrays["head/kernel"] *= 5
    model.get_layer("head").kernel.assign(arrays["head/kernel"])
    x = inputs(frame, 6)
    chosen = np.zeros((6, 4), int)
    for step in range(4):  # as the exported script does
        chosen[:, step] = np.asarray(model([x, late(chosen)]))[:, step].argmax(axis=-1)
    written = write(network(experiment, frame, arrays), x, mask_of(x))
    np.testing.assert_array_equal(written.symbols, chosen)
    np.testing.assert_allclose(written.probabilities.sum(axis=-1), 1, rtol=1e-5)
    np.testing.assert_allclose(written.confidence, written.probabilities.max(axis=-1))


LANGUAGE = Frame(5, outputs=6, kind="class", at="every step", steps=5, vocabulary=6)


def language(**changes):
    layer = Recurrent(**({"units": 4, "return_sequences": True, "recurrent_scale": 1.5} | changes))
    experiment = Experiment(layers=(layer, layer))
    model, arrays = made(experiment, LANGUAGE)
    arrays["head/kernel"] *= 4
    return network(experiment, LANGUAGE, arrays), model, arrays


def test_sampling_reads_its_own_symbols():
    made_of, model, arrays = language()
    model.get_layer("head").kernel.assign(arrays["head/kernel"])
    text = [2, 5]
    for _ in range(3):  # the whole text anew each time, padded on the right
        padded = np.array([text + [0] * (5 - len(text))])
        text.append(int(np.asarray(model(padded))[0, len(text) - 1].argmax()))
        if text[-1] == 0:
            break
    greedy = sample(made_of, [2, 5], 3, temperature=0)
    assert greedy.symbols[0][: len(text) - 2].tolist() == text[2:]
    again = [sample(made_of, [2], 40, seed=1).symbols.tolist() for _ in "12"]
    assert again[0] == again[1]
    assert sample(made_of, [2], 40, seed=2).symbols.tolist() != again[0]


def test_temperature_flattens_what_is_drawn():
    made_of, _, _ = language()
    share = sample(made_of, [3], 1).probabilities[0, 0]
    for temperature in (0.5, 1.0, 2.0):
        draws = [sample(made_of, [3], 1, temperature, seed).symbols[0, 0] for seed in range(400)]
        expected = share ** (1 / temperature) / (share ** (1 / temperature)).sum()
        found = np.bincount(draws, minlength=6) / 400
        np.testing.assert_allclose(found, expected, atol=0.08)


@pytest.mark.parametrize("changes", [{"bidirectional": True}, {"go_backwards": True}])
def test_what_reads_ahead_cannot_write(changes):
    made_of, _, _ = language(**changes)
    with pytest.raises(LensError, match="from its end"):
        sample(made_of, [1], 3)


@pytest.mark.parametrize("seed", range(12))
def test_following_the_states_alone_gives_the_same_answers(seed):
    experiment, frame = random_network(seed)
    frame = replace(frame, padded=False)
    _, arrays = made(experiment, frame)
    reader, x = network(experiment, frame, arrays), inputs(frame, 3)
    np.testing.assert_allclose(quick_predict(reader, x), predict(reader, x), rtol=1e-5, atol=1e-6)
