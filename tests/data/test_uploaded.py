"""Tables of every layout -> arrays: what is in them, that no sequence is cut, true baselines."""

import io

import numpy as np
import pandas as pd
import pytest

from seqlab.data import text
from seqlab.data.columns import VALUE, choice, of_whole
from seqlab.data.dataset import DataError
from seqlab.data.load import load
from seqlab.data.upload import read_table
from seqlab.experiment import Data, Experiment, ParseOptions
from tests.data.reader.files import npz

GENERATOR = np.random.default_rng(5)


def dataset(csv, reading=None, name="x.csv", **data):
    content = csv if isinstance(csv, bytes) else csv.encode()
    table = read_table(content, name, reading)
    return load(Experiment(data=Data(source="upload", **data)), table)


def wide_csv(rows=40, steps=12, gap=None):
    classes = ["up", "down", "flat", "up"]
    table = {f"t{t}": GENERATOR.normal(t, 1, rows).round(2).astype(object) for t in range(steps)}
    if gap:
        for row, step in gap:
            table[f"t{step}"][row] = ""
    return pd.DataFrame(table | {"label": [classes[r % 4] for r in range(rows)]}).to_csv(
        index=False
    )


def long_frame(ids=20, label=True, date=False):
    rows = []
    for s in range(ids):
        for t in range(6 + s % 5 if not date else 40):
            when = f"2020-{1 + t // 28:02d}-{1 + t % 28:02d}" if date else t
            rows.append((f"s{s:02d}", when, s + t / 10, s * 100 - t, "ab"[s % 2]))
    frame = pd.DataFrame(rows, columns=["id", "date" if date else "t", "u", "v", "label"])
    return frame if label else frame.drop(columns="label")


def test_wide_rows_become_sequences_with_a_class():
    csv = wide_csv(gap=[(3, 5), (4, 11), (4, 10), (5, 0)])
    raw = pd.read_csv(io.StringIO(csv))
    d = dataset(csv)
    assert d.goal.classes == ("down", "flat", "up")
    assert d.x.shape == (40, 12, 1)
    assert d.x.dtype == np.float32
    assert d.y.dtype == np.int32
    assert [d.goal.classes[c] for c in d.y] == raw["label"].tolist()
    back = d.input_scaling.invert(d.x)[:, :, 0]
    np.testing.assert_allclose(back[0], raw.iloc[0, :12].astype(float), atol=1e-4)
    assert back[3, 5] == pytest.approx((raw.iloc[3, 4] + raw.iloc[3, 6]) / 2, abs=1e-4)
    assert d.lengths[4] == 10  # nothing behind step 9
    assert (d.x[4, 10:] == 0).all()
    assert back[5, 0] == pytest.approx(raw.iloc[5, 1], abs=1e-4)
    real = np.concatenate([back[i, : d.lengths[i]] for i in d.train])
    assert d.input_scaling.offset[0] == pytest.approx(real.mean(), abs=1e-4)
    assert d.input_scaling.scale[0] == pytest.approx(real.std(), abs=1e-4)
    assert sorted([*d.train, *d.validation]) == list(range(40))
    assert len(d.validation) == 8
    again, other = dataset(csv), dataset(csv, data_seed=1)
    np.testing.assert_array_equal(d.validation, again.validation)
    assert not np.array_equal(d.validation, other.validation)


def test_baselines_of_classes_are_those_of_the_frequencies_and_of_the_nearest_row():
    d = dataset(wide_csv())
    train, truth = d.y[d.train], d.y[d.validation]
    share = np.array([(train == c).mean() for c in range(3)])
    majority = d.baselines["majority class"]
    assert majority.loss == pytest.approx(-np.log(share[truth]).mean())
    assert majority.accuracy == pytest.approx((truth == share.argmax()).mean())
    hits = 0
    for i in d.validation:
        distances = [np.square(d.x[i] - d.x[j]).sum() for j in d.train]
        hits += d.y[i] == d.y[d.train[int(np.argmin(distances))]]
    assert d.baselines["nearest neighbour"].accuracy == pytest.approx(hits / len(truth))


