"""A link may hold anything: the page shows it, or says in a sentence what it did not take."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlab.experiment import Experiment, ExperimentError, parse_query
from seqlab.runs.store import Store
from tests.ui.test_pages import messages, opened

KEYS = st.sampled_from([*Experiment().to_flat(), "run", "unknown", "cell_7", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(KEYS, JSON.map(json.dumps) | st.text(st.characters(), max_size=30)))
def test_any_query_is_an_experiment_or_sentences(query):
    try:
        experiment = Experiment.from_query(query)
    except ExperimentError as error:
        sentences = error.sentences
        assert sentences
        for sentence in sentences:
            sentence.encode()  # as it is sent to the browser
    else:
        experiment.to_json().encode()


def test_half_a_character_is_never_kept():
    parsed = parse_query({"cell_0": r'"\ud800"', "target": "\ud800", "inputs": r'["\udc00", "b"]'})
    assert json.dumps(parsed, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "query",
    [
        {"cell_0": r'"\ud800"'},
        {"units_0": "NaN", "epochs": "1e400", "layers": "1e9"},
        {"inputs": "[" * 5_000},
        {"target": "x" * 100_000, "data": '{"a": 1}'},
    ],
    ids=["half a character", "numbers", "brackets", "long"],
)
def test_a_link_that_makes_no_sense_shows_the_page_and_says_so(app, query):
    opened(app, **query)
    assert app.button(key="train")
    assert messages(app)


def test_odd_files_in_the_folder_of_a_run_are_left_out(tmp_path):
    store = Store(tmp_path)
    run = store.create(Experiment())
    store.add_snapshot(run, 3, b"not read here")
    folder = store.home / "runs" / run
    for name in ("epoch_abc.npz", "epoch_.npz", "epoch_²²²²²².npz", "epoch_000004.npz.1.part"):
        (folder / name).write_bytes(b"")
    assert store.snapshots(run) == [3]
    store.close()
