"""What is said after a training, in a table of situations that are each trained for real.

Findings must appear where they are true and nowhere else, and their numbers must be those of the
run.
"""

from functools import cache

import numpy as np
import pytest

from seqlab.data.dataset import Dataset, rmse
from seqlab.data.frame import Frame
from seqlab.data.load import load
from seqlab.data.upload import Table, read_table
from seqlab.experiment import Data, Experiment, Finding, Recurrent, Training
from seqlab.network.doctor import diagnose, read_result
from seqlab.training import build
from seqlab.training.inspect import gates, gradients
from seqlab.training.train import Result, train

SEQUENCES = 16  # that are followed through the network


def experiment(data: Data, layer: dict[str, object], **training: object) -> Experiment:
    return Experiment(data=data, layers=(Recurrent(**layer),), training=Training(**training))


def random_walk() -> Table:
    walk = np.cumsum(np.random.default_rng(3).normal(size=400))
    lines = [f"{i},{value:.4f}" for i, value in enumerate(walk)]
    return read_table("\n".join(["t,value", *lines]).encode(), "walk.csv")


def rare_class() -> Table:
    """Sequences of noise, one in eight of another class; nothing tells them apart."""
    draw = np.random.default_rng(0)
    rows = [
        f"{'rare' if i % 8 == 0 else 'usual'},"
        + ",".join(f"{value:.3f}" for value in draw.normal(size=12))
        for i in range(160)
    ]
    names = ",".join(f"t{i}" for i in range(12))
    return read_table("\n".join([f"label,{names}", *rows]).encode(), "rare.csv")


UPLOAD = {"source": "upload", "file": "f"}
SITUATIONS: dict[str, tuple[Experiment, Table | None, set[str]]] = {
    "well trained": (Experiment(), None, set()),
    "overfit": (
        experiment(Data(), {"units": 64}, epochs=80, learning_rate=0.02),
        None,
        {"overfitting"},
    ),
    "overconfident": (
        experiment(
            Data(source="trend", samples=120, noise=3.0, window=20),
            {"units": 32},
            epochs=120,
            learning_rate=0.02,
        ),
        None,
        {"overconfident", "overfitting"},
    ),
    "echo": (
        experiment(Data(**UPLOAD, window=10), {"units": 8}, epochs=60, learning_rate=0.01),
        random_walk(),
        {"echo"},
    ),
    "dead units": (
        experiment(
            Data(source="sine", window=16, samples=300),
            {"cell": "SimpleRNN", "units": 16, "activation": "relu"},
            epochs=6,
            learning_rate=0.3,
        ),
        None,
        {"not_learning", "dead_units"},
    ),
    "vanishing": (
        experiment(
            Data(source="first_bit", window=60, samples=200),
            {"cell": "SimpleRNN", "units": 16, "recurrent_scale": 0.5},
            epochs=4,
        ),
        None,
        {"not_learning", "vanishing_gradients"},
    ),
    "exploding": (
        experiment(
            Data(source="sine", window=24, samples=300),
            {"cell": "SimpleRNN", "units": 8, "activation": "linear", "recurrent_scale": 1.5},
            epochs=2,
            learning_rate=1e-5,
        ),
        None,
        {"not_learning", "exploding_gradients"},
    ),
    "padded": (
        experiment(Data(source="vowels"), {"units": 16}, epochs=6, learning_rate=0.01),
        None,
        set(),
    ),
    "imbalanced": (
        experiment(Data(**UPLOAD), {"units": 4}, epochs=3),
        rare_class(),
        {"not_learning"},
    ),
    "worse than the best rule": (
        experiment(Data(), {"units": 8}, epochs=2, learning_rate=0.001),
        None,
        {"worse_than_baseline"},
    ),
    "perfect": (
        experiment(
            Data(source="trend", samples=200, noise=0.0, window=20),
            {"units": 16},
            epochs=40,
            learning_rate=0.02,
        ),
        None,
        set(),
    ),
}


