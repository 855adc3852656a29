"""NumPy files and running texts: shapes explained, nothing executed, nothing unpacked blindly."""

import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqlab.data.upload import UploadError, read_table
from tests.data.reader.files import npz

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(6, 5, 2))


def npy(array, **options):
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


def codes(table):
    return {finding.code for finding in table.findings}


def said(table):
    return " ".join(finding.message for finding in table.findings)


def test_sequences_are_told_by_their_shape():
    table = read_table(npz(x=X, y=np.arange(6) % 2), "a.npz")
    assert table.kind == "arrays"
    assert table.numeric == ("feature 1", "feature 2")
    np.testing.assert_array_equal(table.arrays.x, X)
    assert "(6, 5, 2): 6 sequences of 5 steps with 2 features" in said(table)
    assert "one of 2 classes a sequence" in said(table)
    assert table.frame["sequence"].tolist()[:6] == [1] * 5 + [2]
    np.testing.assert_array_equal(table.frame["feature 2"], X[..., 1].ravel())
    assert len(table.lines) == len(table.frame)


def test_a_table_of_numbers_is_one_series_unless_the_user_says_otherwise():
    data = npy(np.arange(60.0).reshape(20, 3))
    table = read_table(data, "a.npy")
    assert (table.kind, table.numeric) == ("series", ("column 1", "column 2", "column 3"))
    assert "(20, 3)" in said(table)
    rows = read_table(data, "a.npy", kind="arrays")
    assert rows.arrays.x.shape == (20, 3, 1)
    assert read_table(npy(np.arange(9.0)), "a.npy").numeric == ("value",)
    wide = read_table(npy(np.zeros((5, 300))), "a.npy")
    assert wide.arrays.x.shape == (5, 300, 1)
    assert read_table(data, "renamed.csv").kind == "series"  # told by its first bytes


def test_padding_and_lengths():
    padded = X.copy()
    padded[1, 3:] = np.nan
    padded[2, 1, 0] = np.inf
    table = read_table(npz(x=padded), "a.npz")
    assert table.arrays.lengths.tolist() == [5, 3, 5, 5, 5, 5]
    assert codes(table) >= {"array_padding", "missing"}
    told = read_table(npz(x=X, y=np.ones(6), lengths=np.arange(6) % 5 + 1), "a.npz")
    assert told.arrays.lengths.tolist() == [1, 2, 3, 4, 5, 1]


def test_an_array_of_lengths_alone_is_taken_for_x():
    assert read_table(npz(lengths=np.arange(30.0)), "a.npz").numeric == ("value",)


def test_arrays_with_other_names():
    table = read_table(npz(signals=X, who=np.array(list("abcabc"))), "a.npz")
    assert table.arrays.y.tolist() == list("abcabc")
    assert "array_names" in codes(table)
    keras = npz(x_train=X, y_train=np.arange(6), x_test=X, y_test=np.arange(6))
    table = read_table(keras, "a.npz")
    assert table.label == "y"
    assert "“x_test” and “y_test”" in said(table)
    assert read_table(npz(compressed=True, x=X.astype("f4")), "a.npz").arrays.x.shape == X.shape


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


def archive(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(f"{name}.npy", content)
    return out.getvalue()


HUGE = npy(np.zeros(1)).replace(b"(1,)", b"(99999999999,)").replace(b" " * 10, b"", 1)


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (npy(np.array([Bomb()], object), allow_pickle=True), "a.npy", "pickle"),
        (npz(x=np.array([Bomb()], object)), "a.npz", "pickle"),
        (pickle.dumps(Bomb()), "a.npy", "pickle"),
        (pickle.dumps(Bomb(), protocol=0), "a.csv", "pickle"),
        (archive(x=npy(np.zeros(20_000_000, "i1"))), "a.npz", "20,000,000 values"),
        (archive(x=b"\x93NUMPY\x01\x00\x76\x00" + HUGE[10:]), "a.npz", "values|cut off|header"),
        (npy(X)[:-100], "a.npy", "cut off"),
        (npz(x=X)[:-100], "a.npz", "damaged"),
        (b"\x93NUMPY\x01\x00", "a.npy", "header"),
        (archive(readme=b"hello"), "a.npz", "header"),
        (b"1,2,3\n", "a.npy", "no NumPy file"),
        (npz(y=np.arange(6), x=X[:4]), "a.npz", r"first axis must be 4"),
        (npz(x=X, y=np.zeros((6, 4, 2))), "a.npz", r"\(6, 5\)"),
        (npz(x=X, y=np.full(6, np.nan)), "a.npz", "missing or infinite"),
        (npz(x=X[..., None]), "a.npz", r"\(6, 5, 2, 1\)"),
        (npz(x=np.zeros((0, 5, 2))), "a.npz", r"\(0, 5, 2\)"),
        (npz(x=np.array(list("abc"))), "a.npz", "must hold numbers"),
        (npy(np.zeros(3, complex)), "a.npy", "complex"),
        (npy(np.zeros(3, [("a", "f8")])), "a.npy", "only numbers and words"),
        (npz(x=X, lengths=np.arange(6)), "a.npz", "whole numbers from 1 to 5"),
        (npz(**{f"a{i}": np.zeros(1) for i in range(101)}), "a.npz", "101 arrays"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(data, name, sentence):
    with pytest.raises(UploadError, match=sentence) as caught:
        read_table(data, name)
    assert "could not be understood" not in str(caught.value)


SEEDS = [npy(X), npz(x=X, y=np.arange(6)), npz(compressed=True, x=X, lengths=np.arange(6))]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 900), st.binary(max_size=3))))
def test_damaged_arrays_give_a_table_or_a_refusal(data, changes):
    damaged = bytearray(data)
    for at, piece in changes:
        damaged[at : at + len(piece)] = piece
    try:
        table = read_table(bytes(damaged), "any.npz")
    except UploadError as error:
        assert "could not be understood" not in str(error), repr(error.__cause__)  # noqa: PT017
    else:
        assert len(table.frame) == len(table.lines)


