"""The table of predictions against numbers that are worked out in another way."""

import numpy as np
import pytest

from seqlab.data.catalogue import ENTRIES
from seqlab.data.dataset import rmse
from seqlab.data.load import load
from seqlab.experiment import Experiment
from seqlab.inspection.predictions import predictions_table


def scores(dataset, seed: int = 0) -> np.ndarray:
    """Something that a network could have given."""
    y = dataset.y[dataset.validation]
    draw = np.random.default_rng(seed)
    if dataset.goal.kind == "value":
        return (y + draw.normal(size=y.shape)).astype(np.float32)
    return draw.normal(size=(*y.shape, len(dataset.goal.classes))).astype(np.float32)


def test_years_truth_and_error_of_a_forecast():
    dataset = load(Experiment())
    raw = scores(dataset)
    table = predictions_table(dataset, raw)
    assert len(table) == 62
    assert table["time"].iloc[0] == "1947"
    assert table["truth"].iloc[0] == pytest.approx(151.6, abs=0.01)  # of the file itself
    made = dataset.target_scaling.invert(raw)
    error = rmse(made, dataset.truth(dataset.validation))
    assert np.sqrt((table["error"] ** 2).mean()) == pytest.approx(error)


def test_several_steps_have_times_of_their_own():
    experiment = Experiment.from_query({"steps": "3", "horizon": "2"})
    dataset = load(experiment)
    table = predictions_table(dataset, scores(dataset))
    assert list(table["step"].iloc[:3]) == [1, 2, 3]
    first = int(table["time"].iloc[0])
    assert [int(time) for time in table["time"].iloc[:3]] == [first, first + 1, first + 2]


@pytest.mark.parametrize("key", list(ENTRIES))
def test_every_source_has_a_row_for_each_target_that_counts(key):
    experiment = Experiment(data=ENTRIES[key].default())
    dataset = load(experiment)
    table = predictions_table(dataset, scores(dataset))
    counting = dataset.target_weights(dataset.validation)
    assert len(table) == int((counting > 0).sum())
    assert not table.isna().any().any()
    if dataset.goal.kind == "class":
        assert table["probability"].between(0, 1).all()
        assert set(table["truth"]) <= set(dataset.goal.classes)
        perfect = predictions_table(
            dataset, np.eye(len(dataset.goal.classes))[dataset.y[dataset.validation]] * 9
        )
        assert perfect["right"].all()


def test_of_many_sequences_the_first_may_be_there_alone():
    dataset = load(Experiment())
    assert len(predictions_table(dataset, scores(dataset)[:5])) == 5
