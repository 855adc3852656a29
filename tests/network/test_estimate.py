"""The estimate of a training's time: what it must grow with, and that it learns from a run."""

import dataclasses

import pytest

from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.network.estimate import Estimate, _left_to_keras, about, estimate
from seqlab.network.plan import plan
from seqlab.training.build import build
from seqlab.training.scan_layers import left_to_keras
from tests.network.random_networks import random_network

BASE = Experiment(data=Data(source="sine", samples=500))
DATASET = load(BASE)


def epoch(layers=BASE.layers, dataset=DATASET, **training):
    e = Experiment(data=BASE.data, layers=layers, training=Training(**training))
    return estimate(e, dataset).epoch


def test_more_work_takes_longer():
    small = epoch()
    assert epoch((Recurrent(units=256),)) > small
    assert epoch((Recurrent(return_sequences=True), Recurrent())) > small
    assert epoch((Recurrent(bidirectional=True),)) > small
    assert epoch((Recurrent(activation="relu"),)) > small
    assert epoch(batch_size=4) > small
    assert epoch(dataset=dataclasses.replace(DATASET, train=DATASET.train[:100])) < small
    longer = load(BASE.model_copy(update={"data": Data(source="sine", samples=500, window=100)}))
    assert epoch(dataset=longer) > small


def test_epochs_and_compiling_add_up():
    ten = estimate(BASE.model_copy(update={"training": Training(epochs=10)}), DATASET)
    assert ten.total == pytest.approx(ten.compiling + 10 * ten.epoch)
    assert estimate(BASE, DATASET, compiled=True).compiling == 0
    assert Estimate(epoch=0.1, compiling=2, epochs=60).words == "about 8 s"


def test_a_slower_machine_takes_longer():
    slower = estimate(BASE, DATASET, 3.0)
    assert slower.epoch == pytest.approx(3 * estimate(BASE, DATASET).epoch)
    assert slower.compiling == pytest.approx(3 * estimate(BASE, DATASET).compiling)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about a second"),
        (8.4, "about 8 s"),
        (47, "about 45 s"),
        (100, "about 2 min"),
        (3600, "about 60 min"),
        (3 * 3600, "about 3 h"),
    ],
)
def test_words(seconds, words):
    assert about(seconds) == words


def test_it_knows_which_loops_are_left_to_keras():
    for seed in range(0, 60, 3):
        experiment, frame = random_network(seed)
        slow = [layer for layer in experiment.layers if _left_to_keras(layer)]
        assert len(left_to_keras(build(plan(experiment, frame)))) == len(slow) + sum(
            layer.bidirectional for layer in slow
        )