@cache
def trained(name: str) -> tuple[Dataset, Result, dict[str, Finding]]:
    """Data, result and findings of a situation, by code."""
    e, table, _ = SITUATIONS[name]
    dataset = load(e, table)
    result = train(e, dataset)
    x, y = (array[dataset.validation[:SEQUENCES]] for array in (dataset.x, dataset.y))
    flows = gradients(result.model, x, y, build.loss(e, Frame.of(dataset)))
    found = read_result(
        e,
        dataset,
        result.history,
        result.snapshots[max(result.snapshots)]["prediction"],
        {layer: trace.hidden for layer, trace in gates(result.model, x).items()},
        {
            layer: flow.hidden_norm if flow.cell_norm is None else flow.cell_norm
            for layer, flow in flows.items()
        },
    )
    return dataset, result, {finding.code: finding for finding in found}


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_said_is_what_is_so(name):
    _, _, found = trained(name)
    assert set(found) == SITUATIONS[name][2]


@pytest.mark.parametrize("name", SITUATIONS)
def test_no_number_is_infinite_and_no_advice_leads_nowhere(name):
    e = SITUATIONS[name][0]
    for finding in trained(name)[2].values():
        assert "inf" not in finding.message.split()
        assert "nan" not in finding.message.split()
        assert finding.fix != e
        assert finding.fix is None or finding.fix_label


def test_worse_than_the_best_rule_in_its_numbers():
    dataset, result, found = trained("worse than the best rule")
    best = min(dataset.baselines.values(), key=lambda rule: rule.rmse)
    ours = rmse(
        dataset.target_scaling.invert(result.snapshots[2]["prediction"]),
        dataset.truth(dataset.validation),
    )
    message = found["worse_than_baseline"].message
    assert f"RMSE {ours:.4g} against {best.rmse:.4g}" in message
    assert "linear autoregression" in message


def test_overconfidence_in_its_numbers():
    dataset, result, found = trained("overconfident")
    logits = result.snapshots[120]["prediction"].astype(float)
    odds = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    right = (logits.argmax(axis=1) == dataset.y[dataset.validation]).mean()
    message = found["overconfident"].message
    assert f"{right:.1%} of them are right" in message
    assert f"a probability of {odds.max(axis=1).mean():.1%}" in message
    assert f"validation loss {result.history['val_loss'][-1]:.4g}" in message


@pytest.mark.parametrize("name", ["overfit", "overconfident"])
def test_to_stop_where_it_is_advised_is_better(name):
    """The explanation is tried out: with the Fix, the loss at the end is the lowest."""
    dataset, result, found = trained(name)
    fixed = train(found["overfitting"].fix, dataset)
    assert fixed.history["val_loss"][-1] == min(result.history["val_loss"])


def test_a_vanished_gradient_comes_back_with_what_is_advised_against_it():
    """A recurrent kernel that keeps its length, instead of one that halves everything."""
    e, table, _ = SITUATIONS["vanishing"]
    kept = e.layers[0].model_copy(update={"recurrent_scale": 1.0})
    dataset = load(e, table)
    x, y = (array[dataset.validation[:SEQUENCES]] for array in (dataset.x, dataset.y))
    ratios = []
    for layer in (e.layers[0], kept):
        model = build.build(e.model_copy(update={"layers": (layer,)}), Frame.of(dataset))
        (flow,) = gradients(model, x, y, build.loss(e, Frame.of(dataset))).values()
        norm = flow.hidden_norm.mean(axis=0)
        ratios.append(norm[0] / norm[-1])
    assert ratios[0] < 1e-4 < 1e-2 < ratios[1]


def test_a_rare_class_is_named_before_the_training():
    e, table, _ = SITUATIONS["imbalanced"]
    codes = {finding.code for finding in diagnose(e, load(e, table))}
    assert "imbalance" in codes