def test_a_label_of_many_numbers_is_a_value():
    rows = 30
    table = {f"t{t}": GENERATOR.normal(size=rows).round(3) for t in range(10)}
    d = dataset(pd.DataFrame(table | {"y": np.arange(rows) / 7}).to_csv(index=False))
    assert (d.goal.kind, d.goal.at, d.outputs) == ("value", "end", 1)
    np.testing.assert_allclose(d.truth(np.arange(rows))[:, 0], np.arange(rows) / 7, atol=1e-5)
    errors = d.truth(d.validation)[:, 0] - np.mean(d.truth(d.train))
    assert d.baselines["mean"].rmse == pytest.approx(np.sqrt(np.mean(errors**2)), abs=1e-4)


def test_one_row_is_one_series():
    values = GENERATOR.normal(size=80).round(3)
    d = dataset(",".join(map(str, values)), window=5)
    np.testing.assert_allclose(d.values[:, 0], values)
    assert d.goal.kind == "value"
    assert len(d.x) == 75


def test_rows_without_a_label_are_forecast_each_by_itself():
    rows = np.arange(10)[:, None] * 1000 + np.arange(30)
    csv = pd.DataFrame(rows, columns=[f"t{t}" for t in range(30)]).to_csv(index=False)
    d = dataset(csv, window=4, horizon=2)
    assert d.target == VALUE
    assert len(d.x) == 10 * (30 - 5)
    raw = d.input_scaling.invert(d.x)[:, :, 0]
    truth = d.truth(np.arange(len(d.x)))[:, 0]
    np.testing.assert_allclose(raw[:, -1] + 2, truth, atol=1e-2)  # no window leaves its row
    owner = np.round(truth) // 1000
    assert not set(owner[d.train]) & set(owner[d.validation])
    assert d.baselines["persistence"].rmse == pytest.approx(2, abs=1e-6)


def test_long_sequences_are_padded_and_keep_their_label():
    frame = long_frame()
    d = dataset(frame.sample(frac=1, random_state=1).to_csv(index=False))
    assert d.names == ("u", "v")
    assert d.goal.classes == ("a", "b")
    sizes = frame.groupby("id").size()
    assert sorted(d.lengths) == sorted(sizes)
    assert d.x.shape == (20, sizes.max(), 2)
    back = d.input_scaling.invert(d.x)
    for i, length in enumerate(d.lengths):
        s = round(back[i, 0, 0])
        np.testing.assert_allclose(back[i, :length, 0], s + np.arange(length) / 10, atol=1e-4)
        assert d.y[i] == s % 2
        assert (d.x[i, length:] == 0).all()


def test_a_label_for_each_step():
    frame = long_frame()
    frame["label"] = np.where(frame["t"] % 3 == 0, "beat", "rest")
    d = dataset(frame.to_csv(index=False))
    assert (d.goal.kind, d.goal.at) == ("class", "every step")
    assert d.y.shape == d.x.shape[:2] == d.y_weights.shape
    np.testing.assert_array_equal(d.y_weights.sum(axis=1), d.lengths)
    names = np.array(d.goal.classes)[d.y]
    for i, length in enumerate(d.lengths):
        assert (names[i, :length] == np.where(np.arange(length) % 3 == 0, "beat", "rest")).all()
    whole = dataset(frame.to_csv(index=False), target="u", window=3)
    assert whole.goal.kind == "value"


def test_a_panel_is_split_at_one_date():
    d = dataset(long_frame(5, label=False, date=True).to_csv(index=False), window=4, target="u")
    goal_times = d.labels[d.starts + 4]
    assert goal_times[d.train].max() < goal_times[d.validation].min()
    raw, truth = d.input_scaling.invert(d.x)[:, :, 0], d.truth(np.arange(len(d.x)))[:, 0]
    np.testing.assert_allclose(raw[:, -1] + 0.1, truth, atol=1e-4)
    seen = d.values[d.labels < goal_times[d.validation].min(), 0]
    assert d.target_scaling.offset[0] == pytest.approx(seen.mean())


