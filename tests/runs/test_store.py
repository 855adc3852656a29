"""The store: what was written is there after a reopening, whole or not at all."""

import os
import sqlite3
import threading
import time

import numpy as np
import psutil
import pytest

from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.lens import snapshot
from seqlab.runs import records
from seqlab.runs import store as store_module
from seqlab.runs.housekeeping import forget
from seqlab.runs.recorder import Recorder
from seqlab.runs.records import Standing
from seqlab.runs.storage import StoreError
from seqlab.runs.store import Store
from tests.clock import Clock

EXPERIMENT = Experiment(layers=(Recurrent(cell="GRU", units=3),))


@pytest.fixture
def clock(monkeypatch):
    """The time that the store goes by."""
    clock = Clock()
    for module in (records, store_module):
        monkeypatch.setattr(module, "time", clock)
    return clock


def reopened(store):
    store.close()
    return Store(store.home)


def test_a_finished_run_is_as_it_was_after_a_reopening(store):
    run = store.create(EXPERIMENT, ("persistence", 0.9))
    store.set_status(run, "running")
    store.add_metrics(run, [1, 2], [0.5, 0.25], [0.75, None])
    weights = {"gru_0/kernel": np.arange(6, dtype=np.float32).reshape(2, 3)}
    store.add_snapshot(run, 0, snapshot.pack(weights))
    store.add_snapshot(run, 2, snapshot.pack(weights))
    store.add_log(run, "compiled")
    store.set_status(run, "finished", "done")

    store = reopened(store)
    assert store.interrupt_orphans() == []
    found = store.get(run)
    assert (found.status, found.message, found.experiment) == ("finished", "done", EXPERIMENT)
    assert found.baseline == ("persistence", 0.9)
    assert found.created <= found.started <= found.ended
    metrics = store.metrics(run)
    np.testing.assert_array_equal(metrics.epoch, [1, 2])
    np.testing.assert_array_equal(metrics.loss, [0.5, 0.25])
    np.testing.assert_array_equal(metrics.val_loss, [0.75, np.nan])
    assert store.standing(run) == {run: Standing(2, None, 1, 0.75)}
    assert store.snapshots(run) == [0, 2]
    np.testing.assert_array_equal(store.snapshot(run, 2)["gru_0/kernel"], weights["gru_0/kernel"])
    assert [line for _, line in store.log(run)] == ["compiled"]
    store.close()


def test_a_pause_between_two_trainings_is_no_training(store, clock):
    run = store.create(EXPERIMENT)
    store.set_status(run, "running")
    clock.now += 3
    assert store.get(run).seconds == 3
    store.set_status(run, "finished")
    clock.now += 100
    assert store.get(run).seconds == 3
    assert store.claim(run, 9)
    assert not store.claim(run, 9)
    store.set_status(run, "running")
    clock.now += 2
    store.set_status(run, "finished")
    assert store.get(run).seconds == 5


def test_a_run_whose_settings_cannot_be_read_does_not_hide_the_others(store):
    lost, kept = store.create(EXPERIMENT), store.create(EXPERIMENT)
    store.write("UPDATE runs SET experiment = ? WHERE id = ?", ('{"data": 1}', lost))
    assert [run.id for run in store.runs()] == [kept]
    assert store.get(lost) is None


def test_another_process_with_the_same_id_is_another_server(store):
    run = store.create(EXPERIMENT)
    other = os.getppid()  # alive, but not the one that made the run
    store.write("UPDATE runs SET server = ?, server_born = ? WHERE id = ?", (other, 1.0, run))
    assert store.interrupt_orphans() == [run]


def test_snapshots_after_the_best_epoch_are_dropped(store):
    run = store.create(EXPERIMENT)
    for epoch in (0, 3, 7):
        store.add_snapshot(run, epoch, b"weights")
    store.drop_snapshots_after(run, 3)
    assert store.snapshots(run) == [0, 3]


def test_the_pace_is_the_median_of_the_last_runs(store):
    assert store.pace() == 1
    for seconds in (0.3, 0.1, 0.5):
        store.set_measured(store.create(EXPERIMENT, estimated=0.1), seconds)
    store.create(EXPERIMENT, estimated=0.1)  # did not train
    assert store.pace() == pytest.approx(3)
    assert store.pace(runs=1) == pytest.approx(5)


