"""Which settings mattered in a class: found where it is known, and by the library's own number."""

import numpy as np
import optuna
import pytest

from seqlab.comparison.class_importance import LEAST_RUNS, class_importance
from seqlab.workshop.class_runs import table
from tests.workshop.test_class_runs import run


def class_of(count, loss):
    """Runs with a learning rate, a cell and a seed each, drawn apart from each other."""
    draw = np.random.default_rng(0)
    runs = []
    for i in range(count):
        rate, cell = float(10 ** draw.uniform(-4, -1)), ("LSTM", "GRU")[draw.integers(2)]
        seed = int(draw.integers(100))
        runs.append(run(i, loss(rate, cell, draw), cell, learning_rate=rate, seed=seed))
    return runs


def test_a_setting_that_is_best_in_the_middle_matters():
    """The rank correlation of such a learning rate is about 0."""
    runs = class_of(90, lambda rate, cell, draw: abs(np.log10(rate) + 2.5) + 0.02 * draw.random())
    shares = class_importance(table(runs))
    assert next(iter(shares)) == "learning_rate"
    assert shares["learning_rate"] > 0.8
    assert sum(shares.values()) == pytest.approx(1)


def test_a_word_matters_and_what_diverged_is_worst():
    runs = class_of(90, lambda rate, cell, draw: (1 if cell == "LSTM" else 9) + draw.random())
    assert next(iter(class_importance(table(runs)))) == "cell_0"
    seeds = np.random.default_rng(1).integers(100, size=90).tolist()
    bad = [run(i, None, "GRU", status="diverged", seed=seeds[i]) for i in range(45)]
    good = [run(i, 0.5 + i / 100, "LSTM", seed=seeds[45 + i]) for i in range(45)]
    found = table(good + bad)
    assert next(iter(class_importance(found))) == "cell_0"
    failed = [run(i, None, "GRU", status="failed", seed=1) for i in range(5)]
    assert class_importance(table(good + bad + failed)) == class_importance(found)


def test_the_shares_are_those_of_optuna():
    runs = class_of(60, lambda rate, cell, draw: rate * 10 + (cell == "GRU") * 0.1)
    rates = [each.experiment.training.learning_rate for each in runs]
    seeds = [each.experiment.training.seed for each in runs]
    spaces = {
        "cell_0": optuna.distributions.CategoricalDistribution(("'GRU'", "'LSTM'")),
        "seed": optuna.distributions.FloatDistribution(min(seeds), max(seeds)),
        "learning_rate": optuna.distributions.FloatDistribution(min(rates), max(rates), log=True),
    }
    study = optuna.create_study()
    for each, rate, seed in zip(runs, rates, seeds, strict=True):
        values = {"cell_0": repr(each.experiment.layers[0].cell), "seed": float(seed)}
        values["learning_rate"] = rate
        study.add_trial(
            optuna.trial.create_trial(params=values, distributions=spaces, value=each.best_val_loss)
        )
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    wanted = optuna.importance.get_param_importances(study, evaluator=evaluator)
    total = sum(wanted.values())
    found = class_importance(table(runs))
    assert found == pytest.approx({name: share / total for name, share in wanted.items()})


def test_few_runs_or_words_of_their_own_say_nothing():
    assert class_importance(table([run(i, i + 0.1, seed=i) for i in range(LEAST_RUNS - 1)])) == {}
    assert class_importance(table([run(i, 0.5, seed=i) for i in range(LEAST_RUNS)])) == {}
    assert class_importance(table([run(i, 0.5 + i) for i in range(LEAST_RUNS)])) == {}
