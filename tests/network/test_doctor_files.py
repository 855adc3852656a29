"""Findings whose fix reads, cuts or deals out the sequences of a file in another way."""

import keras
import numpy as np
import pandas as pd
import pytest

from seqlab.data.dataset import DataError
from seqlab.data.load import load
from seqlab.data.upload import UploadError, read_table
from seqlab.experiment import Data, Experiment, ParseOptions, Recurrent, Training
from seqlab.network.doctor import diagnose, explain
from tests.data.reader.files import npz
from tests.network.data import keras_fit, keras_losses, keras_step
from tests.network.test_doctor import codes, errors, the

RNN = Recurrent(cell="SimpleRNN", units=8)
DRAW = np.random.default_rng(3)


def csv(table):
    return pd.DataFrame(table).to_csv(index=False).encode()


def upload(training=Training(), layer=RNN, **data):  # noqa: B008 (frozen)
    return Experiment(data=Data(source="upload", **data), layers=(layer,), training=training)


def loaded(experiment, content):
    name = "x.npz" if content.startswith(b"PK") else "x.csv"
    return load(experiment, read_table(content, name, experiment.data.reading))


def right(model, data, indices):
    """The share of these sequences that a model gives the right class."""
    answers = np.asarray(model.predict_on_batch(data.x[indices])).argmax(axis=-1)
    return float(np.mean(answers == data.y[indices]))


# Axes ------------------------------------------------------------------------------------------

# 40 waves of their own length and phase, 24 steps each.
WAVES = np.sin(
    DRAW.uniform(0.5, 1, (40, 1)) * np.arange(24) + DRAW.uniform(0, 2 * np.pi, (40, 1))
).round(4)
TURNED = {
    "arrays": (npz(x=WAVES.T[:, :, None]), npz(x=WAVES[:, :, None])),
    "table": (
        csv({f"x{i}": wave for i, wave in enumerate(WAVES)}),
        csv({f"x{i}": step for i, step in enumerate(WAVES.T)}),
    ),
}


@pytest.mark.parametrize("kind", TURNED)
def test_swapped_axes_are_trained_in_vain_until_they_are_swapped_back(kind):
    turned, straight = TURNED[kind]
    wrong = upload(Training(epochs=8, learning_rate=0.02), window=12)
    data = loaded(wrong, turned)
    finding = the(wrong, data, "swapped_axes")
    assert "only 24 sequences of 40 steps" in finding.message
    assert finding.fix.data.reading == ParseOptions(swapped=True)
    assert finding.fix.data.window == 12
    mended = loaded(finding.fix, turned)
    assert errors(finding.fix, mended) == []
    assert "swapped_axes" not in codes(finding.fix, mended)
    np.testing.assert_array_equal(mended.x, loaded(wrong, straight).x)
    if kind == "arrays":  # the others are the same numbers
        assert keras_losses(wrong, data)[-1] > 3 * keras_losses(finding.fix, mended)[-1]


def test_the_window_of_swapped_axes_fits_into_their_steps():
    turned, _ = TURNED["arrays"]
    wrong = upload(window=30, horizon=2)
    fix = the(wrong, loaded(wrong, turned), "swapped_axes").fix
    assert fix.data.window == 22
    assert np.isfinite(keras_step(fix, loaded(fix, turned)))
    far = upload(window=5, horizon=30)
    assert the(far, loaded(far, turned), "swapped_axes").fix is None


def test_targets_at_every_step_are_swapped_as_well():
    signs = (WAVES > 0).astype(int)
    turned, straight = (npz(x=x[:, :, None], y=y) for x, y in ((WAVES.T, signs.T), (WAVES, signs)))
    wrong = upload(layer=RNN.model_copy(update={"return_sequences": True}))
    fix = the(wrong, loaded(wrong, turned), "swapped_axes").fix
    mended, expected = loaded(fix, turned), loaded(wrong, straight)
    np.testing.assert_array_equal(mended.x, expected.x)
    np.testing.assert_array_equal(mended.y, expected.y)
    assert errors(fix, mended) == []
    assert np.isfinite(keras_step(fix, mended))


