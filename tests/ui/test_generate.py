"""What somebody types, and what the network of a run answers."""

import numpy as np
import pytest

from seqlab.experiment import Data, Experiment, Network, Recurrent
from seqlab.inspection.networks import network_of
from seqlab.lens import snapshot
from seqlab.lens.generate import write
from seqlab.ui.draft import dataset_of
from seqlab.ui.playground.generate import read, spelled
from tests.ui.test_lens_page import weights
from tests.ui.test_pages import captions, opened

ONE = (Recurrent(units=3),)
REVIEWS = Experiment(data=Data(source="reviews", samples=60), layers=ONE)
COUNTING = Experiment(
    data=Data(source="counting", window=30, samples=40),
    layers=(Recurrent(units=3, return_sequences=True),),
)
DATES = Experiment(
    data=Data(source="dates", samples=40),
    layers=(Recurrent(units=3), Recurrent(units=3, return_sequences=True)),
)


def finished(store, experiment, always=None):
    """A run with drawn weights; `always` names the class that its head prefers by far."""
    dataset = dataset_of(experiment.data)
    arrays = weights(experiment, dataset, 1)
    if always is not None:
        arrays["head/bias"][dataset.goal.classes.index(always)] = 50
    run = store.create(experiment)
    store.add_snapshot(run, 4, snapshot.pack(arrays))
    store.set_status(run, "finished")
    return run, arrays


def shown(app):
    """The answer as text."""
    return [block.value for block in app.code]


def box(app, run):
    return app.text_input(key=f"own_words_{run}")


def html(app):
    return " ".join(block.proto.body for block in app.get("html"))


def test_a_review_is_judged_with_its_probabilities(app, store):
    run, arrays = finished(store, REVIEWS)
    opened(app, run=run)
    dataset = dataset_of(REVIEWS.data)
    typed = "The film was NOT bad"
    box(app, run).set_value(typed).run()
    assert not app.exception
    places = [dataset.vocabulary.index(word) for word in typed.casefold().split()]
    x = np.array([places + [0] * (dataset.timesteps - 5)])
    found = write(network_of(arrays, REVIEWS, dataset), x, x != 0)
    best = dataset.goal.classes[found.symbols[0, 0]]
    assert f"says “{best}”, probability {found.confidence[0, 0]:.1%}" in captions(app)
    assert all(name in html(app) for name in ("positive", "negative"))


def test_a_date_is_written_symbol_by_symbol(app, store):
    run, arrays = finished(store, DATES)
    opened(app, run=run)
    dataset = dataset_of(DATES.data)
    first = dataset.validation[:1]
    assert box(app, run).value == "".join(dataset.vocabulary[i] for i in dataset.x[first[0]])
    x = dataset.x[first]
    found = write(network_of(arrays, DATES, dataset), x, x != 0)
    names = [dataset.goal.classes[i] for i in found.symbols[0]]
    end = names.index("[END]") if "[END]" in names else len(names)
    stop = min(end, names.index("") if "" in names else len(names))
    if stop:
        assert shown(app)[-1] in ("".join(names[:stop]), " ".join(names[:stop]))
        assert f"{found.confidence[0, :stop].min():.1%}" in captions(app)
    else:
        assert "writes nothing" in captions(app)


def test_an_answer_ends_where_the_network_says_so(app, store):
    run, _ = finished(store, DATES, always="[END]")
    opened(app, run=run)
    assert "After epoch 4 the network writes nothing." in captions(app)


def test_a_language_model_goes_on_from_a_prompt(app, store):
    run, _ = finished(store, COUNTING, always="e")
    opened(app, run=run)
    box(app, run).set_value("twenty-o").run()
    app.slider(key="own_words_steps").set_value(12).run()
    assert shown(app)[-1] == "e" * 12
    assert "number 1, with 100.0%" in captions(app)
    app.slider(key="own_words_temperature").set_value(0.0).run()
    assert shown(app)[-1] == "e" * 12


def test_drawing_again_writes_another_text(app, store):
    run, _ = finished(store, COUNTING)
    opened(app, run=run)
    app.slider(key="own_words_temperature").set_value(2.0).run()
    before = shown(app)[-1]
    app.button(key="own_words_again").click().run()
    assert not app.exception
    assert shown(app)[-1] != before


def test_a_network_that_reads_both_ways_says_that_it_cannot_go_on(app, store):
    layer = Recurrent(units=3, return_sequences=True, bidirectional=True)
    run, _ = finished(store, COUNTING.model_copy(update={"layers": (layer,)}))
    opened(app, run=run)
    assert not app.exception
    assert "reads the text from its end as well" in captions(app)


@pytest.mark.parametrize("typed", ["", "   ", "~"])
def test_nothing_to_read_is_said(app, store, typed):
    experiment = Experiment(
        data=Data(source="brackets", window=10, samples=40),
        layers=ONE,
        network=Network(embedding=3),
    )
    run, _ = finished(store, experiment)
    opened(app, run=run)
    box(app, run).set_value(typed).run()
    assert not app.exception
    assert "Type something that the network can read." in captions(app)


def test_numbers_have_no_box(app, store):
    run, _ = finished(store, Experiment(layers=ONE))
    opened(app, run=run)
    assert not [each for each in app.text_input if each.key.startswith("own_words")]


def test_what_the_network_never_met_is_said():
    dataset = dataset_of(DATES.data)
    tokens, remark = read(dataset, "1\N{SNOWMAN}")
    assert tokens.tolist() == [dataset.vocabulary.index("1"), 1]
    assert remark == "Not in the training part, and read as unknown: \N{SNOWMAN}"
    tokens, remark = read(dataset, "1" * 100)
    assert len(tokens) == dataset.timesteps
    assert f"Only the first {dataset.timesteps} are read" in remark
    for places in dataset.x[:20]:
        tokens, _ = read(dataset, spelled(dataset, places))
        np.testing.assert_array_equal(tokens, places[places > 0])