@pytest.mark.parametrize("damage", ["no database", "a page of it overwritten", "cut short"])
def test_a_damaged_store_is_put_aside_with_a_sentence(tmp_path, damage):
    store = Store(tmp_path)
    for _ in range(50):
        store.create(Experiment())
    store.close()
    path = tmp_path / "seqlab.sqlite3"
    whole = path.read_bytes()
    path.write_bytes(
        {
            "no database": b"hello " * 5000,
            "a page of it overwritten": whole[:4096] + b"\xff" * 8192 + whole[12288:],
            "cut short": whole[: len(whole) // 2],
        }[damage]
    )
    store = Store(tmp_path)
    assert "damaged" in store.notice
    assert store.runs() == []
    run = store.create(Experiment())
    store.close()
    (aside,) = tmp_path.glob("damaged-*.sqlite3")
    assert aside.name in store.notice
    again = Store(tmp_path)
    assert again.notice is None
    assert [found.id for found in again.runs()] == [run]
    again.close()


def test_what_is_left_follows_the_epochs_that_were_trained(store, clock):
    run = store.create(Experiment(training=Training(epochs=40)), estimated=0.5)
    assert store.seconds_left([run]) == [pytest.approx(20)]
    store.set_status(run, "running")
    clock.now += 20
    store.add_metrics(run, range(1, 11), [1.0] * 10, [1.0] * 10)
    # 30 epochs of 2 s; nobody needs nothing
    assert store.seconds_left(["nobody", run]) == [0, 60]
    assert store.seconds_left([]) == []


def test_the_store_of_an_earlier_version_is_brought_up_to_date(store):
    run = store.create(EXPERIMENT)
    store.close()
    database = sqlite3.connect(store.home / "seqlab.sqlite3")
    for column in ("baseline", "baseline_loss", "planned", "estimated", "measured"):
        database.execute(f"ALTER TABLE runs DROP COLUMN {column}")
    database.execute("ALTER TABLE metrics DROP COLUMN more")
    database.commit()
    database.close()
    store = Store(store.home)
    assert store.get(run).baseline is None
    store.add_metrics(run, [1], [0.5], [0.4], {"accuracy": [0.75]})
    assert store.metrics(run, "accuracy").more["accuracy"].tolist() == [0.75]
    assert store.get(store.create(EXPERIMENT, ("constant", 0.5))).baseline == ("constant", 0.5)
    store.close()


def test_a_run_that_was_cut_off_is_interrupted_and_keeps_its_metrics(store):
    queued, running = store.create(EXPERIMENT), store.create(EXPERIMENT)
    store.set_status(running, "running")
    store.add_metrics(running, [1], [0.5], [0.6])
    store = reopened(store)
    assert set(store.interrupt_orphans()) == {queued, running}
    assert store.get(running).status == "interrupted"
    assert len(store.metrics(running).epoch) == 1
    store.close()


def test_weights_that_came_before_the_losses_of_their_epoch_go_when_these_are_lost(store):
    run = store.create(EXPERIMENT)
    store.set_status(run, "running")
    store.add_metrics(run, [1, 2], [0.5, 0.4], [0.6, 0.5])
    for epoch in (0, 2, 3):  # the losses of epoch 3 were on their way
        store.add_snapshot(run, epoch, b"weights")
    store = reopened(store)
    store.interrupt_orphans()
    assert store.snapshots(run) == [0, 2]
    store.close()


def test_a_run_of_another_living_server_is_left_alone(store):
    run = store.create(EXPERIMENT)
    with sqlite3.connect(store.home / "seqlab.sqlite3") as db:
        parent = psutil.Process().parent()
        born = parent.create_time()
        db.execute("UPDATE runs SET server = ?, server_born = ?", (parent.pid, born))
    db.close()
    assert store.interrupt_orphans() == []
    assert store.get(run).status == "queued"


def test_the_newest_run_comes_first(store):
    ids = [store.create(EXPERIMENT) for _ in range(3)]
    assert [run.id for run in store.runs()] == ids[::-1]
    assert [run.id for run in store.runs(limit=1)] == ids[-1:]


def test_what_is_not_there_is_none_or_empty(store):
    assert store.get("nonsense") is None
    assert store.upload("nonsense") is None
    assert store.snapshots("nonsense") == []
    assert len(store.metrics("nonsense").epoch) == 0


def test_an_upload_is_kept_once_under_each_of_its_names(store):
    content = b"a,b\n1,2\n"
    table, text = store.add_upload(content, "mine.csv"), store.add_upload(content, "theirs.txt")
    assert store.add_upload(content, "mine.csv") == table != text
    store = reopened(store)
    assert store.upload(table) == (content, "mine.csv")  # its ending says how to read it
    assert store.upload(text) == (content, "theirs.txt")
    assert len(list((store.home / "uploads").iterdir())) == 2
    store.close()


def test_what_is_too_old_is_forgotten_and_nothing_else(store):
    def made(name, ended, status="finished"):
        file = store.add_upload(b"x\n1\n", name)
        run = store.create(Experiment(data=Data(source="upload", file=file)))
        store.add_metrics(run, [1], [0.5], [0.5])
        store.add_log(run, "compiled")
        store.add_snapshot(run, 1, b"weights")
        store.write("UPDATE runs SET status = ?, ended = ? WHERE id = ?", (status, ended, run))
        return run, file

    now, day = time.time(), 86_400
    old, old_file = made("old.csv", now - 8 * day)
    new, new_file = made("new.csv", now - 6 * day)
    active, active_file = made("active.csv", None, "running")
    again, shared = made("again.csv", now - 8 * day)
    other = store.create(Experiment(data=Data(source="upload", file=shared)))
    unused, fresh = store.add_upload(b"y\n1\n", "unused.csv"), store.add_upload(b"z", "fresh.csv")
    strange, _ = made("strange.csv", now)
    store.write("UPDATE runs SET experiment = ? WHERE id = ?", ("of another version", strange))
    for path in [*(store.home / "runs").iterdir(), *(store.home / "uploads").iterdir()]:
        if path.name != fresh:
            os.utime(path, (now - 9 * day, now - 9 * day))
    forget(store, 7)
    left = {run for (run,) in store.read("SELECT id FROM runs")}
    assert left == {new, active, other, strange}
    assert store.snapshots(new) == store.snapshots(active) == store.snapshots(strange) == [1]
    for run in (old, again):
        assert not (store.home / "runs" / run).exists()
        assert len(store.metrics(run).epoch) == len(store.log(run)) == 0
    assert len(store.metrics(new).epoch) == len(store.log(new)) == 1
    assert all(store.upload(file) for file in (new_file, active_file, shared, fresh))
    assert not any(store.upload(file) for file in (old_file, unused))


def test_many_threads_write_without_loss(store):
    run = store.create(EXPERIMENT)

    def write(offset):
        for epoch in range(offset, 400, 4):
            store.add_metrics(run, [epoch], [float(epoch)], [None])

    threads = [threading.Thread(target=write, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(store.metrics(run).loss, np.arange(400.0))


def test_a_failed_write_leaves_nothing_behind(store):
    run = store.create(EXPERIMENT)
    with pytest.raises(sqlite3.Error):
        store.add_metrics(run, [1, 2], [0.1, 0.2], [0.1, object()])
    assert len(store.metrics(run).epoch) == 0


def test_a_run_that_waits_to_go_on_does_not_train_meanwhile(store, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("seqlab.runs.store.time.time", lambda: now[0])
    run = store.create(Experiment(training=Training(epochs=60)))
    store.set_status(run, "running")
    store.add_metrics(run, range(1, 61), [1.0] * 60, [1.0] * 60)
    now[0] += 30
    store.set_status(run, "finished")
    now[0] += 3600
    assert store.claim(run, 80)
    assert store.seconds_left([run]) == [pytest.approx(10)]  # twenty epochs of half a second


def test_a_run_that_goes_on_has_one_past(store):
    """A crash came after epoch 50, the last state is of 45, and it is stopped after 46."""
    run, other = store.create(EXPERIMENT), store.create(EXPERIMENT)
    recorder = Recorder(store)
    for one in (run, other):
        store.add_metrics(one, range(1, 51), [1.0] * 50, [0.9] * 44 + [0.8] * 5 + [0.1])
        for epoch in (0, 44, 50):
            store.add_snapshot(one, epoch, b"weights")
        recorder.event(one, {"kind": "learning_rate", "epoch": 30, "value": 0.02})
        recorder.event(one, {"kind": "learning_rate", "epoch": 45, "value": 0.5})  # in epoch 46
        recorder.event(one, {"kind": "paused", "epoch": 47})
        recorder.event(one, {"kind": "log", "message": "compiled"})
        store.set_status(one, "failed", "crash")
    store.claim(run, 60)
    recorder.event(run, {"kind": "started", "epoch": 45})
    assert store.metrics(run).epoch.tolist() == list(range(1, 46))
    assert store.standing(run, other) == {
        run: Standing(45, 0.8, 45, 0.8),
        other: Standing(50, 0.1, 50, 0.1),
    }
    metrics = {"kind": "metrics", "epoch": [46], "loss": [0.7], "val_loss": [0.85]}
    recorder.event(run, metrics)
    recorder.event(run, {"kind": "snapshot", "epoch": 46, "data": b"weights"})
    recorder.end(run, {"status": "stopped", "epochs": 46, "message": ""})
    assert store.metrics(run).epoch.tolist() == list(range(1, 47))
    assert store.metrics(run).best == 44
    assert store.snapshots(run) == [0, 44, 46]
    lines = ["Learning rate 0.02 after epoch 30.", "compiled"]
    assert [line for _, line in store.log(run)] == lines
    assert store.snapshots(other) == [0, 44, 50]
    assert len(store.log(other)) == 4


def test_weights_never_come_before_the_losses_that_wait_for_a_full_disk(store, monkeypatch):
    run, recorder = store.create(EXPERIMENT), Recorder(store)
    add_metrics, full = store.add_metrics, [True]

    def unwritable(*values):
        if full:
            raise OSError(28, "No space left on device")
        add_metrics(*values)

    monkeypatch.setattr(store, "add_metrics", unwritable)
    metrics = {"kind": "metrics", "epoch": [1], "loss": [0.7], "val_loss": [0.8]}
    recorder.event(run, metrics)
    recorder.event(run, {"kind": "state", "epoch": 1, "data": b"state"})
    assert not store.has_state(run)
    full.clear()
    recorder.event(run, {"kind": "state", "epoch": 1, "data": b"state"})
    assert store.has_state(run)
    assert store.standing(run)[run].epoch == 1


def test_a_best_snapshot_takes_the_place_of_an_earlier_one(store):
    run, recorder = store.create(EXPERIMENT), Recorder(store)
    for epoch, instead_of in ((3, None), (5, None), (8, 3)):
        event = {"kind": "snapshot", "epoch": epoch, "data": b"", "instead_of": instead_of}
        recorder.event(run, event)
    assert store.snapshots(run) == [5, 8]


def test_how_far_runs_are(store):
    runs = [store.create(EXPERIMENT) for _ in range(3)]
    store.add_metrics(runs[0], [1, 2, 3, 4], [1.0] * 4, [0.5, 0.25, 0.25, None])
    store.add_metrics(runs[1], [1], [1.0], [None])
    assert store.standing(*runs) == {
        runs[0]: Standing(4, None, 2, 0.25),
        runs[1]: Standing(1, None, None, None),
        runs[2]: Standing(0, None, None, None),
    }
    assert [store.metrics(run).best for run in runs] == [1, None, None]
    assert store.standing() == {}


@pytest.mark.parametrize("after", ["running", "stopped"])
def test_a_pause_is_no_training(store, clock, after):
    run = store.create(EXPERIMENT)
    store.set_status(run, "running")
    clock.now += 3
    store.set_status(run, "paused")
    clock.now += 100
    assert store.get(run).seconds == 3
    store.set_status(run, after)
    assert store.get(run).seconds == 3
    clock.now += 2
    store.set_status(run, "finished")
    assert store.get(run).seconds == (5 if after == "running" else 3)


def test_a_list_that_another_program_holds_is_told_and_nothing_is_lost(tmp_path, monkeypatch):
    store = Store(tmp_path)
    store._db.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "seqlab.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="Another program holds the list of runs"):
        store.create(Experiment())
    other.execute("ROLLBACK")
    assert store.get(store.create(Experiment())) is not None
    other.close()
    store.close()


def test_a_folder_for_files_that_is_gone_is_told_in_a_sentence(tmp_path):
    store = Store(tmp_path)
    (tmp_path / "uploads").rmdir()
    (tmp_path / "uploads").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        store.add_upload(b"x", "a.csv")
    store.close()


def test_the_home_is_private(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    Store(home).close()
    assert home.stat().st_mode & 0o777 == 0o700