def test_axes_that_labels_or_the_values_themselves_confirm_are_not_in_question():
    draw = np.random.default_rng(0)

    def found(**arrays):
        experiment = upload(window=5)
        return codes(experiment, loaded(experiment, npz(**arrays)))

    few = WAVES[:20, :, None]
    assert "swapped_axes" not in found(x=few, y=np.arange(20) % 2)
    walks = draw.normal(size=(5, 200, 1)).cumsum(axis=1)
    assert "swapped_axes" not in found(x=walks)  # five sensors
    assert "swapped_axes" not in found(x=draw.normal(size=(20, 60, 2)))  # noise either way
    drawn = Experiment(data=Data(source="adding", samples=20, window=50), layers=(RNN,))
    assert "swapped_axes" not in codes(drawn, load(drawn))


# Duplicates ------------------------------------------------------------------------------------


def test_duplicates_make_learning_by_heart_look_like_knowledge():
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(80, 6, 2)), draw.integers(0, 2, 80)  # labels without any reason
    content = npz(x=np.r_[x, x, x], y=np.r_[y, y, y])
    training = Training(epochs=16, learning_rate=0.015)
    wrong = upload(training, Recurrent(cell="SimpleRNN", units=64))
    data = loaded(wrong, content)
    finding = the(wrong, data, "duplicates")
    assert "Of all 240 sequences 80 are different" in finding.message
    mended = loaded(finding.fix, content)
    np.testing.assert_array_equal(mended.validation, data.validation)
    assert "duplicates" not in codes(finding.fix, mended)
    assert errors(finding.fix, mended) == []
    flattered = right(keras_fit(wrong, data)[0], data, data.validation)
    honest = right(keras_fit(finding.fix, mended)[0], mended, mended.validation)
    assert flattered > 0.9
    assert honest < 0.7  # chance, of 48 sequences
    assert data.baselines["nearest neighbour"].accuracy > 0.9
    assert mended.baselines["nearest neighbour"].accuracy < 0.7


def test_where_nothing_would_be_left_there_is_no_fix_but_a_sentence():
    few = Experiment(data=Data(source="parity", window=2, samples=100), layers=(RNN,))
    finding = the(few, load(few), "duplicates")
    assert "Of all 100 sequences 4 are different" in finding.message
    assert "take other data" in finding.message
    assert finding.fix is None
    dropped = few.model_copy(update={"data": few.data.model_copy(update={"duplicates": "drop"})})
    with pytest.raises(DataError, match="All 80 training sequences also stand") as caught:
        load(dropped)
    back = explain(caught.value, dropped)
    assert (back.level, back.fix) == ("error", few)


# Classes ---------------------------------------------------------------------------------------

SIZES = {"a": 30, "b": 30, "c": 3}
LABELS = np.array([name for name, size in SIZES.items() for _ in range(size)])
CLASSES = DRAW.normal(size=(63, 5, 1)) + np.searchsorted([*SIZES], LABELS)[:, None, None] * 3 - 3


def unlucky(content, lost, **changes):
    """The experiment and the data of the first seed that deals a class out of the training part."""
    for seed in range(1000):
        experiment = upload(split="random", data_seed=seed, **changes)
        data = loaded(experiment, content)
        if lost not in np.array(data.goal.classes)[data.y[data.train]]:
            return experiment, data
    raise AssertionError("no such seed")


def test_a_class_that_was_dealt_out_of_training_comes_back_with_its_share():
    content = npz(x=CLASSES, y=LABELS)
    wrong, data = unlucky(
        content, "c", training=Training(epochs=30, learning_rate=0.05, batch_size=64)
    )
    finding = the(wrong, data, "class_not_trained")
    assert "'c'" in finding.message
    mended = loaded(finding.fix, content)
    assert finding.fix.data.split == "time"
    assert "class_not_trained" not in codes(finding.fix, mended)
    assert errors(finding.fix, mended) == []

    def known(experiment, data):
        rare = data.validation[data.y[data.validation] == 2]
        assert len(rare)
        return right(keras_fit(experiment, data)[0], data, rare)

    assert known(wrong, data) == 0
    assert known(finding.fix, mended) > 0


