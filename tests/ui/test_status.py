"""The line on where a run stands, and what is said of one that has ended."""

import numpy as np
import pytest

from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.inspection.baselines import losses_to_beat
from seqlab.lens import snapshot
from seqlab.lens.architecture import Architecture
from seqlab.lens.forward import answer
from seqlab.lens.stack import stack
from seqlab.ui import services
from seqlab.ui.draft import dataset_of
from seqlab.ui.playground.status import waiting_tick
from tests.told import told

SMALL = Experiment(layers=(Recurrent(units=4),), training=Training(epochs=100))


def opened(app, run):
    app.query_params["run"] = run
    app.run()
    assert not app.exception
    return app


def test_a_pause_does_not_count_for_the_time_that_is_left(store, app):
    run = store.create(SMALL)
    store.set_status(run, "running")
    # Five epochs every half a second, and two minutes of pause after the fiftieth.
    at = np.repeat(1000 + 0.5 * np.arange(12), 5) + np.where(np.arange(60) < 50, 0, 120)
    losses = [0.5] * 60
    store.add_metrics(run, range(1, 61), losses, losses, {"at": at.tolist()})
    (text,) = [bar.proto.text for bar in opened(app, run).get("progress")]
    assert "Epoch 60 of 100" in text
    assert "about 4 s left" in text


def finished(store, experiment, val_loss, kept):
    """A finished run whose last weights are those of epoch `kept`."""
    run, dataset = store.create(experiment), dataset_of(experiment.data)
    store.set_status(run, "running")
    falling = [0.4 / epoch for epoch in range(1, len(val_loss) + 1)]
    store.add_metrics(run, range(1, len(val_loss) + 1), falling, val_loss)
    draw = np.random.default_rng(0)
    arrays = {
        "lstm_0/kernel": draw.normal(size=(1, 16)),
        "lstm_0/recurrent_kernel": draw.normal(size=(4, 16)),
        "lstm_0/bias": np.zeros(16),
        "head/kernel": draw.normal(size=(4, 1)),
        "head/bias": np.zeros(1),
    }
    arrays["prediction"] = answer(
        stack(arrays, Architecture(told(arrays))), dataset.x[dataset.validation]
    )
    packed = {name: array.astype(np.float32) for name, array in arrays.items()}
    store.add_snapshot(run, kept, snapshot.pack(packed))
    store.set_status(run, "finished")
    return run


@pytest.mark.parametrize(("kept", "overfits"), [(10, True), (4, False)])
def test_epochs_that_early_stopping_took_back_are_not_judged(store, app, kept, overfits):
    val_loss = [0.4, 0.3, 0.2, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
    run = finished(store, SMALL, val_loss, kept)
    said = " ".join(text.value for text in opened(app, run).markdown)
    assert ("Overfitting since epoch 4" in said) == overfits


def test_losses_with_a_penalty_stand_beside_no_line():
    penalised = Experiment(layers=(Recurrent(units=4, l2=0.01),))
    dataset = dataset_of(Data())
    assert set(losses_to_beat(SMALL, dataset)) > {"persistence"}
    assert losses_to_beat(penalised, dataset) == {}


def test_more_epochs_stop_the_run_that_this_tab_trains(store, app, monkeypatch):
    run = finished(store, SMALL, [0.4, 0.3], 2)
    store.add_state(run, b"state")
    another = store.create(SMALL)
    stopped, went_on = [], []
    monkeypatch.setattr(services.pool(), "stop", stopped.append)
    monkeypatch.setattr(services.pool(), "go_on", lambda run, *rest: went_on.append((run, rest[1])))
    opened(app, run)
    app.session_state["_own_runs"] = [another]
    app.button(key="more_epochs").click().run()
    assert stopped == [another]
    assert went_on == [(run, 22)]


def test_what_does_not_fit_into_a_worker_is_not_started(app, monkeypatch):
    monkeypatch.setattr(type(services.pool()), "memory_budget", 0.1 * 2**30)
    app.query_params.update(units_0="512", batch_size="512")
    app.run()
    assert app.button(key="train").disabled
    (said,) = (box.value.replace("\\", "") for box in app.error)
    assert "a training has 0.1 GB here" in said
    app.button(key="fix_0").click().run()
    assert not app.button(key="train").disabled
    assert app.number_input(key="batch_size").value == 64


def test_best_and_last_stand_side_by_side(store, app):
    run = finished(store, SMALL, [0.4, 0.2595, 0.3992], 3)
    said = " ".join(text.value for text in opened(app, run).markdown).replace("\\", "")
    assert "val_loss 0.3992 · best val_loss 0.2595 in epoch 2" in said


def test_a_best_epoch_that_is_the_last_is_not_named_twice(store, app):
    run = finished(store, SMALL, [0.4, 0.3], 2)
    said = " ".join(text.value for text in opened(app, run).markdown).replace("\\", "")
    assert "val_loss 0.3" in said
    assert "best val_loss" not in said


def test_without_a_validation_part_nothing_is_said_of_val_loss(store, app):
    run = store.create(SMALL)
    store.set_status(run, "running")
    store.add_metrics(run, [1, 2], [0.4, 0.3], [None, None])
    store.set_status(run, "finished")
    page = opened(app, run)
    said = " ".join(text.value for text in [*page.markdown, *page.caption]).replace("\\", "")
    assert "loss 0.3" in said
    assert "Lowest loss 0.3 in epoch 2, of the training part: there is no val_loss." in said
    assert "nan" not in said


def test_who_waits_far_back_in_the_queue_looks_less_often():
    """With a hundred tabs the looks at the queue would crowd out the answers to clicks."""
    ticks = [waiting_tick(position) for position in (None, 1, 20, 100)]
    assert ticks == sorted(ticks)
    assert ticks[0] < 1 < 2 < ticks[1]  # it is about to start, or waits for others
    looks = sum(1 / waiting_tick(position) for position in range(1, 101))
    assert looks < 20  # a second, of a hundred tabs; they were 50
