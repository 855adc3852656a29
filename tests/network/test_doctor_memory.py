"""A training that cannot fit into a worker's memory is not started."""

from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.network.doctor import diagnose
from seqlab.network.doctor.size import memory

LONG = Experiment(
    layers=(Recurrent(units=256),),
    data=Data(source="sine", samples=3000, window=500),
    training=Training(batch_size=512),
)
DATASET = load(LONG)


def found(experiment, memory_budget):
    return [f for f in diagnose(experiment, DATASET, memory_budget) if f.code == "much_memory"]


def test_more_than_the_room_is_an_error_whose_fix_fits():
    assert memory(LONG, DATASET) > 4 * 2**30
    (warning,) = found(LONG, None)
    (error,) = found(LONG, 2 * 2**30)
    assert (warning.level, error.level) == ("warning", "error")
    assert "a training has 2.0 GB here" in error.message
    assert error.fix.training.batch_size < 512
    assert memory(error.fix, DATASET) <= 2 * 2**30
    assert found(error.fix, 2 * 2**30) == []


def test_where_no_batch_is_small_enough_it_says_what_would_help():
    (error,) = found(LONG, 2**20)
    assert error.level == "error"
    assert error.fix is None
    assert "Fewer units" in error.message