def test_a_single_class_in_training_gets_the_others_back():
    draw = np.random.default_rng(0)
    y = np.array(["a"] * 10 + ["b"] * 2)
    content = npz(x=draw.normal(size=(12, 5, 1)), y=y)
    wrong, data = unlucky(content, "b")
    finding = the(wrong, data, "one_class")
    mended = loaded(finding.fix, content)
    assert set(mended.y[mended.train]) == {0, 1}
    assert not {"one_class", "class_not_trained"} & set(codes(finding.fix, mended))
    assert np.isfinite(keras_step(finding.fix, mended))


def test_the_fix_is_only_offered_where_every_class_would_be_trained():
    draw = np.random.default_rng(0)
    table = {f"t{t}": draw.normal(size=60).round(2) for t in range(9)}
    whose = np.repeat([f"p{i}" for i in range(6)], 10)
    label = np.where(whose == "p0", np.tile(["a", "c"], 30), np.tile(["a", "b"], 30))
    mixed = csv({"subject": whose} | table | {"label": label})  # both classes in each subject
    wrong, data = unlucky(mixed, "c")
    finding = the(wrong, data, "class_not_trained")
    assert finding.fix is None
    assert "Each class needs a sequence in the training part" in finding.message


def test_a_class_that_comes_late_in_a_series_is_no_matter_of_dealing_out():
    sky = ["sun", "rain"] * 40 + ["snow", "sun"] * 10
    content = csv({"day": pd.date_range("2020-01-01", periods=100), "v": range(100), "sky": sky})
    experiment = upload(target="sky", window=3)
    finding = the(experiment, loaded(experiment, content), "class_not_trained")
    assert finding.fix is None
    assert "a series in which the others come earlier" in finding.message


def test_the_labels_of_a_file_may_be_counted_from_one():
    numbers = np.searchsorted([*SIZES], LABELS) + 1
    experiment = upload()
    data = loaded(experiment, npz(x=CLASSES, y=numbers))
    assert data.goal.classes == ("1", "2", "3")
    np.testing.assert_array_equal(data.y, numbers - 1)
    assert "labels_out_of_range" not in codes(experiment, data)
    assert np.isfinite(keras_step(experiment, data))


# Targets ---------------------------------------------------------------------------------------

DAYS = pd.date_range("2020-01-01", periods=120)
WARM = np.sin(np.arange(120) / 4).round(3)


