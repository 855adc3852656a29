"""A loss can be held against a baseline: both are means over the targets that count."""

import numpy as np
import pytest

from seqlab.data.catalogue import default
from seqlab.data.load import load
from seqlab.experiment import Experiment, Recurrent, Training
from seqlab.training.train import train


@pytest.mark.parametrize(
    ("source", "layers"),
    [
        ("anbn", (Recurrent(units=3, return_sequences=True),)),
        ("chinese", (Recurrent(units=3), Recurrent(units=3, return_sequences=True))),
    ],
)
def test_the_loss_is_the_mean_over_the_steps_that_count(source, layers):
    data = default(source).model_copy(update={"samples": 80})
    experiment = Experiment(data=data, layers=layers, training=Training(epochs=1))
    dataset = load(experiment)
    result = train(experiment, dataset)
    x, y = dataset.x[dataset.validation], dataset.y[dataset.validation]
    logits = result.model.predict(x, verbose=0).astype(np.float64)
    logits -= np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    costs = -np.take_along_axis(logits, y[..., None], axis=-1)[..., 0]
    counts = dataset.y_weights[dataset.validation]
    assert counts.mean() < 0.95  # else the test would tell nothing
    assert result.history["val_loss"][-1] == pytest.approx(
        (costs * counts).sum() / counts.sum(), rel=1e-4
    )
