"""Commands in mid-run, schedules, early stopping, and going on later: against plain Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqlab.experiment import Recurrent, Training
from seqlab.training import control
from seqlab.training.fit import fit
from seqlab.training.program import Program
from seqlab.training.schedule import Rates
from seqlab.training.state import TrainingState
from seqlab.training.train import train
from tests.clock import Clock
from tests.training.helpers import Epochs, experiment, fit_plainly, plain_fit, series

BATCHES = 4  # of the default experiment


def one_batch(**training):
    """A network whose whole epoch is one batch, also used by test_fit."""
    layers = [Recurrent(cell=cell, units=8, return_sequences=True) for cell in ("SimpleRNN", "GRU")]
    return experiment(*layers, optimizer="AdamW", batch_size=4096, **training)


class Script(Epochs):
    """A listener that answers an event with the next command: [(event, command), ...]."""

    def __init__(self, *script):
        super().__init__()
        self._script, self._ready = list(script), []
        self.told = []

    def commands(self):
        ready, self._ready = self._ready, []
        return ready

    def note(self, *event):
        self.told.append(event)
        if self._script and self._script[0][0] == event:
            self._ready.append(self._script.pop(0)[1])

    def epoch(self, epoch, program):
        super().epoch(epoch, program)
        self.note("epoch", epoch.number)

    def paused(self, epoch, weights):
        self.note("paused", epoch)

    def resumed(self, epoch):
        self.note("resumed", epoch)

    def learning_rate(self, epoch, value):
        self.note("learning_rate", epoch, value)


@pytest.fixture
def at_once(monkeypatch):
    """Commands are looked for before every call of the program."""
    monkeypatch.setattr("seqlab.training.control.POLL", 0.0)


def command(kind, value=None):
    return {"kind": kind} | ({} if value is None else {"value": value})


def test_pause_step_resume_change_nothing_but_time(at_once):
    e = experiment()
    script = Script(
        (("epoch", 2), command("pause")),
        (("paused", 2), command("step")),
        (("paused", 3), command("step")),
        (("paused", 4), command("resume")),
    )
    outcome, _ = fit(e, series(e), script, script)
    assert outcome.status == "finished"
    numbers = [("epoch", n) for n in range(11)]
    between = [("paused", 2), ("resumed", 2), numbers[3], ("paused", 3), ("resumed", 3), numbers[4]]
    between += [("paused", 4), ("resumed", 4)]
    assert script.told == [*numbers[:3], *between, *numbers[5:]]
    np.testing.assert_allclose(script.of("loss"), plain_fit(e)[1]["loss"], rtol=1e-4)


def test_a_step_that_comes_twice_is_one(at_once):
    """Seen in a browser once in many runs: one click on "One epoch" trained two."""

    class Twice(Script):
        again = True

        def commands(self):
            found = super().commands()
            if self.again and self.told[-1] == ("paused", 3):
                self.again = False
                return [command("step", 2), *found]  # the same click, late
            return found

    script = Twice((("epoch", 2), command("pause")), (("paused", 2), command("step", 2)))
    late = Twice.commands

    def then_stop(self):
        found = late(self)
        waits = not self.again and self.told[-1] == ("paused", 3)
        return [*found, command("stop")] if waits else found

    Twice.commands = then_stop
    outcome, _ = fit(e := experiment(), series(e), script, script)
    assert outcome.epochs == 3
    assert script.told[-1] == ("paused", 3)


def test_a_pause_waits_and_stop_ends_it(at_once):
    class Late(Script):
        looks = 0

        def commands(self):
            self.looks += self.told[-1] == ("paused", 3)
            return [command("stop")] if self.looks == 100 else super().commands()

    late = Late((("epoch", 3), command("pause")))
    outcome, _ = fit(e := experiment(), series(e), late, late)
    assert (outcome.status, outcome.epochs) == ("stopped", 3)
    assert late.told[-1] == ("paused", 3)


def test_a_new_learning_rate_acts_at_the_next_batch(at_once):
    e = experiment()
    script = Script((("epoch", 4), command("learning_rate", 0.02)))
    fit(e, series(e), script, script)
    callback = keras.callbacks.LearningRateScheduler(
        lambda epoch, rate: 0.02 if epoch > 3 else rate
    )
    _, history = fit_plainly(e, series(e), callbacks=[callback])
    np.testing.assert_allclose(script.of("loss"), history["loss"], rtol=1e-4)
    np.testing.assert_allclose(script.of("learning_rate"), [0.005] * 4 + [0.02] * 6)
    assert ("learning_rate", 4, 0.02) in script.told


def test_commands_are_polled_seldom_and_unknown_ones_refused(monkeypatch):
    monkeypatch.setattr(control, "time", clock := Clock())
    begin, asked = clock.now, []

    class Counting:
        def commands(self):
            asked.append(clock.now - begin)
            return [command("dance")] if len(asked) == 3 else []

    steering = control.Steering(Counting())
    for milliseconds in range(0, 100, 20):
        clock.now = begin + milliseconds / 1000
        steering.between_batches(lambda waits: None)
    assert asked == pytest.approx([0, 0.06])
    clock.now += 0.05
    with pytest.raises(ValueError, match="dance"):
        steering.between_batches(lambda waits: None)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"schedule": "cosine", "warmup": 2},
        {"schedule": "plateau", "plateau_patience": 1, "patience": 9, "learning_rate": 0.1},
        {"dropout": 0.3, "recurrent_dropout": 0.2, "optimizer": "Nadam"},
    ],
    ids=str,
)
def test_going_on_later_gives_the_numbers_of_an_uninterrupted_run(more):
    dropout = {name: more.pop(name) for name in list(more) if "dropout" in name}
    e = experiment(Recurrent(units=8, **dropout), epochs=10, **more)
    dataset = series(e)
    whole = train(e, dataset, epochs=14)
    first = train(e, dataset, epochs=5)
    state = TrainingState.unpack(first.state.pack())
    train(experiment(seed=8), dataset)  # the program is used for something else in between
    second = train(e, dataset, start=state, epochs=14)
    for key in ("loss", "val_loss"):
        assert first.history[key] + second.history[key] == whole.history[key]
    for mine, theirs in zip(second.model.get_weights(), whole.model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert second.best_epoch == whole.best_epoch == 1 + np.argmin(whole.history["val_loss"])


def test_stopped_in_mid_epoch_and_gone_on_is_as_straight_through(at_once, monkeypatch):
    """Also with dropout, whose masks the lost part of the epoch has drawn already."""
    monkeypatch.setattr("seqlab.training.batches.CALL_SECONDS", 0.0)  # a batch a call
    e = experiment(Recurrent(units=8, dropout=0.3), epochs=6)
    dataset = series(e)
    whole = train(e, dataset)

    class Late(Script):
        looks = 0

        def commands(self):
            self.looks += self.epochs[-1].number == 2
            return [command("stop")] if self.looks == 3 else super().commands()

    late = Late()
    outcome, _ = fit(e, dataset, late, late)
    assert (outcome.status, outcome.epochs) == ("stopped", 2)
    rest = train(e, dataset, start=TrainingState.unpack(outcome.state.pack()))
    assert late.of("loss") + rest.history["loss"] == whole.history["loss"]
    assert late.of("val_loss") + rest.history["val_loss"] == whole.history["val_loss"]


def test_the_weights_of_the_best_epoch_are_kept_beside_the_last():
    e = experiment(epochs=40, learning_rate=0.1, samples=80)
    dataset = series(e)
    result = train(e, dataset)
    val_loss = result.history["val_loss"]
    best = 1 + int(np.argmin(val_loss))
    assert best < 40, "the case is to end with worse weights"
    assert result.best_epoch == best
    truth = dataset.y[dataset.validation]
    for epoch in (best, 40):
        error = np.mean((result.snapshots[epoch]["prediction"] - truth) ** 2)
        assert error == pytest.approx(val_loss[epoch - 1], rel=1e-5)
    until = train(e, dataset, epochs=best)
    kernel = result.snapshots[best]["lstm_0/kernel"]
    np.testing.assert_array_equal(kernel, until.snapshots[best]["lstm_0/kernel"])


def test_a_state_of_another_network_is_refused():
    e = experiment(epochs=1)
    state = train(e, series(e)).state
    other = one_batch(epochs=1)
    with pytest.raises(ValueError, match="another network or optimizer"):
        train(other, series(other), start=state)
    with pytest.raises(ValueError, match="not the state"):
        TrainingState.unpack(b"PK")


def decayed(training, schedule):
    """The rates of 12 epochs by a Keras schedule."""
    return [float(schedule(step)) for step in range(12 * BATCHES)]


@pytest.mark.parametrize(
    ("settings", "schedule"),
    [
        (
            {"schedule": "cosine"},
            keras.optimizers.schedules.CosineDecay(0.01, 10 * BATCHES, alpha=0.1),
        ),
        (
            {"schedule": "cosine", "warmup": 3, "decay_rate": 0.3},
            keras.optimizers.schedules.CosineDecay(
                0.0, 7 * BATCHES, alpha=0.3, warmup_target=0.01, warmup_steps=3 * BATCHES
            ),
        ),
        (
            {"schedule": "exponential", "decay_rate": 0.5},
            keras.optimizers.schedules.ExponentialDecay(0.01, 10 * BATCHES, 0.5),
        ),
    ],
    ids=["cosine", "cosine after a warm-up", "exponential"],
)
def test_the_rates_are_those_of_keras(settings, schedule):
    rates = Rates.of(Training(learning_rate=0.01, epochs=10, **settings), BATCHES)
    expected = [float(schedule(step)) for step in range(12 * BATCHES)]
    found = [*rates.of_batches(0, 13), *rates.of_batches(13, 12 * BATCHES - 13)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_rate_changed_by_hand_goes_on_along_its_schedule():
    rates = Rates.of(Training(learning_rate=0.01, epochs=10, schedule="exponential"), BATCHES)
    before = rates.of_batches(0, 40)
    rates.change(0.5, 20)
    after = rates.of_batches(0, 40)
    assert after[20] == pytest.approx(0.5)
    np.testing.assert_allclose(after / after[20], before / before[20], rtol=1e-5)


def test_a_decaying_rate_trains_as_in_plain_fit():
    """Also without shuffling, from another seed, and with the entries of gradients clipped."""
    others = {"shuffle": False, "seed": 5, "clipvalue": 0.01}
    e = experiment(learning_rate=0.02, schedule="cosine", warmup=1, **others)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, 9 * BATCHES, alpha=0.1, warmup_target=0.02, warmup_steps=BATCHES
    )
    _, history = fit_plainly(e, series(e), rate=schedule)
    np.testing.assert_allclose(train(e, series(e)).history["loss"], history["loss"], rtol=1e-4)


def test_plateau_and_early_stopping_are_those_of_keras():
    e = experiment(
        learning_rate=0.1,
        epochs=40,
        schedule="plateau",
        plateau_patience=2,
        decay_rate=0.5,
        patience=4,
    )
    stopping = keras.callbacks.EarlyStopping(patience=4, restore_best_weights=True)
    reducing = keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=2)
    model, history = fit_plainly(e, series(e), callbacks=[reducing, stopping])
    rates = history["learning_rate"]
    assert rates[-1] < rates[0], "the case is to reduce the rate"
    assert len(rates) < 40, "and to stop early"

    told = Epochs()
    outcome, program = fit(e, series(e), told)
    np.testing.assert_allclose(told.of("val_loss"), history["val_loss"], rtol=1e-3)
    np.testing.assert_allclose(told.of("learning_rate"), rates, rtol=1e-6)
    assert outcome.epochs == stopping.best_epoch + 1
    assert outcome.state.epoch == len(rates)
    assert f"epoch {outcome.epochs}, the best," in outcome.message
    for mine, theirs in zip(program.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_gradient_norms_and_clipped_steps():
    """Of one batch an epoch, so that the norm is that of a gradient Keras computes plainly."""
    e = one_batch(epochs=3, clipnorm=0.2)
    dataset = series(e)
    told = Epochs()
    fit(e, dataset, told)
    model = train(e, dataset, epochs=1).model
    with tf.GradientTape() as tape:
        prediction = model(dataset.x[dataset.train])
        loss = tf.reduce_mean((prediction - dataset.y[dataset.train][:, None]) ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    assert told.epochs[2].gradient_norm == pytest.approx(
        float(tf.linalg.global_norm(gradients)), 1e-4
    )
    clipped = any(float(tf.norm(gradient)) > 0.2 for gradient in gradients)
    assert told.epochs[2].clipped == clipped
    assert told.epochs[1].clipped == 1


def test_stop_is_heard_between_two_calls_of_the_validation(monkeypatch):
    monkeypatch.setattr("seqlab.training.batches.CALL_SECONDS", 0.0)  # a batch a call
    monkeypatch.setattr("seqlab.training.control.POLL", 0.0)
    e = experiment(samples=1000, epochs=5)  # seven batches of validation
    dataset = series(e)
    forwards = []

    class Late(Script):
        def commands(self):
            return [{"kind": "stop"}] if len(forwards) >= 3 else []

    forward = Program.forward

    def counted(self, *arguments):
        if late.told:  # after the network was looked at as it is
            forwards.append(arguments)
        return forward(self, *arguments)

    monkeypatch.setattr(Program, "forward", counted)
    late = Late()
    outcome, _ = fit(e, dataset, late, late)
    assert outcome.status == "stopped"
    assert outcome.epochs == 0
    assert len(forwards) == 3