def test_instead_of_a_constant_target_another_column_is_predicted():
    content = csv({"day": DAYS, "state": 1, "stuck": np.arange(120) // 100, "warm": WARM})
    assert loaded(upload(window=5), content).target == "warm"  # by itself
    wrong = upload(window=5, target="state")
    finding = the(wrong, loaded(wrong, content), "constant_target")
    assert finding.fix_label == "Predict 'warm' instead"  # “stuck” changes too late
    mended = loaded(finding.fix, content)
    assert (mended.target, mended.names) == ("warm", ("warm",))
    assert "constant_target" not in codes(finding.fix, mended)
    assert errors(finding.fix, mended) == []
    assert np.isfinite(keras_step(finding.fix, mended))


def test_a_constant_target_inside_sequences_and_without_another_column():
    store = np.repeat(["a", "b", "c"], 40)
    day = np.tile(DAYS[:40], 3)
    panel = csv({"store": store, "day": day, "open": 1, "sales": WARM})
    wrong = upload(window=5, target="open")
    finding = the(wrong, loaded(wrong, panel), "constant_target")
    assert finding.fix.data.target == "sales"
    assert errors(finding.fix, loaded(finding.fix, panel)) == []
    alone, wrong = csv({"day": DAYS, "state": 1}), upload(window=5)
    finding = the(wrong, loaded(wrong, alone), "constant_target")
    assert finding.fix is None
    assert "Take another column" in finding.message
    assert "duplicates" not in codes(wrong, loaded(wrong, alone))


def test_a_class_that_never_changes_can_be_left_for_another_column():
    content = csv({"day": DAYS, "v": WARM, "sky": ["sun"] * 110 + ["rain"] * 10})
    wrong = upload(window=5, target="sky", reading=ParseOptions(label="sky"))
    finding = the(wrong, loaded(wrong, content), "one_class")
    assert finding.fix.data.target == "v"
    assert errors(finding.fix, loaded(finding.fix, content)) == []


def test_the_scaling_of_a_file_is_fitted_on_its_training_part():
    rising = np.linspace(0, 10, 120) + WARM
    experiment = upload(window=5)
    data = loaded(experiment, csv({"day": DAYS, "v": rising}))
    assert "scaler_leak" not in codes(experiment, data)
    assert data.target_scaling.offset[0] == pytest.approx(rising[:96].mean())


# Padding ---------------------------------------------------------------------------------------

LENGTHS = np.r_[np.full(90, 5), np.full(10, 60)]


def test_steps_of_padding_are_computed_in_vain():
    draw = np.random.default_rng(0)
    x, y = draw.normal(size=(100, 60, 2)), np.arange(100) % 2
    content = npz(x=x, y=y, lengths=LENGTHS)
    long = upload()
    data = loaded(long, content)
    finding = the(long, data, "much_padding")

    def idle(data):  # the share of the steps that leave the state as it was
        real = np.arange(data.timesteps) < data.lengths[:, None]
        states = keras.layers.SimpleRNN(3, return_sequences=True)(data.x, mask=real)
        return float(np.mean(np.all(np.diff(states, axis=1) == 0, axis=2))) * (
            (data.timesteps - 1) / data.timesteps
        )

    assert f"{idle(data):.0%} of all steps are padding" in finding.message
    assert finding.fix.data.longest == 5
    short = loaded(finding.fix, content)
    assert "10 sequences were cut after 5 steps" in " ".join(short.notes)
    assert idle(short) == 0
    assert "much_padding" not in codes(finding.fix, short)
    np.testing.assert_allclose(short.input_scaling.invert(short.x), x[:, :5], atol=1e-5)
    assert np.isfinite(keras_step(finding.fix, short))


def test_labels_and_values_at_every_step_are_cut_with_their_sequences():
    draw = np.random.default_rng(0)
    x = draw.normal(size=(100, 60, 1))
    layer = RNN.model_copy(update={"return_sequences": True})
    for y in (np.tile(np.arange(60) % 3, (100, 1)), x.cumsum(axis=1)):
        cut = loaded(upload(layer=layer, longest=5), npz(x=x, y=y, lengths=LENGTHS))
        assert cut.y.shape[:2] == cut.y_weights.shape == (100, 5)
        assert np.isfinite(keras_step(upload(layer=layer), cut))


def test_long_texts_are_cut_but_not_what_is_to_be_translated():
    words = np.array(["the", "film", "was", "not", "so", "very", "good", "but", "never", "dull"])
    texts = [" ".join(words[(i + np.arange(4)) % 10]) for i in range(40)]
    texts += [" ".join(words[(i + np.arange(70)) % 10]) for i in range(3)]
    content = csv({"text": texts, "label": ["good", "bad"] * 21 + ["good"]})
    long = upload()
    data = loaded(long, content)
    finding = the(long, data, "much_padding")
    short = loaded(finding.fix, content)
    assert short.timesteps == finding.fix.data.longest == 4
    assert "much_padding" not in codes(finding.fix, short)
    assert np.isfinite(keras_step(finding.fix, short))
    pairs = upload(reading=ParseOptions(kind="pairs"))
    table = csv({"one": texts, "two": [text.upper() for text in texts]})
    assert the(pairs, loaded(pairs, table), "much_padding").fix is None


def test_strings_that_are_drawn_become_shorter():
    long = Experiment(
        data=Data(source="reber", window=80, samples=300),
        layers=(RNN.model_copy(update={"return_sequences": True}),),
    )
    finding = the(long, load(long), "much_padding")
    assert "much_padding" not in codes(finding.fix, load(finding.fix))


def test_what_a_file_cannot_be_read_as_is_said():
    draw = np.random.default_rng(0)
    labelled = csv(
        {f"t{t}": draw.normal(size=30).round(2) for t in range(9)} | {"y": ["a", "b"] * 15}
    )
    with pytest.raises(UploadError, match="is the label of each row"):
        read_table(labelled, "x.csv", ParseOptions(swapped=True))
    series = csv({"day": DAYS, "v": WARM})
    table = read_table(series, "x.csv", ParseOptions(swapped=True))
    assert "not_swapped" in [finding.code for finding in table.findings]
    assert diagnose(upload(window=5), load(upload(window=5), table)) == []