POEM = "Shall I compare thee to a summer's day?\nThou art more lovely, and more temperate.\n" * 5


def test_a_running_text():
    table = read_table(POEM.encode(), "sonnet.txt")
    assert (table.kind, table.texts) == ("corpus", ("text",))
    assert "\n".join(table.frame["text"]) == POEM.rstrip("\n")
    assert table.lines.tolist() == list(range(1, 11))
    assert read_table(POEM.encode("utf-16"), "sonnet.TXT").encoding == "utf-16"
    assert read_table(POEM.encode(), "sonnet.csv", kind="corpus").kind == "corpus"


def test_a_table_may_end_in_txt_too():
    series = "date\tvalue\n" + "\n".join(f"2020-01-{i:02d}\t{i * 1.5}" for i in range(1, 29))
    assert read_table(series.encode(), "export.txt").kind == "series"
    pairs = "\n".join(f"Go {word}.\tVa {word} !" for word in POEM.split())
    assert read_table(pairs.encode(), "fra.txt").kind == "pairs"
    assert read_table(series.encode(), "export.txt", kind="corpus").kind == "corpus"
    with pytest.raises(UploadError, match="at least 100"):
        read_table(b"too short", "a.txt")


@pytest.mark.parametrize(
    "y",
    [
        np.arange(6),
        np.array(list("abcabc")),
        np.eye(3)[np.arange(6) % 3],
        np.arange(30).reshape(6, 5) / 7,
        np.arange(60).reshape(6, 5, 2) / 7,
    ],
    ids=["classes", "words", "one hot", "values at every step", "several at every step"],
)
def test_steps_may_stand_before_sequences(y):
    straight = read_table(npz(x=X, y=y), "a.npz").arrays
    stepwise = y.ndim > 1 and y.shape[1] == 5
    turned = {"x": X.swapaxes(0, 1), "y": y.swapaxes(0, 1) if stepwise else y}
    guessed = read_table(npz(**turned), "a.npz")
    told = read_table(npz(**turned), "a.npz", swapped=True)
    assert guessed.swapped == ("swapped_axes" in codes(guessed)) == (not stepwise)
    for table in (told,) if stepwise else (told, guessed):
        np.testing.assert_array_equal(table.arrays.x, straight.x)
        np.testing.assert_array_equal(table.arrays.y, straight.y)
        assert "6 sequences of 5 steps" in said(table)
        assert "its first two axes swapped" in said(table)
    if not stepwise:
        with pytest.raises(UploadError, match="first axis must be 5"):
            read_table(npz(**turned), "a.npz", swapped=False)
        with pytest.raises(UploadError, match="first axis must be 5"):
            read_table(npz(x=X, y=y), "a.npz", swapped=True)


def test_two_axes_are_swapped_too_and_lengths_count_what_is_a_sequence_then():
    table = read_table(npy(np.arange(60.0).reshape(20, 3)), "a.npy", swapped=True)
    assert table.arrays.x.shape == (3, 20, 1)
    assert table.arrays.x[1, :2, 0].tolist() == [1, 4]
    lengths = np.arange(6) % 5 + 1
    told = read_table(npz(x=X.swapaxes(0, 1), y=np.arange(6), lengths=lengths), "a.npz")
    assert told.arrays.lengths.tolist() == lengths.tolist()
