"""What the views of Inspect draw, worked out without a screen: against finite differences."""

import numpy as np
import pytest

from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Recurrent
from seqlab.inspection.attribution import attribution_of_steps, typical, unit_of
from seqlab.inspection.gradient_flow import flows_of, theory_line
from seqlab.inspection.losses import loss
from seqlab.inspection.networks import network_of, read
from seqlab.inspection.sequences import sequence
from seqlab.inspection.signals import answer_signals, input_signals
from seqlab.inspection.typed_text import batch_of, can_read, spelled
from seqlab.inspection.typed_text import read as read_typed
from seqlab.network.plan import plan
from seqlab.training import build


def made(experiment):
    dataset = load(experiment)
    model = build.build(plan(experiment, dataset.frame))
    arrays = {name: variable.numpy().astype(float) for name, variable in build.weights(model)}
    return dataset, network_of(arrays, experiment, dataset)


SINE = Experiment(
    data=Data(source="sine", window=6, samples=80), layers=(Recurrent(cell="GRU", units=3),)
)


def test_slopes_of_steps_are_those_of_the_answer_in_its_own_units():
    dataset, network = made(SINE)
    shown = sequence(dataset, int(dataset.validation[0]))
    found = attribution_of_steps(network, dataset, shown, 0, -1)
    for step in (0, 3, 5):
        answers = []
        for change in (-1e-3, 1e-3):
            moved = sequence(dataset, int(dataset.validation[0]))
            moved.x[step] = moved.x[step] + change
            raw = read(network, moved).answers[0, 0]
            answers.append(dataset.target_scaling.invert(raw)[0])
            moved.x[step] = moved.x[step] - change
        slope = (answers[1] - answers[0]) / 2e-3 / dataset.input_scaling.scale[0]
        assert found.slopes[step] == pytest.approx(abs(slope), rel=2e-2)
    assert unit_of(dataset, 0) == dataset.target_scaling.scale[0]
    np.testing.assert_allclose(typical(dataset), dataset.x[dataset.train].mean(axis=(0, 1)))


def test_the_gradient_of_a_sequence_is_that_of_its_loss():
    dataset, network = made(SINE)
    index = dataset.validation[:1]
    shown = sequence(dataset, int(index[0]))
    flows = flows_of(network, dataset, shown)
    (flow,) = flows.values()
    before = []
    for change in (-1e-3, 1e-3):
        x = dataset.x[index[0], 2, 0]
        dataset.x[index[0], 2, 0] = x + change
        before.append(loss(network, dataset, index))
        dataset.x[index[0], 2, 0] = x
    assert flow.input[0, 2, 0] == pytest.approx((before[1] - before[0]) / 2e-3, rel=5e-2)
    trace = read(network, shown).trace("gru_0")
    name, line = theory_line(network.layers["gru_0"], trace, flow, slice(None))
    assert name.startswith("product of the ")
    assert line[-1] == pytest.approx(flow.hidden_norm[0, -1])


def test_signals_have_the_shape_of_what_follows_them():
    dataset, _ = made(SINE)
    found = input_signals(dataset, dataset.validation)
    shape = (len(dataset.validation), dataset.timesteps)
    assert all(signal.shape == shape for signal in found.values())
    assert "target" in found
    assert "target" not in input_signals(dataset, dataset.validation, targets=False)
    dates = load(Experiment(data=Data(source="dates", samples=60)))
    signals, counts = answer_signals(dates, dates.validation)
    assert counts.shape == dates.y[dates.validation].shape
    assert all(signal.shape == counts.shape for signal in signals.values())


def test_a_typed_text_is_read_as_the_network_knows_it():
    dates = load(Experiment(data=Data(source="dates", samples=60)))
    assert can_read(dates)
    tokens = dates.x[0]
    text = spelled(dates, tokens)
    known, remark = read_typed(dates, text)
    np.testing.assert_array_equal(known, tokens[tokens > 0])
    assert remark == ""
    batch = batch_of(dates, known)
    assert batch.shape == (1, dates.timesteps if dates.frame.padded else len(known))
    _, remark = read_typed(dates, text + "\u2603")
    assert "\u2603" in remark