def test_a_column_that_is_not_there_and_windows_that_do_not_fit():
    csv = long_frame().to_csv(index=False)
    with pytest.raises(DataError, match="nowhere"):
        dataset(csv, target="nowhere")
    with pytest.raises(DataError, match="nowhere"):
        dataset(csv, inputs=("nowhere",))
    with pytest.raises(DataError, match="longest has 10") as caught:
        dataset(csv, target="u", window=50)
    assert caught.value.allowed == 9
    with pytest.raises(DataError, match="nowhere"):
        dataset(wide_csv(), target="nowhere")


def test_what_can_be_chosen():
    one = choice(read_table(wide_csv().encode(), "x"))
    assert (one.targets, one.inputs) == (("label", VALUE), (VALUE,))
    table = read_table(long_frame().to_csv(index=False).encode(), "x")
    both = choice(table)
    assert (both.targets, both.inputs) == (("label", "u", "v"), ("u", "v"))
    asked = {target: of_whole(table, both, target) for target in (None, "label", "u")}
    assert asked == {None: True, "label": True, "u": False}


REVIEWS = [
    (f"The {noun} was not {word}, at all!", "bad" if word == "good" else "good")
    for noun in ("film", "plot", "cast", "sound", "end")
    for word in ("good", "dull", "odd")
]


def test_texts_become_words():
    csv = pd.DataFrame(REVIEWS * 2, columns=["text", "label"]).to_csv(index=False)
    d = dataset(csv)
    assert d.goal.classes == ("bad", "good")
    assert d.vocabulary[:2] == (text.PADDING, text.UNKNOWN)
    known = text.tokenise(REVIEWS[0][0], "word")
    assert known == ["the", "film", "was", "not", "good", ",", "at", "all", "!"]
    for i in d.train:
        words = text.tokenise((REVIEWS * 2)[i][0], "word")
        assert [d.vocabulary[t] for t in d.x[i, : d.lengths[i]]] == words
    texts = np.array([r[0] for r in REVIEWS * 2])
    assert not set(texts[d.train]) & set(texts[d.validation])
    assert set(d.vocabulary[2:]) == {
        w for i in d.train for w in text.tokenise(texts[i], "word")
    }  # no word of the validation part is known


def test_pairs_become_characters_with_an_end():
    pairs = [(f"{n} apples", f"{n} Äpfel") for n in range(40)]
    csv = pd.DataFrame(pairs, columns=["english", "german"]).to_csv(index=False)
    d = dataset(csv, ParseOptions(kind="pairs"))
    assert (d.goal.kind, d.goal.at) == ("class", "sequence")
    assert d.target == "german"
    for i in (*d.train[:5],):
        assert text.decode(d.x[i], d.vocabulary) == pairs[i][0]
        assert text.decode(d.y[i], d.goal.classes) == pairs[i][1]
        assert d.y_weights[i].sum() == len(pairs[i][1]) + 1
    assert d.goal.classes[d.y[0, len(pairs[0][1])]] == text.END


def test_a_corpus_asks_for_the_next_character():
    corpus = "the cat sat on the mat\n" * 40
    d = dataset(corpus, name="cats.txt", window=10)
    assert (d.goal.kind, d.goal.at) == ("class", "every step")
    assert d.goal.classes == d.vocabulary
    np.testing.assert_array_equal(d.x[:, 1:], d.y[:, :-1])
    plain = corpus[:-1]
    for i, start in enumerate(d.starts[:20]):
        assert "".join(d.vocabulary[t] for t in d.x[i]) == plain[start : start + 10]
    split = int(len(plain) * 0.8)
    assert (d.starts[d.train] + 10 < split).all()
    assert (d.starts[d.validation] >= split).all()
    follows = {}
    for i in d.train:
        for a, b in zip(d.x[i], d.y[i], strict=True):
            follows.setdefault(a, []).append(b)
    losses = [
        -np.log((follows.get(a, []).count(b) + 1) / (len(follows.get(a, [])) + len(d.vocabulary)))
        for i in d.validation
        for a, b in zip(d.x[i], d.y[i], strict=True)
    ]
    assert d.baselines["pairs of characters"].loss == pytest.approx(np.mean(losses))
    with pytest.raises(DataError, match="longest") as caught:
        dataset(corpus, name="cats.txt", window=500)
    assert dataset(corpus, name="cats.txt", window=caught.value.allowed).timesteps


