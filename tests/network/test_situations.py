"""What is said after a training, in a table of situations that are each trained for real.

Findings must appear where they are true and nowhere else, and their numbers must be those of the
run.
"""

import re
from functools import cache

import keras
import numpy as np
import pytest

from seqlab.data.dataset import Dataset, rmse
from seqlab.data.load import load
from seqlab.data.upload import Table, read_table
from seqlab.experiment import Data, Experiment, Finding, Recurrent, Training
from seqlab.network.doctor import diagnose, read_result
from seqlab.network.plan import plan
from seqlab.training import build, kept_programs, program
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
    # It beats every rule, and still its errors come back with the cycle of the sunspots.
    "well trained": (Experiment(), None, {"resembling_errors"}),
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
        {"worse_than_baseline", "resembling_errors"},
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


@pytest.fixture(scope="module", autouse=True)
def uncompiled():
    """Without XLA, which takes longer to compile than these trainings take."""
    with pytest.MonkeyPatch.context() as patch:
        make = program.Program._make
        patch.setattr(program.Program, "_make", lambda self, jit: make(self, False))
        patch.setattr(kept_programs, "KEPT", 0)
        yield


@cache
def trained(name: str) -> tuple[Dataset, Result, dict[str, Finding]]:
    """Data, result and findings of a situation, by code."""
    e, table, _ = SITUATIONS[name]
    return lived(e, load(e, table))


def norms(e: Experiment, dataset: Dataset, result: Result) -> dict[str, np.ndarray]:
    """By layer, the norm of the gradient by its states, (sequences, timesteps)."""
    x, y = (array[dataset.validation[:SEQUENCES]] for array in (dataset.x, dataset.y))
    flows = gradients(result.model, x, y, build.loss(plan(e, dataset.frame)))
    return {
        layer: flow.hidden_norm if flow.cell_norm is None else flow.cell_norm
        for layer, flow in flows.items()
    }


def lived(e: Experiment, dataset: Dataset) -> tuple[Dataset, Result, dict[str, Finding]]:
    """Trains, looks inside and reads the result, as the page does."""
    result = train(e, dataset)
    x = dataset.x[dataset.validation[:SEQUENCES]]
    found = read_result(
        e,
        dataset,
        result.history,
        result.snapshots[max(result.snapshots)]["prediction"],
        {layer: trace.hidden for layer, trace in gates(result.model, x).items()},
        norms(e, dataset, result),
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


@pytest.mark.parametrize("name", SITUATIONS)
def test_no_advice_goes_against_another(name):
    ours = SITUATIONS[name][0].training
    fixes = [finding.fix.training for finding in trained(name)[2].values() if finding.fix]
    for value in ("epochs", "learning_rate"):
        ways = {np.sign(getattr(fix, value) - getattr(ours, value)) for fix in fixes} - {0}
        assert len(ways) < 2, value


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
    odds = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
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


def test_overfitting_in_the_numbers_of_keras():
    dataset, result, found = trained("overfit")
    val_loss = result.history["val_loss"]
    best = int(np.argmin(val_loss))
    message = found["overfitting"].message
    assert f"since epoch {best + 1}: there the validation loss was {val_loss[best]:.4g}" in message
    result.model.compile(loss="mse", jit_compile=False)
    held_out = dataset.x[dataset.validation], dataset.y[dataset.validation]
    told = float(re.search(r"at the end it is ([\d.]+)\.", message)[1])
    assert told == pytest.approx(result.model.evaluate(*held_out, verbose=0), rel=1e-3)


def test_an_echo_in_its_distances():
    dataset, result, found = trained("echo")
    x = dataset.x[dataset.validation]
    made = dataset.target_scaling.invert(result.model.predict(x, verbose=0))
    from_last = rmse(made, dataset.input_scaling.invert(x[:, -1]))
    from_truth = rmse(made, dataset.truth(dataset.validation))
    assert from_last < 0.5 * from_truth
    words = r"RMSE of ([\d.e-]+), and from the truth by ([\d.e-]+)\."
    told = re.search(words, found["echo"].message).groups()
    assert list(map(float, told)) == pytest.approx([from_last, from_truth], rel=1e-2)


def test_dead_units_are_counted_and_the_fix_has_none():
    dataset, result, found = trained("dead units")
    x = dataset.x[dataset.validation[:SEQUENCES]]
    (trace,) = gates(result.model, x).values()
    dead = int((trace.hidden.max(axis=(0, 1)) == 0).sum())
    assert found["dead_units"].message.startswith(f"{dead} of 16 units")
    assert "dead_units" not in lived(found["dead_units"].fix, dataset)[2]


def test_an_exploded_gradient_in_its_numbers_and_with_another_kernel():
    e = SITUATIONS["exploding"][0]
    dataset, result, found = trained("exploding")
    (norm,) = norms(e, dataset, result).values()
    ratio, length = norm[:, 0].mean() / norm[:, -1].mean(), len(norm) * norm[:, 0].mean()
    message = found["exploding_gradients"].message
    assert f"over 24 steps it grows {ratio:.0e} times, to a length of {length:.2g}" in message
    kept = e.layers[0].model_copy(update={"recurrent_scale": 1.0})
    calm = lived(e.model_copy(update={"layers": (kept,)}), dataset)[2]
    assert "exploding_gradients" not in calm


def test_gradients_of_padded_sequences_end_where_these_do():
    """Behind the end they are exactly 0: a ratio to those would be infinite."""
    dataset, result, _ = trained("padded")
    (norm,) = norms(SITUATIONS["padded"][0], dataset, result).values()
    ends = dataset.lengths[dataset.validation[:SEQUENCES], np.newaxis]
    behind = np.arange(dataset.timesteps) >= ends
    assert behind.any()
    assert (norm[behind] == 0).all()
    assert (norm[:, 0] > 0).any()


def test_the_perfect_answers_every_question():
    dataset, result, _ = trained("perfect")
    answers = result.model.predict(dataset.x[dataset.validation], verbose=0)
    assert (answers.argmax(axis=1) == dataset.y[dataset.validation]).all()


def test_a_vanished_gradient_comes_back_with_what_is_advised_against_it():
    """A recurrent kernel that keeps its length, instead of one that halves everything."""
    e, table, _ = SITUATIONS["vanishing"]
    kept = e.layers[0].model_copy(update={"recurrent_scale": 1.0})
    dataset = load(e, table)
    x, y = (array[dataset.validation[:SEQUENCES]] for array in (dataset.x, dataset.y))
    ratios = []
    for layer in (e.layers[0], kept):
        model = build.build(plan(e.model_copy(update={"layers": (layer,)}), dataset.frame))
        (flow,) = gradients(model, x, y, build.loss(plan(e, dataset.frame))).values()
        norm = flow.hidden_norm.mean(axis=0)
        ratios.append(norm[0] / norm[-1])
    assert ratios[0] < 1e-4 < 1e-2 < ratios[1]


def test_a_rare_class_is_named_before_the_training():
    e = SITUATIONS["imbalanced"][0]
    dataset, result, found = trained("imbalanced")
    before = {finding.code: finding for finding in diagnose(e, dataset)}
    share = np.mean(dataset.y[dataset.train] == dataset.goal.classes.index("usual"))
    assert f"Always giving that answer is {share:.0%} right" in before["imbalance"].message
    entropy = -(share * np.log(share) + (1 - share) * np.log(1 - share))
    first = result.history["loss"][0]
    message = found["not_learning"].message
    assert f"the shares of the classes gives {entropy:.4g}" in message
    assert f"come down from {first:.4g}: more steps may help" in message
