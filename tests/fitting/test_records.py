"""Every record is what Keras has under its name, and says of it what is so."""

import inspect
from contextlib import nullcontext

import keras
import numpy as np
import pytest

from seqlab.experiment import Recurrent, Training
from seqlab.fitting.losses import LOSSES, losses_of
from seqlab.fitting.metrics import METRICS
from seqlab.fitting.optimizers import KNOBS
from seqlab.fitting.schedules import SCHEDULES

EXACT = {
    "value": (np.array([[1.0], [2.0], [4.0]]), np.array([[1.0], [2.0], [4.0]])),
    "class": (np.array([0, 1]), np.array([[1.0, 0.0], [0.0, 1.0]])),
}
ROWS = np.array([[1.0, 0.0], [0.0, 1.0]])  # classes as rows of zeros and a one


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_loss_is_keras_own_and_least_where_the_answer_is_exact(loss):
    cls = getattr(keras.losses, loss.keras)
    assert type(keras.losses.get(keras.losses.serialize(cls()))) is cls
    assert callable(keras.losses.get(loss.name))
    assert ("from_logits" in inspect.signature(cls).parameters) == loss.entropy
    truth, exact = (ROWS, ROWS) if loss.one_hot else EXACT[loss.fits]
    assert float(cls()(truth, exact)) == pytest.approx(0, abs=1e-5)
    assert float(cls()(truth, exact[::-1])) > 0.1


def test_each_kind_of_targets_has_a_usual_loss():
    assert losses_of("value")[0] == "mean_squared_error"
    assert losses_of("class")[0] == "sparse_categorical_crossentropy"


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_measures_what_it_says_and_a_script_gets_the_same_one(metric):
    truth, exact = EXACT[metric.fits]
    measured = getattr(keras.metrics, metric.keras)(name=metric.name)
    measured.update_state(truth, exact)
    best = 1 if metric.name in ("accuracy", "r2_score") else 0
    assert float(measured.result()) == pytest.approx(best, abs=1e-6)
    scripted = eval(metric.script, {"keras": keras})
    if not isinstance(scripted, str):
        assert type(scripted) is type(measured)
        assert scripted.name == metric.name
    if metric.fits == "value":
        steps, anew = np.ones((2, 3, 1)), type(measured)()
        with nullcontext() if metric.steps else pytest.raises(ValueError, match="shape"):
            anew.update_state(steps, steps)


@pytest.mark.parametrize("name", KNOBS)
def test_an_optimizer_has_the_knobs_and_defaults_of_keras(name):
    parameters = inspect.signature(getattr(keras.optimizers, name)).parameters
    assert {knob: parameters[knob].default for knob in KNOBS[name]} == KNOBS[name]
    assert KNOBS[name].keys() <= Training.model_fields.keys()


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
@pytest.mark.parametrize("rate", [0.1, 0.73])
def test_a_schedule_is_that_of_keras_in_training_and_in_both_kinds_of_script(schedule, rate):
    assert set(schedule.settings) <= set(Training.model_fields) - set(Recurrent.model_fields)
    steps, first = np.arange(0, 26), 0.02
    if schedule.share is None:
        assert schedule.arguments is None
        assert eval(schedule.in_script(rate)) == 1
        return
    share = schedule.share(steps / 20, rate)
    assert share[0] == pytest.approx(1)
    code = {"keras": keras, "np": np, "after": (steps / 20).astype(np.float32)}
    scripted = np.asarray(eval(schedule.in_script(rate), code))
    within = steps <= 20  # a script ends there
    np.testing.assert_allclose(scripted[within], share[within], rtol=1e-5)
    cls = getattr(keras.optimizers.schedules, schedule.keras)
    theirs = cls(first, decay_steps=20, **schedule.arguments(first, rate))
    np.testing.assert_allclose([float(theirs(s)) for s in steps], first * share, rtol=1e-5)