@pytest.mark.parametrize(
    ("y", "goal", "shape"),
    [
        (np.arange(20) % 3, ("class", "end"), (20,)),
        (np.array(["a", "b"] * 10), ("class", "end"), (20,)),
        (np.eye(3)[np.arange(20) % 3], ("class", "end"), (20,)),
        (np.arange(20) / 7, ("value", "end"), (20, 1)),
        (GENERATOR.normal(size=(20, 2)), ("value", "end"), (20, 2)),
        (np.arange(140).reshape(20, 7) % 2, ("class", "every step"), (20, 7)),
        (GENERATOR.normal(size=(20, 7)), ("value", "every step"), (20, 7, 1)),
        (GENERATOR.normal(size=(20, 7, 2)), ("value", "every step"), (20, 7, 2)),
    ],
)
def test_arrays_with_every_kind_of_target(y, goal, shape):
    x = GENERATOR.normal(3, 2, (20, 7, 2))
    d = dataset(npz(x=x, y=y), name="x.npz")
    assert (d.goal.kind, d.goal.at) == goal
    assert d.y.shape == shape
    np.testing.assert_allclose(d.input_scaling.invert(d.x), x, atol=1e-5)
    if goal[0] == "value":
        np.testing.assert_allclose(d.truth(np.arange(20)).reshape(y.shape), y, atol=1e-5)
    elif y.ndim == 1:
        assert [d.goal.classes[c] for c in d.y] == [str(c) for c in y]


def test_arrays_without_a_target_are_forecast():
    x = np.arange(20)[:, None, None] * 1000.0 + np.arange(30)[:, None]
    d = dataset(npz(sequences=x), name="x.npz", window=5)
    raw = d.input_scaling.invert(d.x)[:, -1, 0]
    np.testing.assert_allclose(raw + 1, d.truth(np.arange(len(d.x)))[:, 0], atol=1e-2)


def test_names_become_letters():
    names = [
        f"{first}{last}" for first in ("An", "Bo", "Car", "Di") for last in ("na", "ski", "ez")
    ]
    rows = [(name, "PL" if name.endswith("ski") else "ES") for name in names * 3]
    d = dataset(pd.DataFrame(rows, columns=["name", "country"]).to_csv(index=False))
    assert d.names == ("character",)
    assert text.decode(d.x[d.train[0]], d.vocabulary) == rows[d.train[0]][0]


def test_a_series_can_be_asked_for_its_words():
    days = pd.date_range("2020-01-01", periods=90).strftime("%Y-%m-%d")
    sky = ["sun" if i % 3 else "rain" for i in range(90)]
    frame = pd.DataFrame({"date": days, "rain": np.arange(90) % 7, "sky": sky})
    table = read_table(frame.to_csv(index=False).encode(), "x")
    assert choice(table).targets == choice(table).inputs == ("rain", "sky")
    d = dataset(frame.to_csv(index=False), target="sky", window=3)
    assert d.goal.classes == ("rain", "sun")
    assert [d.goal.classes[c] for c in d.y] == sky[3:]


def test_a_column_may_say_what_is_held_out():
    frame = long_frame()
    frame["split"] = np.where(frame["id"] < "s05", "test", "train")
    d = dataset(frame.to_csv(index=False))
    assert "split" in " ".join(d.notes)
    back = d.input_scaling.invert(d.x)[:, 0, 0]
    assert sorted(np.round(back[d.validation])) == [0, 1, 2, 3, 4]


def test_each_class_keeps_its_share_in_all_parts():
    sizes = {"a": 50, "b": 30, "c": 15, "d": 1}
    labels = [name for name, size in sizes.items() for _ in range(size)]
    table = {f"t{t}": GENERATOR.normal(size=len(labels)).round(2) for t in range(9)}
    csv = pd.DataFrame(table | {"label": labels}).to_csv(index=False)
    for seed in range(5):
        d = dataset(csv, data_seed=seed, test_share=0.1)
        names = np.array(d.goal.classes)[d.y]
        for name in "abc":
            held_out, tested = ((names[part] == name).sum() for part in (d.validation, d.test))
            assert abs(held_out - 0.2 * sizes[name]) <= 1
            assert abs(tested - 0.1 * sizes[name]) <= 1
        assert (names[d.train] == "d").sum() == 1
        assert sorted([*d.train, *d.validation, *d.test]) == list(range(len(labels)))
    assert "stratified" in " ".join(d.notes)
    assert "easy to misread" in " ".join(dataset(csv, split="random").notes)


