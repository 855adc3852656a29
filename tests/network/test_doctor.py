"""Findings: Keras shows the problem, the fix removes it."""

import keras
import pytest

from seqlab.data.dataset import Dataset
from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.network.doctor import diagnose


def codes(experiment, dataset=None):
    return [finding.code for finding in diagnose(experiment, dataset)]


def keras_model(experiment):
    model = keras.Sequential([keras.Input((22, 1))])
    for layer in experiment.layers:
        kind = getattr(keras.layers, layer.cell)
        model.add(kind(layer.units, return_sequences=layer.return_sequences))
    model.add(keras.layers.Dense(1))
    return model


def test_a_default_experiment_has_no_findings():
    experiment = Experiment()
    assert diagnose(experiment, load(experiment)) == []


@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM", "GRU"])
def test_missing_return_sequences_is_found_and_fixed(cell):
    experiment = Experiment(layers=(Recurrent(cell=cell, units=3), Recurrent(units=2)))
    with pytest.raises(ValueError, match="expected ndim=3"):
        keras_model(experiment)
    (finding,) = diagnose(experiment)
    assert finding.level == "error"
    assert finding.code == "return_sequences_between_layers"
    assert "layer 1" in finding.fix_label
    assert keras_model(finding.fix).output_shape == (None, 1)
    assert diagnose(finding.fix) == []
    assert finding.fix.layers[0].cell == cell


def test_sequences_before_a_single_target_are_found_and_fixed():
    experiment = Experiment(layers=(Recurrent(units=3, return_sequences=True),))
    assert keras_model(experiment).output_shape == (None, 22, 1)  # not (None, 1), as the target
    (finding,) = diagnose(experiment)
    assert finding.level == "error"
    assert keras_model(finding.fix).output_shape == (None, 1)


def test_both_mistakes_are_mended_one_after_the_other():
    wrong = Experiment(layers=(Recurrent(), Recurrent(return_sequences=True)))
    first, second = diagnose(wrong)
    assert {first.code, second.code} == {
        "return_sequences_between_layers",
        "return_sequences_before_single_target",
    }
    assert diagnose(diagnose(first.fix)[0].fix) == []


def test_a_batch_larger_than_the_data_is_a_hint_with_a_fix():
    experiment = Experiment(training=Training(batch_size=4096))
    dataset = load(experiment)
    (finding,) = diagnose(experiment, dataset)
    assert finding.level == "hint"
    assert finding.fix.training.batch_size == len(dataset.train)
    assert diagnose(finding.fix, dataset) == []


def test_a_window_of_one_step_is_said_to_be_no_recurrence():
    experiment = Experiment(data=Data(window=1))
    assert codes(experiment, load(experiment)) == ["one_timestep"]


def test_a_constant_target_is_named():
    experiment = Experiment(data=Data(source="sine", noise=0))
    dataset = load(experiment)
    flat = Dataset(**{**vars(dataset), "y": dataset.y * 0})
    assert codes(experiment, flat) == ["constant_target"]
