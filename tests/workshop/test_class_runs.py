import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.workshop.class_runs import (
    ClassRun,
    comparable,
    seed_groups,
    table,
    together,
    varied,
)


def run(number=0, loss=0.5, cell="LSTM", status="finished", baseline=0.8, **training):
    """A run of a class; what `training` says differs from the default."""
    layers = (Recurrent(cell=cell),)
    experiment = Experiment(layers=layers, training=Training(**training))
    return ClassRun(f"run {number}", "Ada", experiment, status, loss, 3, 9, 2.5, baseline)


def test_a_table_has_settings_and_results():
    found = table([run(), run(1, loss=None, status="failed", baseline=None)])
    assert found["best_val_loss"].tolist()[0] == 0.5
    assert np.isnan(found["best_val_loss"][1])
    assert found["against_baseline"].tolist()[0] == 0.5 / 0.8
    assert found["units_0"].tolist() == [16, 16]
    assert varied(found) == []
    assert varied(table([run(), run(1, cell="GRU", seed=4)])) == ["cell_0", "seed"]


def test_runs_on_other_data_or_with_another_loss_stand_apart():
    other = Experiment(data=Data(source="sine", samples=120, window=8))
    huber = Experiment(training=Training(loss="huber"))
    head = Experiment(layers=(Recurrent(cell="GRU"),))  # another network, the same measure
    runs = [run(i) for i in range(3)]
    runs += [ClassRun(f"o{i}", "Bob", each, "finished") for i, each in enumerate((other, huber))]
    runs.append(ClassRun("h", "Eve", head, "finished"))
    groups = comparable(runs)
    assert [len(group) for group in groups.values()] == [4, 1, 1]
    assert sum(map(len, groups.values())) == len(runs)


LOSSES = st.none() | st.floats(1e-6, 10)
RUNS = st.lists(
    st.builds(
        run,
        loss=LOSSES,
        cell=st.sampled_from(["LSTM", "GRU", "SimpleRNN"]),
        status=st.sampled_from(["finished", "diverged", "stopped", "failed"]),
        learning_rate=st.floats(1e-5, 1.0),
        clipnorm=st.none() | st.floats(0.1, 10),
        seed=st.integers(0, 5),
    ),
    max_size=20,
)


@given(RUNS)
def test_sentences_are_sentences(runs):
    assert together(runs).endswith(".")
    for group in seed_groups(runs):
        assert len({each.experiment.training.seed for each in group}) == len(group) >= 3


def test_together():
    assert together([]) == "0 runs, and no result yet."
    assert "Nobody has beaten" in together([run(loss=0.9)])
    assert together([run(loss=0.4), run(1, loss=0.9)]) == (
        "Together we beat the baseline by 50% (0.4 against 0.8), in 2 runs; 1 run is below it."
    )
    assert together([run(baseline=None)]) == "The best of 1 run has a val_loss of 0.5."


def test_seeds_of_one_experiment():
    runs = [run(i, seed=i % 4) for i in range(6)] + [run(8, cell="GRU", seed=i) for i in range(2)]
    ((first, *rest),) = seed_groups(runs)
    assert len(rest) == 3
    assert {each.experiment.layers[0].cell for each in (first, *rest)} == {"LSTM"}
