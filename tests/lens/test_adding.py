"""What mattered, on a task where it is known: the two marked steps of the adding problem."""

import numpy as np

from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.lens.architecture import Architecture
from seqlab.lens.occlusion import occlusion, saliency
from seqlab.lens.stack import stack
from seqlab.network.plan import plan
from seqlab.training.build import build, weights
from seqlab.training.train import train
from tests.told import told


def test_the_two_marked_steps_stand_out_after_training_and_not_before() -> None:
    experiment = Experiment(
        data=Data(source="adding", window=10, samples=1500),
        layers=(Recurrent(cell="GRU", units=12),),
        training=Training(epochs=18, learning_rate=0.02, batch_size=64),
    )
    dataset = load(experiment)
    models = {
        "before": build(plan(experiment, dataset.frame)),
        "after": train(experiment, dataset).model,
    }
    found = {}
    for name, model in models.items():
        arrays = {key: np.asarray(value) for key, value in weights(model)}
        network = stack(arrays, Architecture(told(arrays)))
        hits = {"slopes": 0, "occlusion": 0}
        sequences = dataset.x[dataset.validation[:60]]
        mean = dataset.x[dataset.train].mean(axis=(0, 1))
        for x in sequences:
            marked = set(np.flatnonzero(x[:, 1]))
            slopes = saliency(network, x)
            hits["slopes"] += set(np.argsort(-slopes)[:2]) == marked
            change = np.abs(occlusion(network, x, mean).change[:, 0])
            hits["occlusion"] += int(np.argmax(change)) in marked
        found[name] = {key: value / len(sequences) for key, value in hits.items()}
    assert found["after"]["slopes"] > 0.9
    assert found["after"]["occlusion"] > 0.9
    assert found["before"]["slopes"] < 0.3
