"""What the picture of a loss depends on before a run: what leaves it alone draws nothing anew."""

import numpy as np
import pytest

from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Network, Recurrent, Training
from seqlab.report.loss_curve import loss_curve
from seqlab.runs.records import Metrics

SINE = Data(source="sine", samples=120, window=8)
BEFORE = Experiment(data=SINE)
NOTHING = Metrics(np.empty(0, int), np.empty(0), np.empty(0), {})


def drawn(experiment: Experiment):
    dataset = load(experiment)
    return loss_curve(experiment, dataset, NOTHING, experiment.training.epochs)


@pytest.mark.parametrize(
    "changed",
    [
        {"layers": (Recurrent(units=3),)},
        {"training": Training(seed=7, learning_rate=0.1)},
        {"training": Training(epochs=7)},
        {"training": Training(loss="huber")},
        {"data": SINE.model_copy(update={"horizon": 3})},
        {"data": Data(source="parity", samples=120)},
        {"network": Network(head_activation="softmax"), "data": Data(source="parity")},
    ],
)
def test_pictures_are_the_same_if_what_they_depend_on_is(changed):
    before, after = drawn(BEFORE), drawn(BEFORE.model_copy(update=changed))
    same = before.figure().to_json() == after.figure().to_json()
    assert (before.around == after.around) == same
    assert len({before.around, after.around}) == 2 - same