def test_rows_of_one_subject_stay_together():
    csv = pd.read_csv(io.StringIO(wide_csv(60)))
    csv.insert(0, "subject", [f"p{r % 12}" for r in range(60)])
    d = dataset(csv.to_csv(index=False))
    whose = np.arange(60) % 12
    assert not set(whose[d.train]) & set(whose[d.validation])
    assert "subject" in " ".join(d.notes)


def panel(gaps=(), rows=60, stores=4):
    frames = []
    for s in range(stores):
        values = 10 * s + np.sin(2 * np.pi * np.arange(rows) / 7) * 3
        frames.append(
            pd.DataFrame(
                {"store": f"s{s}", "date": pd.date_range("2020-01-01", periods=rows), "v": values}
            )
        )
    frame = pd.concat(frames, ignore_index=True)
    for row in gaps:
        frame.loc[row, "v"] = np.nan
    return frame.to_csv(index=False)


@pytest.mark.parametrize("missing", ["interpolate", "forward", "drop"])
def test_a_gap_inside_a_sequence_is_no_target_and_never_reaches_training(missing):
    gaps = (20, 21, 130)
    d = dataset(panel(gaps), window=5, target="v", missing=missing)
    assert np.isfinite(d.x).all()
    assert np.isfinite(d.y).all()
    goals = d.starts + 5
    assert not set(goals) & set(gaps)
    touching = {s for gap in gaps for s in range(gap - 4, gap + 1)} & set(d.starts.tolist())
    assert bool(touching) == (missing != "drop")
    np.testing.assert_array_equal(np.flatnonzero(d.gaps[:, 0]), gaps)
    if missing == "forward":
        assert d.values[20, 0] == d.values[21, 0] == d.values[19, 0]
    if missing == "interpolate":
        assert d.values[20, 0] == pytest.approx((2 * d.values[19, 0] + d.values[22, 0]) / 3)


def test_a_panel_has_a_test_part_and_all_baselines():
    d = dataset(panel(), window=8, target="v", test_share=0.1, split="time")
    goal_times = d.labels[d.starts + 8]
    assert goal_times[d.validation].max() < goal_times[d.test].min()
    assert set(d.baselines) == {"persistence", "seasonal naive", "mean", "linear autoregression"}
    assert "7 rows earlier" in d.baselines["seasonal naive"].rule
    assert d.baselines["seasonal naive"].rmse < 1e-9
    assert d.baselines["linear autoregression"].rmse < 0.01
    other = dataset(panel(), window=8, target="v", period=14)
    assert "14 rows earlier" in other.baselines["seasonal naive"].rule
    dealt = dataset(panel(), window=8, target="v", split="random")
    assert "look better" in " ".join(dealt.notes)
    assert len(dealt.validation) == pytest.approx(len(dealt.x) / 5, abs=1)
    apart = dataset(long_frame(30).to_csv(index=False), window=3, target="u", test_share=0.2)
    groups = [
        set(np.floor(apart.truth(p)[:, 0] + 1e-3))
        for p in (apart.train, apart.validation, apart.test)
    ]
    assert all(groups)
    assert len(set.union(*groups)) == sum(map(len, groups))


def test_sequences_with_gaps_follow_the_choice():
    csv = wide_csv(gap=[(3, 5)])
    assert len(dataset(csv).x) == 40
    assert len(dataset(csv, missing="drop").x) == 39
    d = dataset(csv, missing="forward")
    row = d.input_scaling.invert(d.x)[3, :, 0]
    assert row[5] == pytest.approx(row[4])


def test_a_column_may_name_three_parts():
    frame = long_frame()
    frame["split"] = np.select([frame["id"] < "s04", frame["id"] < "s09"], ["test", "val"], "train")
    d = dataset(frame.to_csv(index=False))
    assert [len(d.train), len(d.validation), len(d.test)] == [11, 5, 4]
