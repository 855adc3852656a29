"""Constant tails: the harm is done by training, and the fix undoes it."""

from functools import cache

import numpy as np
import pytest

from seqlab.data.dataset import Goal
from seqlab.data.tails import repeats, without
from seqlab.experiment import Experiment, Recurrent, Training
from seqlab.network.doctor import diagnose, read_result
from seqlab.training.train import train
from tests.network.data import dataset
from tests.network.test_doctor import codes, the
from tests.network.test_doctor_files import csv, loaded, npz, upload

STEPS, BANDS = 70, 6
GOAL = Goal("class", "end", ("rising", "falling", "returning"))
MANY = Training(epochs=20)


@cache
def tones(n=90, seed=0):
    """Rising, falling and returning tones as energies of bands, (n, STEPS, BANDS); classes.

    Each is as loud as the others and is filled up at its end with one quiet value, as words are
    that were recorded one by one. Also how many steps of each are no filling.
    """
    draw = np.random.default_rng(seed)
    y, lengths = np.arange(n) % 3, draw.integers(10, 21, n)
    x = np.zeros((n, STEPS, BANDS))
    for i, length in enumerate(lengths):
        time = np.linspace(0, 1, length)
        place = (time, 1 - time, 1 - np.abs(2 * time - 1))[y[i]]
        energy = -((np.arange(BANDS) - (BANDS - 1) * place[:, None]) ** 2)
        x[i, :length] = np.maximum(energy + draw.normal(0, 0.5, (length, BANDS)), -20)
        x[i, length:] = -20
    return x, y, lengths


def trained(experiment, content):
    data = loaded(experiment, content)
    history = train(experiment, data).history
    return data, history, {f.code: f for f in read_result(experiment, data, history)}


def test_an_lstm_forgets_over_a_tail_and_the_fix_cuts_it():
    x, y, lengths = tones()
    content = npz(x=x, y=y)
    wrong = upload(MANY, Recurrent(units=8))
    data, history, findings = trained(wrong, content)
    chance = np.log(3)
    assert min(history["loss"]) > 0.98 * chance
    before = the(wrong, data, "constant_tails")
    after = findings["not_learning"]
    assert before.level == "warning"
    assert after.fix == before.fix

    tail = int(np.median((STEPS - lengths - 1)[data.train]))  # the first quiet step stays
    half_life = np.log(2) / np.log(1 + np.exp(-1))
    left = f"{0.5 ** (tail / half_life):.0e}"
    for finding in (before, after):
        assert f"after {tail} steps {left} of it is left" in finding.message
    assert f"reads {tail} steps that repeat one vector" in after.message
    share = (STEPS - lengths - 1)[data.train].sum() / (len(data.train) * STEPS)
    assert f"{share:.0%} of all steps do" in before.message

    mended, better, findings = trained(before.fix, content)
    np.testing.assert_array_equal(mended.lengths, lengths + 1)
    assert any(
        note == "90 sequences were cut where only one step is repeated up to the end."
        for note in mended.notes
    )
    assert better["val_loss"][-1] < 0.5 * chance
    assert "not_learning" not in findings
    assert "constant_tails" not in codes(before.fix, mended)


@pytest.mark.parametrize(
    "layer",
    [Recurrent(units=8, bidirectional=True), Recurrent(units=8, go_backwards=True)],
)
def test_who_reads_from_the_end_is_not_told_to_cut(layer):
    x, y, _ = tones()
    experiment = upload(MANY, layer)
    assert "constant_tails" not in codes(experiment, loaded(experiment, npz(x=x, y=y)))


def test_a_long_memory_gets_a_hint_and_no_alarm():
    x, y, _ = tones()
    for layer in (Recurrent(forget_bias=5.0), Recurrent(cell="GRU")):
        experiment = upload(MANY, layer)
        assert the(experiment, loaded(experiment, npz(x=x, y=y)), "constant_tails").level == "hint"


def test_tables_with_a_sequence_a_row_are_cut_as_well():
    x, y, lengths = tones()
    experiment = upload(MANY, Recurrent(units=8))
    content = csv({"label": [f"tone {k}" for k in y]} | {f"t{i}": x[:, i, 0] for i in range(STEPS)})
    finding = the(experiment, loaded(experiment, content), "constant_tails")
    mended = loaded(finding.fix, content)
    assert mended.lengths.max() <= lengths.max() + 1
    assert "constant_tails" not in codes(finding.fix, mended)


def test_repeated_steps_are_counted_inside_the_sequences():
    x = np.array([[1, 2, 3, 3, 3], [1, 2, 2, 0, 0], [4, 4, 4, 4, 4], [1, 2, 3, 4, 5]], float)
    lengths = np.array([5, 3, 5, 5])
    np.testing.assert_array_equal(repeats(x[..., None], lengths), [2, 1, 4, 0])
    kept, notes = without([row[:n, None] for row, n in zip(x, lengths, strict=True)])
    assert [len(sequence) for sequence in kept] == [5, 3, 1, 5]  # two may well be measured
    assert len(notes) == 1


def test_arrays_by_hand_are_told_of_and_left_alone():
    x, y, _ = tones()
    finding = the(Experiment(), dataset(x, y.astype("int32"), GOAL), "constant_tails")
    assert finding.fix is None
    sines = Experiment()
    assert "constant_tails" not in [f.code for f in diagnose(sines)]
