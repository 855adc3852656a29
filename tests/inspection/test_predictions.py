"""The table of predictions against numbers that are worked out in another way."""

import numpy as np
import pytest

from seqlab.data import describe
from seqlab.data.catalogue import ENTRIES
from seqlab.data.dataset import rmse
from seqlab.data.load import load
from seqlab.experiment import Experiment
from seqlab.inspection.predictions import in_words, predictions_table


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


def test_one_sequence_has_the_numbers_that_it_has_among_all():
    dataset = load(Experiment())
    raw = scores(dataset)
    whole = predictions_table(dataset, raw)
    one = predictions_table(dataset, raw[4:5], places=np.array([4]))
    assert one.iloc[0].to_dict() == whole.iloc[4].to_dict()
    assert one["sequence"].iloc[0] == 5
    assert one["time"].iloc[0] == "1951"
    truth, answer, error = (f"{one[name].iloc[0]:.4g}" for name in ("truth", "prediction", "error"))
    assert in_words(one) == f"truth {truth}, answer {answer}, error {error}"


def test_the_largest_of_several_errors_is_named():
    dataset = load(Experiment.from_query({"steps": "3"}))
    raw = dataset.y[dataset.validation[:1]].copy()
    raw[0, 1] += 2  # scaled
    rows = predictions_table(dataset, raw)
    off = 2 * dataset.target_unit
    expected = f"RMSE of its 3 targets {off / np.sqrt(3):.4g}, largest error {off:.4g} (1948)"
    assert in_words(rows) == expected


def test_a_text_and_its_answer_are_quoted():
    dataset = load(Experiment.from_query({"data": "dates"}))
    place = int(dataset.validation[0])
    raw = np.eye(len(dataset.goal.classes))[dataset.y[place]][np.newaxis] * 9
    _, text = describe.texts(dataset, place)
    assert in_words(predictions_table(dataset, raw)).startswith(f"truth “{text}”, answer “{text}”")
