"""Losses and slopes on a dataset equal Keras' own, whatever the head and the goal."""

import numpy as np
import pytest

from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Network, Recurrent, Training
from seqlab.inspection.inner import states_and_gradients
from seqlab.inspection.losses import errors, loss, slopes_of
from seqlab.inspection.networks import answers, network_of, output_of, read
from seqlab.inspection.sequences import mask_of, sample, sequence
from seqlab.lens.backward import gradients
from seqlab.network.plan import plan
from seqlab.training import build, inspect

SMALL = {"window": 7, "samples": 60}
LAYER = Recurrent(units=3, recurrent_scale=1.5)
STEPS = LAYER.model_copy(update={"return_sequences": True})
CASES = {
    "value at the end": Experiment(data=Data(source="sine", **SMALL), layers=(LAYER,)),
    "several values": Experiment(data=Data(source="sine", steps=3, **SMALL), layers=(LAYER,)),
    "classes": Experiment(data=Data(source="first_bit", **SMALL), layers=(LAYER,)),
    "classes, softmax": Experiment(
        data=Data(source="first_bit", **SMALL),
        layers=(LAYER,),
        network=Network(head_activation="softmax"),
    ),
    "classes at every step": Experiment(
        data=Data(source="echo", **SMALL), layers=(STEPS,)
    ),
    "padded steps": Experiment(
        data=Data(source="reber", window=12, samples=60), layers=(STEPS,)
    ),
}  # fmt: skip


@pytest.fixture(params=CASES)
def case(request):
    experiment = CASES[request.param]
    dataset = load(experiment)
    planned = plan(experiment, dataset.frame)
    model = build.build(planned)
    draw = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(np.asarray(weight) + draw.normal(0, 0.4, weight.shape))
    arrays = {name: variable.numpy() for name, variable in build.weights(model)}
    return planned, dataset, model, network_of(arrays, experiment, dataset)


def test_the_loss_is_that_of_keras(case):
    planned, dataset, model, network = case
    index = dataset.validation
    theirs = build.loss(planned)(
        dataset.y[index],
        model(dataset.x[index], training=False),
        sample_weight=dataset.target_weights(index),
    )
    assert loss(network, dataset, index) == pytest.approx(float(theirs), rel=1e-4)
    raw = answers(network, dataset, index)
    np.testing.assert_allclose(raw, model(dataset.x[index]), atol=1e-5)
    each = errors(network, dataset, raw, index)
    for place in range(3):
        one = loss(network, dataset, index[place : place + 1])
        value = dataset.goal.kind == "value"
        assert each[place] == pytest.approx(np.sqrt(one) if value else one, rel=1e-5)
    if dataset.goal.kind == "class":
        np.testing.assert_allclose(output_of(network, dataset, raw).sum(axis=-1), 1, rtol=1e-6)


def test_the_slope_of_one_sequence_goes_back_as_in_keras(case):
    planned, dataset, model, network = case
    index = dataset.validation[:1]
    shown = sequence(dataset, int(index[0]))
    passage = read(network, shown)
    ours = gradients(
        network,
        shown.x[np.newaxis],
        slopes_of(network, dataset, shown, passage.outputs[0, 0]),
        shown.batch_mask,
    )
    objective, weights = build.loss(planned), dataset.target_weights(index)
    theirs = inspect.gradients(
        model,
        dataset.x[index],
        dataset.y[index],
        lambda truth, said: objective(truth, said, sample_weight=weights),
    )
    for name, flow in theirs.items():
        np.testing.assert_allclose(
            ours.flows[name].hidden_norm, flow.hidden_norm, rtol=1e-3, atol=1e-7
        )


def test_states_and_gradients_of_a_sample(case):
    _, dataset, _, network = case
    hidden, norms = states_and_gradients(network, dataset, seed=3)
    chosen = sample(dataset, 16, 3)
    for name, states in hidden.items():
        assert states.shape == (len(chosen), dataset.timesteps, network.units(name))
    assert bool(norms) == (dataset.goal.at == "end")
    mask = mask_of(dataset, chosen)
    assert mask is None or mask.shape == (len(chosen), dataset.timesteps)


def test_a_run_says_itself_how_it_is_built():
    from seqlab.lens import snapshot

    experiment = Experiment(
        data=Data(source="sine", **SMALL),
        layers=(Recurrent(cell="GRU", units=2, activation="relu", go_backwards=True),),
        training=Training(epochs=1),
    )
    dataset = load(experiment)
    planned = plan(experiment, dataset.frame)
    model = build.build(planned)
    arrays = {name: variable.numpy() for name, variable in build.weights(model)}
    kept = snapshot.unpack(snapshot.pack(arrays, planned.architecture))
    other = Experiment(data=experiment.data, layers=(Recurrent(cell="GRU", units=2),))
    network = network_of(kept, other, dataset)
    assert network.layers["gru_0"].activation == "relu"
    assert network.backward("gru_0")
    assert network_of(arrays, other, dataset).layers["gru_0"].activation == "tanh"
