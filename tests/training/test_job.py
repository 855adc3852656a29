import time

import msgpack
import numpy as np
import pytest

from seqlab.experiment import Recurrent
from seqlab.lens import snapshot
from seqlab.training import job
from seqlab.training.kept_programs import program_for
from seqlab.training.listener import Best, Epoch, Listener
from seqlab.training.schedule import Rates, Watch
from seqlab.training.state import TrainingState
from tests.training.helpers import experiment, series

FINISHED = {"status": "finished", "message": "", "layer": None}
FOREVER = 10**6  # epochs: more than any machine trains in a test


class Recorder:
    """Takes events as a pool would: through msgpack."""

    def __init__(self):
        self.events, self.times = [], []

    def __call__(self, event):
        self.events.append(msgpack.unpackb(msgpack.packb(event)))
        self.times.append(time.monotonic())

    def of(self, kind):
        return [event for event in self.events if event["kind"] == kind]

    def gaps(self, kind):
        times = [t for t, e in zip(self.times, self.events, strict=True) if e["kind"] == kind]
        return np.diff(times)


def test_events_of_a_whole_run():
    e = experiment(epochs=300)
    dataset = series(e)
    recorder = Recorder()
    answer = job.run(e, dataset, recorder, lambda: False)
    assert answer == FINISHED | {"epochs": 300, "trained": 300}

    (started,) = recorder.of("started")
    assert started["epoch"] == 0

    metrics = recorder.of("metrics")
    assert metrics[0]["epoch"] == [1]
    assert [n for event in metrics for n in event["epoch"]] == list(range(1, 301))
    for key in ("loss", "val_loss", "gradient_norm", "clipped", "learning_rate"):
        values = [value for event in metrics for value in event[key]]
        assert len(values) == 300
        assert None not in values
    assert metrics[0]["accuracy"] == metrics[0]["val_accuracy"] == [None]
    (timing,) = recorder.of("timing")
    assert 0 < timing["epoch"] < 1

    val_losses = [value for event in metrics for value in event["val_loss"]]
    best = 1 + int(np.argmin(val_losses))
    assert best in {event["epoch"] for event in recorder.of("snapshot")}

    snapshots = [event for event in recorder.of("snapshot") if "instead_of" not in event]
    numbers = [event["epoch"] for event in snapshots]
    assert numbers[0] == 0
    assert numbers[-1] == 300
    assert numbers == sorted(set(numbers))
    arrays = snapshot.unpack(snapshots[-1]["data"])
    program, _ = program_for(e, dataset)
    assert list(program.weights()) == list(arrays)[:-2]
    assert list(arrays)[-2:] == ["prediction", "architecture"]
    program.model.set_weights(list(arrays.values())[:-2])
    prediction = arrays["prediction"]
    assert prediction.dtype == np.float32
    expected = program.model.predict(dataset.x[dataset.validation], verbose=0)
    np.testing.assert_allclose(prediction, expected, atol=1e-5)
    error = np.mean((prediction - dataset.y[dataset.validation]) ** 2)
    assert metrics[-1]["val_loss"][-1] == pytest.approx(error, rel=1e-5)

    # Metrics at most five times a second (the last comes when it must); snapshots few in all.
    assert (recorder.gaps("metrics")[:-1] > 0.19).all()
    assert len(numbers) <= 50


class Paused(Recorder):
    """Pauses after the first metrics, then asks for one more epoch, then stops."""

    def commands(self):
        kinds = [event["kind"] for event in self.events]
        if kinds.count("paused") == 2:
            return [{"kind": "stop"}]
        if kinds[-1] == "paused":
            return [{"kind": "step"}]
        return [{"kind": "pause"}] if "metrics" in kinds and "paused" not in kinds else []


def test_a_paused_run_shows_where_it_is():
    recorder = Paused()
    answer = job.run(e := experiment(), series(e), recorder, recorder, epochs=FOREVER)
    first, second = (event["epoch"] for event in recorder.of("paused"))
    assert second == first + 1 == answer["epochs"]
    assert [event["epoch"] for event in recorder.of("resumed")] == [first]
    assert {first, second} <= {event["epoch"] for event in recorder.of("snapshot")}
    epochs = [n for event in recorder.of("metrics") for n in event["epoch"]]
    assert epochs == list(range(1, second + 1))


def test_twenty_more_epochs(monkeypatch):
    """From the bytes of the last state event, as another worker would get them."""
    e = experiment(epochs=30)
    dataset = series(e)
    whole, first, second = Recorder(), Recorder(), Recorder()
    job.run(e, dataset, whole, lambda: False, epochs=50)
    job.run(e, dataset, first, lambda: False)
    state = first.of("state")[-1]
    assert state["epoch"] == 30
    answer = job.run(e, dataset, second, lambda: False, state["data"], 50)
    assert answer == FINISHED | {"epochs": 50, "trained": 50}
    assert second.of("started")[0]["epoch"] == 30
    assert [n for event in second.of("metrics") for n in event["epoch"]] == list(range(31, 51))
    last = [recorder.of("metrics")[-1]["val_loss"][-1] for recorder in (whole, second)]
    assert last[0] == last[1]

    monkeypatch.setattr(job, "INTERVAL", 0.0)
    monkeypatch.setattr(job, "STATE_INTERVAL", 0.0)
    monkeypatch.setattr(job, "STATE_SHARE", np.inf)
    often = Recorder()
    job.run(experiment(epochs=3), dataset, often, lambda: False)
    assert [event["epoch"] for event in often.of("state")] == [1, 2, 3, 3]
    told = [event["kind"] for event in often.events if event["kind"] in ("metrics", "state")]
    assert told == ["metrics", "state"] * 3 + ["state"]  # no state without the losses before it


