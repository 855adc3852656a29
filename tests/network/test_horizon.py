"""The error of forecasts by their distance: against Keras step by step, and against the rules."""

import numpy as np
import pytest

from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Recurrent
from seqlab.lens.stack import LensError, stack
from seqlab.network.horizon import at_once, longest_run, running_free, runs_free
from seqlab.network.plan import plan
from seqlab.training.build import build, weights

SINE = Experiment(
    data=Data(source="sine", samples=120, window=6), layers=(Recurrent(units=3, cell="GRU"),)
)


def network(experiment, data, model=None):
    planned = plan(experiment, data.frame)
    arrays = {name: v.numpy() for name, v in weights(model or build(planned))}
    return stack(arrays, planned.architecture)


def test_a_free_run_reads_its_own_forecasts_and_is_compared_with_what_came():
    data = load(SINE)
    model = build(plan(SINE, data.frame))
    found = running_free(SINE, data, network(SINE, data, model), 4)
    window = data.x[data.validation][: len(found.rows)]
    for step in range(4):
        said = np.asarray(model(window))
        np.testing.assert_allclose(
            found.forecast[:, step], data.target_scaling.invert(said)[:, 0], rtol=1e-4, atol=1e-5
        )
        window = np.concatenate([window[:, 1:], said[:, np.newaxis]], axis=1)
    series = data.values[:, 0]
    for i, row in enumerate(found.rows):
        np.testing.assert_array_equal(found.truth[i], series[row : row + 4])
        assert (found.rules["persistence"][i] == series[row - 1]).all()
    off = found.forecast[:, 2] - found.truth[:, 2]
    assert found.errors[2] == pytest.approx(np.sqrt(np.mean(off**2)))
    assert found.rows[-1] + 4 <= len(series)


def test_one_step_ahead_persistence_has_its_known_error():
    data = load(SINE)
    made = network(SINE, data)
    found = running_free(SINE, data, made, 1)
    assert len(found.rows) == len(data.validation)
    known = data.baselines["persistence"].rmse
    assert found.rule_errors["persistence"][0] == pytest.approx(known)
    with pytest.raises(LensError, match="fewer than"):
        running_free(SINE, data, made, longest_run(data) + 1)


def test_a_free_run_is_measured_against_every_rule_and_the_best_one_comes_first():
    experiment = Experiment(data=Data(source="elnino", window=24))
    data = load(experiment)
    made = network(experiment, data)
    one = running_free(experiment, data, made, 1)
    for name in ("linear autoregression", "seasonal naive"):
        error = np.sqrt(np.mean((one.rules[name] - one.truth) ** 2))
        if one.windows == len(one.rows):  # then it is the baseline of the data itself
            assert error == pytest.approx(data.baselines[name].rmse, rel=1e-5)
    found = running_free(experiment, data, made, 18)
    errors = [np.mean(np.square(values - found.truth)) for values in found.rules.values()]
    assert errors == sorted(errors)
    # The second step of the autoregression has read its own first one.
    x, y = data.x[data.train][..., 0].astype(float), data.y[data.train][:, 0]
    design = np.column_stack([x, np.ones(len(x))])
    coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
    window = data.x[found.rows - data.timesteps - data.starts[0], :, 0].astype(float)
    for step in range(2):
        said = window @ coefficients[:-1] + coefficients[-1]
        np.testing.assert_allclose(
            found.rules["linear autoregression"][:, step],
            data.target_scaling.invert(said[:, None])[:, 0],
            rtol=1e-4,
        )
        window = np.column_stack([window[:, 1:], said])


def test_several_steps_at_once_have_the_errors_of_their_rules():
    experiment = Experiment(data=Data(source="elnino", window=24, steps=12))
    data = load(experiment)
    assert not runs_free(experiment, data)
    found = at_once(data, data.y[data.validation])
    np.testing.assert_allclose(found.errors, 0, atol=1e-5)
    for name, rule in data.baselines.items():
        by_step = found.rule_errors[name]
        assert len(by_step) == 12
        assert np.sqrt(np.mean(by_step**2)) == pytest.approx(rule.rmse, rel=1e-4)
    assert found.rule_errors["persistence"][0] < found.rule_errors["persistence"][5]


@pytest.mark.parametrize(
    "changes", [{"source": "lorenz"}, {"horizon": 3}, {"source": "adding"}, {"source": "reviews"}]
)
def test_what_reads_more_than_one_series_cannot_run_free(changes):
    data = Data.model_validate({"source": "sine", "window": 10, "samples": 200} | changes)
    experiment = Experiment(data=data)
    assert not runs_free(experiment, load(experiment))
