"""minLSTM against the closed form of its recurrence, and all the way through the house."""

import numpy as np
import pytest

import seqlab
from seqlab.cells import CELLS
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.lens.trace import trace
from tests.cells.reference import keras_output, run_script

draw = np.random.default_rng(0)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def closed_form(kernel, bias, x):
    """h_T as a sum over all steps: the new of step s, times what every later step has kept.

    Feng et al. 2024, section 3.2: the recurrence is linear in h, so a scan may take it in any
    order; here no step follows from the one before.
    """
    f, i, candidate = np.split(x @ kernel + bias, 3, axis=-1)
    f, i = sigmoid(f), sigmoid(i)
    keep, take = f / (f + i), i / (f + i)
    steps = x.shape[1]
    hidden = np.zeros((len(x), steps, f.shape[-1]))
    for t in range(steps):
        for s in range(t + 1):
            kept = np.prod(keep[:, s + 1 : t + 1], axis=1)
            hidden[:, t] += kept * take[:, s] * candidate[:, s]
    return hidden


@pytest.fixture(scope="module")
def case():
    x = draw.normal(size=(3, 9, 2))
    return draw.normal(size=(2, 15)), draw.normal(size=15), x


def test_the_lens_equals_the_closed_form(case):
    kernel, bias, x = case
    run = trace("MinLSTM", [kernel, bias], x)
    np.testing.assert_allclose(run.hidden, closed_form(kernel, bias, x), atol=1e-12)
    sums = x @ kernel + bias
    np.testing.assert_allclose(run.forget_gate, sigmoid(sums[..., :5]), atol=1e-12)
    np.testing.assert_allclose(run.input_gate, sigmoid(sums[..., 5:10]), atol=1e-12)
    np.testing.assert_allclose(run.candidate, sums[..., 10:], atol=1e-12)


def test_the_keras_layer_equals_the_closed_form(case):
    np.testing.assert_allclose(keras_output("MinLSTM", *case), closed_form(*case), atol=1e-6)


def test_parameters_follow_the_formula():
    assert CELLS["MinLSTM"].parameters(16, 3, True) == (192, "3 × (16 × 3 + 16)")
    assert CELLS["MinLSTM"].parameters(16, 3, False) == (144, "3 × (16 × 3)")


def test_it_trains_and_its_script_gives_the_same_losses(tmp_path):
    experiment = Experiment(
        data=Data(source="sine", samples=200, window=12),
        layers=(
            Recurrent(cell="MinLSTM", units=6, return_sequences=True, bidirectional=True),
            Recurrent(cell="MinLSTM", units=5),
        ),
        training=Training(epochs=4),
    )
    result = seqlab.train(experiment)
    assert result.history["loss"][-1] < result.history["loss"][0]
    for name, values in run_script(experiment, tmp_path).items():
        np.testing.assert_allclose(result.history[name], values, rtol=1e-4)