def test_large_predictions_are_cut():
    assert job.shown(np.zeros((10, 1))).shape == (10, 1)
    assert job.shown(np.zeros((5000, 10, 20))).shape == (1310, 10, 20)


def test_few_epochs_leave_a_snapshot_each(monkeypatch):
    monkeypatch.setattr(job, "INTERVAL", 0.0)
    monkeypatch.setattr(job, "SNAPSHOT_INTERVAL", 0.0)
    recorder = Recorder()
    job.run(e := experiment(epochs=12), series(e), recorder, lambda: False)
    assert [event["epoch"] for event in recorder.of("snapshot")] == list(range(13))
    assert [event["epoch"] for event in recorder.of("metrics")] == [[n] for n in range(1, 13)]


def test_many_epochs_leave_about_forty(monkeypatch):
    monkeypatch.setattr(job, "SNAPSHOT_INTERVAL", 0.0)
    recorder = Recorder()
    job.run(e := experiment(epochs=130), series(e), recorder, lambda: False)
    numbers = [event["epoch"] for event in recorder.of("snapshot")]
    assert 35 <= len(numbers) <= 50
    assert numbers[-1] == 130


def test_stop_leaves_a_last_snapshot():
    recorder = Recorder()
    stopped = []

    def should_stop():
        if len(recorder.of("metrics")) > 2:
            stopped.append(time.process_time())  # what other processes do is no matter
        return bool(stopped)

    answer = job.run(e := experiment(), series(e), recorder, should_stop, epochs=FOREVER)
    assert time.process_time() - stopped[0] < 1
    assert answer["status"] == "stopped"
    # The snapshot of the best epoch comes after it if the last epoch has left one by itself.
    assert max(event["epoch"] for event in recorder.of("snapshot")) == answer["epochs"]
    assert recorder.of("metrics")[-1]["epoch"][-1] == answer["epochs"]


def test_stop_before_the_first_epoch():
    recorder = Recorder()
    answer = job.run(e := experiment(), series(e), recorder, lambda: True)
    assert answer == {"status": "stopped", "epochs": 0, "trained": 0, "message": "", "layer": None}
    assert [event["epoch"] for event in recorder.of("snapshot")] == [0]


def test_divergence_is_reported_without_nan():
    recorder = Recorder()
    rnn = Recurrent(cell="SimpleRNN", units=8)
    e = experiment(rnn, optimizer="SGD", learning_rate=10.0, epochs=500)
    answer = job.run(e, series(e), recorder, lambda: False)
    assert answer["status"] == "diverged"
    last = recorder.of("metrics")[-1]
    assert last["loss"][-1] is None or last["val_loss"][-1] is None
    assert last["epoch"][-1] == answer["epochs"] + 1
    event = recorder.of("snapshot")[-1]
    assert event["epoch"] == answer["epochs"]
    for array in snapshot.unpack(event["data"]).values():
        assert np.isfinite(array).all()


def test_warm_up_compiles_the_default_experiment():
    job.warm_up()
    from seqlab.data.load import load
    from seqlab.experiment import Experiment

    assert program_for(Experiment(), load(Experiment()))[1]


def test_a_snapshot_survives_the_round_trip():
    arrays = {
        "lstm_0/kernel": np.ones((1, 4), np.float32),
        "prediction": np.zeros((2, 1), np.float32),
    }
    back = snapshot.unpack(snapshot.pack(arrays))
    assert list(back) == list(arrays)
    np.testing.assert_array_equal(back["lstm_0/kernel"], arrays["lstm_0/kernel"])


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"\x93NUMPY", b"no snapshot"])
def test_what_is_not_a_snapshot_is_refused(data):
    with pytest.raises(ValueError, match="not a snapshot"):
        snapshot.unpack(data)


class Improving(Listener):
    """Tells a reporter of epochs, each better than the one before up to the last."""

    def __init__(self, reporter, program):
        self.reporter, self.program = reporter, program

    def __call__(self, numbers):
        variables = self.program.state()
        for number in numbers:
            prediction = np.full((2, 1), number, np.float32)
            self.reporter.epoch(Epoch(number, 1.0, 1 / (number + 1), prediction), self.program)
            best = Best(number, self.program.part_of_model(variables), prediction)
            self.reporter.checkpoint(_state, best, self.program)


def _state():
    return TrainingState(0, [], Rates(0.1, "constant", 0.1, 0, 1), Watch(1), Watch(1))


def test_best_weights_come_with_each_state_and_few_stay(monkeypatch):
    """What a page reads now is not taken away: the one before the last stays."""
    monkeypatch.setattr(job, "INTERVAL", 0.0)
    monkeypatch.setattr(job, "STATE_INTERVAL", 0.0)
    monkeypatch.setattr(job, "STATE_SHARE", np.inf)
    monkeypatch.setattr(job, "due", lambda epoch, kept, epochs: epoch == 0)
    program, _ = program_for(e := experiment(), series(e))
    recorder = Recorder()
    Improving(job.Reporter(recorder, 99), program)(range(6))
    told = [(event["epoch"], event.get("instead_of")) for event in recorder.of("snapshot")]
    assert told == [(0, None), (1, None), (2, None), (3, 1), (4, 2), (5, 3)]
    kinds = [event["kind"] for event in recorder.events if event["kind"] != "metrics"]
    assert kinds[-2:] == ["snapshot", "state"]
