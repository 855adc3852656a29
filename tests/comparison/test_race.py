"""Variants trained for real, against `train` and Keras-free arithmetic."""

import numpy as np
import pytest

import seqlab
from seqlab.comparison.study import SeedRun, Study
from seqlab.comparison.variants import varied, with_seed
from seqlab.experiment import Data, Experiment, Recurrent, Training


def variant(cell: str = "LSTM", rate: float = 0.01, seed: int = 0) -> Experiment:
    return Experiment(
        data=Data(window=8),
        layers=(Recurrent(cell=cell, units=4),),
        training=Training(epochs=3, learning_rate=rate, seed=seed),
    )


@pytest.fixture(scope="module")
def study():
    variants = {"LSTM": variant(), "GRU": variant("GRU"), "slow": variant(rate=1e-5)}
    return seqlab.compare(variants, seeds=2, progress=False)


def test_every_variant_is_trained_with_every_seed_as_train_does(study):
    assert list(zip(study.runs.variant, study.runs.seed, strict=True)) == [
        (name, seed) for name in ("LSTM", "GRU", "slow") for seed in (0, 1)
    ]
    alone = variant("GRU", seed=1)
    history = seqlab.train(alone).history
    curve = study.curves.query("variant == 'GRU' and seed == 1")
    assert curve.val_loss.tolist() == history["val_loss"]
    assert curve.epoch.tolist() == [1, 2, 3]
    row = study.runs.query("variant == 'GRU' and seed == 1").iloc[0]
    assert row.best_val_loss == min(history["val_loss"])
    assert row.best_epoch == int(np.argmin(history["val_loss"])) + 1
    assert row.parameters == seqlab.train(alone).model.count_params()
    assert row.seconds > 0


def test_the_same_seed_gives_variants_that_differ_in_the_rate_only_the_same_first_step(study):
    first = study.runs.query("seed == 0").set_index("variant")
    assert first.loc["LSTM"].parameters == first.loc["slow"].parameters
    assert first.loc["LSTM"].val_loss < first.loc["slow"].val_loss


@pytest.mark.parametrize("change", [{"optimizer": "SGD"}, {"cell": "GRU"}, {"units": 8}])
def test_variants_with_one_seed_have_the_same_split_order_and_first_draws(change):
    """The weights of Keras itself: all where the shapes agree, those of the head after any cell."""
    from seqlab.network.plan import plan
    from seqlab.training.batches import order
    from seqlab.training.build import build

    ((key, value),) = change.items()
    pair = [with_seed(each, 3) for each in (variant(), varied(variant(), key, value))]
    one, other = (seqlab.load(each) for each in pair)
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))
    seeds = {each.training.seed for each in pair}
    assert seeds == {3}
    assert order(len(one.train), 3).tolist() == order(len(other.train), 3).tolist()
    assert order(len(one.train), 3).tolist() != order(len(one.train), 4).tolist()
    models = [build(plan(each, data.frame)) for each, data in zip(pair, (one, other), strict=True)]
    drawn = [
        {(layer.name, w.name): w.numpy() for layer in model.layers for w in layer.weights}
        for model in models
    ]
    same = [n for n, w in drawn[0].items() if n in drawn[1] and drawn[1][n].shape == w.shape]
    for name in same:
        np.testing.assert_array_equal(drawn[0][name], drawn[1][name], err_msg=str(name))
    kernels = {name for name in same if "kernel" in name[1]}
    head, whole = {("head", "kernel")}, {name for name in drawn[0] if "kernel" in name[1]}
    assert kernels == {"optimizer": whole, "cell": head, "units": set()}[key]
    assert len(whole) == 3


def test_the_summary_counts_seeds_and_who_beats_the_best_rule(study):
    summary = study.summary.set_index("variant")
    assert summary.n.tolist() == [2, 2, 2]
    best = min(rule.loss for rule in seqlab.load(variant()).baselines.values())
    slow = study.curves.query("variant == 'slow'").val_loss
    assert slow.min() > best
    assert summary.loc["slow"].beats_baseline == 0
    pairs = study.pairs.set_index(["a", "b"])
    assert pairs.loc[("LSTM", "slow")].a_better == 2
    assert "LSTM was better with 2 of 2 seeds" in pairs.loc[("LSTM", "slow")].words


def test_only_what_differs_is_in_the_table_of_differences(study):
    assert list(study.differences.columns) == ["cell_0", "learning_rate"]
    assert study.differences.loc["GRU", "cell_0"] == "GRU"


def test_a_variant_that_cannot_train_is_named_and_the_others_go_on():
    long = variant().model_copy(update={"data": Data(window=500)})
    found = seqlab.compare({"good": variant(), "too long": long}, 1, progress=False)
    assert found.runs.set_index("variant").status.to_dict() == {
        "good": "finished",
        "too long": "failed",
    }
    assert "window" in found.problems["too long"]
    assert (found.pairs.iloc[0].n, found.pairs.iloc[0].a_better) == (0, 0), "it lost to nobody"


def test_a_seed_that_diverged_is_counted_and_never_dropped():
    runs = [
        *(SeedRun("A", s, "finished", loss=[1.0], val_loss=[0.5]) for s in range(4)),
        SeedRun("A", 4, "diverged", loss=[1.0], val_loss=[0.1], message="It became infinite."),
        *(SeedRun("B", s, "finished", loss=[1.0], val_loss=[0.6]) for s in range(5)),
    ]
    study = Study({"A": variant(), "B": variant("GRU")}, runs, {"A": ("rule", 0.55), "B": None})
    a, b = study.summary.iloc[0], study.summary.iloc[1]
    assert (a.n, a.diverged, a["median"], a.beats_baseline) == (5, 1, 0.5, 0.8)
    assert np.isnan(a.iqm)
    assert np.isnan(a.low)
    assert (b.diverged, b.iqm, b.low) == (0, 0.6, 0.6)
    assert np.isnan(b.beats_baseline)
    assert study.pairs.iloc[0].a_better == 4
    assert study.problems == {"A": "It became infinite."}


@pytest.mark.parametrize("seeds", [0, [], [1, 1]])
def test_seeds_that_make_no_sense_are_refused(seeds):
    with pytest.raises(ValueError, match="`seeds`"):
        seqlab.compare({"LSTM": variant()}, seeds)
    with pytest.raises(ValueError, match="no variants"):
        seqlab.compare({}, 2)


@pytest.mark.alone
def test_on_workers_it_says_the_same_as_in_this_process(study, monkeypatch):
    monkeypatch.setenv("SEQLAB_NICE", "0")  # on a busy machine, what is left may be nothing
    variants = {"LSTM": variant(), "GRU": variant("GRU")}
    beside = seqlab.compare(variants, seeds=2, progress=False, workers=1)
    here = study.runs[study.runs.variant != "slow"]
    columns = ["variant", "seed", "status", "epochs", "best_epoch", "parameters"]
    assert beside.runs[columns].values.tolist() == here[columns].values.tolist()
    np.testing.assert_allclose(beside.runs.best_val_loss, here.best_val_loss, rtol=1e-5)


def test_less_than_one_worker_is_refused():
    with pytest.raises(ValueError, match="`workers`, expected at least 1, got 0"):
        seqlab.compare({"LSTM": variant()}, workers=0)
