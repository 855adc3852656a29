"""Every view of the lens on runs of every cell, without a browser and without training."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from seqlab.cells import CELLS
from seqlab.data import catalogue
from seqlab.data.dataset import Dataset
from seqlab.experiment import Data, Experiment, Network, Recurrent
from seqlab.inspection.ranges import slider_range
from seqlab.inspection.sequences import mask_of, sample
from seqlab.lens import snapshot, theory
from seqlab.lens.architecture import Architecture
from seqlab.lens.forward import answer, forward
from seqlab.lens.stack import stack
from seqlab.presets import PRESETS
from seqlab.runs.store import Store
from seqlab.ui import networks, services
from seqlab.ui.draft import dataset_of
from seqlab.ui.inspect import views_of
from seqlab.ui.inspect.scene import errors
from seqlab.ui.inspect.scene import scene as scene_of
from tests.told import told

ROOT = Path(__file__).parents[2]
UNITS, LONG = 4, 20
NOISE = np.random.default_rng(0).normal(size=(1, 51, 1))
ADDING = Data(source="adding", window=12, samples=40)
DATES = Data(source="dates", samples=60)
BOTH = (Recurrent(units=UNITS), Recurrent(units=UNITS, return_sequences=True))
RUNS = {
    "LSTM": Experiment(layers=(Recurrent(units=UNITS),), data=ADDING),
    "stack": Experiment(
        data=Data(window=LONG),
        layers=(
            Recurrent(cell="GRU", units=UNITS, return_sequences=True, bidirectional=True),
            Recurrent(cell="SimpleRNN", units=UNITS),
        ),
    ),
    "text": Experiment(
        layers=(Recurrent(cell="GRU", units=UNITS),),
        data=Data(source="brackets", window=10, samples=40),
        network=Network(embedding=3),
    ),
    "decoder of a text": Experiment(
        layers=(Recurrent(units=UNITS, bidirectional=True), BOTH[1]),
        data=DATES,
        network=Network(embedding=3),
    ),
    "decoder that reads itself": Experiment(
        layers=BOTH, data=DATES, network=Network(embedding=3, head="teacher_forcing")
    ),
    "decoder of numbers": Experiment(
        layers=BOTH,
        data=Data(source="elnino", window=8, steps=3),
        network=Network(head="repeat_vector"),
    ),
}


LSTM = Architecture({"lstm_0": {"cell": "LSTM"}})


def weights(experiment: Experiment, dataset: Dataset, seed: int) -> dict[str, np.ndarray]:
    """Arrays of the right shapes and names, as a training would leave them."""
    draw = np.random.default_rng(seed)
    found, width, head = {}, dataset.features, experiment.network.head
    if dataset.vocabulary:
        width = experiment.network.embedding
        found["embedding/embeddings"] = draw.normal(size=(len(dataset.vocabulary), width))
    for i, layer in enumerate(experiment.layers):
        if i and head == "teacher_forcing":
            width = experiment.network.embedding
            found["decoder_embedding/embeddings"] = draw.normal(size=(dataset.outputs, width))
        columns = len(CELLS[layer.cell].blocks) * layer.units
        shape = (2, columns) if layer.cell == "GRU" else (columns,)
        for direction in ("/forward", "/backward") if layer.bidirectional else ("",):
            name = f"{layer.cell.lower()}_{i}{direction}"
            found |= {
                f"{name}/kernel": draw.normal(size=(width, columns)),
                f"{name}/recurrent_kernel": draw.normal(size=(layer.units, columns)),
                f"{name}/bias": draw.normal(size=shape),
            }
        width = layer.units * (1 + layer.bidirectional)
    outputs = 1 if head == "repeat_vector" else dataset.outputs  # a value a step
    found |= {"head/kernel": draw.normal(size=(width, outputs)), "head/bias": np.zeros(outputs)}
    return {name: array.astype(np.float32) for name, array in found.items()}


def finished(store: Store, experiment: Experiment) -> str:
    dataset = dataset_of(experiment.data)
    run = store.create(experiment)
    store.set_status(run, "finished")
    for epoch in (0, 1, 5):
        arrays = weights(experiment, dataset, epoch)
        said = {}
        if experiment.layers is RUNS["LSTM"].layers:  # others leave none: the page computes them
            said = {
                "prediction": answer(
                    stack(arrays, Architecture(told(arrays))), dataset.x[dataset.validation]
                )
            }
        store.add_snapshot(run, epoch, snapshot.pack(arrays | said))
    return run


def files(store: Store, run: str) -> list[Path]:
    return list((store.home / "runs" / run).iterdir())


def opened(run: str, view: str, app: AppTest | None = None) -> AppTest:
    if app is not None:  # the same visitor goes to another view
        app.session_state["lens_view"] = view
        return app.run()
    app = AppTest.from_file(ROOT / "seqlab/ui/shell.py", default_timeout=120)
    app.query_params["run"] = run
    app.session_state["lens_view"] = view
    app.switch_page(str(ROOT / "pages/lens.py"))
    return app.run()


def words(app: AppTest) -> str:
    boxes = (*app.caption, *app.warning, *app.info, *app.markdown)
    return " ".join(box.value.replace("\\", "") for box in boxes)


@pytest.mark.parametrize("name", RUNS)
def test_every_view_draws_every_network(store, name) -> None:
    run = finished(store, RUNS[name])
    app = None
    for view in views_of(dataset_of(RUNS[name].data)):
        app = opened(run, view, app)
        assert not app.exception, (view, app.exception)
        assert not app.warning, (view, words(app))
        assert len(words(app)) > 200, view
        layers = [bar for bar in app.segmented_control if bar.key == "lens_layer"]
        if layers and "decoder" in name:
            layers[0].set_value(layers[0].options[-1]).run()
            assert not app.exception, (view, "decoder", app.exception)
            assert not app.warning, (view, words(app))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_every_example_can_be_judged_in_every_layer(store, preset) -> None:
    """An encoder reads other steps than its decoder writes."""
    layers = preset.experiment.layers
    share = min(layer.units for layer in layers) // UNITS  # a decoder fits its encoder
    small = [layer.model_copy(update={"units": layer.units // share}) for layer in layers]
    experiment = preset.experiment.model_copy(update={"layers": tuple(small)})
    app = opened(finished(store, experiment), "Statistics")
    for layer in [bar for bar in app.segmented_control if bar.key == "lens_layer"]:
        for option in layer.options:
            layer.set_value(option).run()
            assert not app.exception, (option, app.exception)
    assert not app.exception
    assert not app.warning
    assert "validation sequences" in words(app)


def test_samples_of_a_sorted_file_hold_every_class(store) -> None:
    """The vowels are sorted by speaker: the first of them would leave speakers out."""
    dataset = dataset_of(catalogue.default("vowels"))
    index = sample(dataset, 100, seed=0)
    assert len(index) == 100
    assert set(index) <= set(dataset.validation)
    assert len(set(dataset.y[index])) == len(dataset.goal.classes)
    assert len(set(dataset.y[dataset.validation[:100]])) < len(dataset.goal.classes)
    np.testing.assert_array_equal(index, sample(dataset, 100, seed=0))
    np.testing.assert_array_equal(sample(dataset, 10**6, seed=0), dataset.validation)


def test_worst_first_of_sequences_whose_answers_were_not_kept(store) -> None:
    experiment = RUNS["decoder of a text"]
    run = finished(store, experiment)
    dataset = dataset_of(experiment.data)
    scene = scene_of(store.get(run), dataset)
    network = scene.network(5)
    index = dataset.validation
    odds = forward([network], dataset.x[index], mask_of(dataset, index)).outputs[0]
    odds = np.exp(odds - np.log(np.exp(odds).sum(axis=-1, keepdims=True)))
    costs = [
        np.mean([-np.log(odds[n, t, k]) for t, k in enumerate(dataset.y[i]) if k])
        for n, i in enumerate(index)
    ]
    np.testing.assert_allclose(errors(scene, 5), costs, rtol=1e-5)


def test_numbers_on_the_page_are_those_of_the_run(store) -> None:
    run = finished(store, RUNS["LSTM"])
    dataset = dataset_of(ADDING)
    network = stack(weights(RUNS["LSTM"], dataset, 5), LSTM)
    index = dataset.validation
    said = answer(network, dataset.x[index])
    found = words(opened(run, "Attribution"))
    assert f"the answer is {said[0, 0]:.4g}" in found
    loss = np.mean((said - dataset.y[index]) ** 2)
    assert "The loss of the whole network, its mean squared error of scaled values," in found
    assert f"is {loss:.3g} over all {len(index)} validation" in found
    more = {"gradient_norm": [2.0, 0.5], "clipped": [0.5, 0.0]}
    store.add_metrics(run, [1, 2], [1.0, 0.5], [1.0, 0.5], more)
    assert "between 0.5 and 2 long, longest in epoch 1" in words(
        opened(run, "Gradient through time")
    )
    app = opened(run, "Untrained cells")
    found = words(app)
    assert "0.9^50 = 0.00515, 1^50 = 1, 1.1^50 = 117.4" in found
    shares = [theory.from_the_end(theory.untrained(c, 1, 32), NOISE) for c in CELLS]
    told = [flow.hidden_norm[0, 0] / flow.hidden_norm[0, -1] for flow in shares]
    assert f"SimpleRNN {told[0]:.2g}, LSTM {told[1]:.2g}, GRU {told[2]:.2g}" in found
    assert "an untrained SimpleRNN passes more gradient than an untrained LSTM" in found
    app.slider(key="lens_bias").set_value(3.0).run()
    app.segmented_control(key="lens_lab_input").set_value("the chosen sequence").run()
    assert not app.exception
    flow = theory.from_the_end(
        theory.untrained("LSTM", 2, 32, forget_bias=3.0), dataset.x[index[:1]]
    )
    share = flow.hidden_norm[0, 0] / flow.hidden_norm[0, -1]
    found = words(app)
    assert f"LSTM {share:.2g}," in found
    assert f"through {ADDING.window - 1} steps of the chosen sequence" in found
    assert "passes more gradient" not in found


def test_worst_sequences_come_first(store) -> None:
    run = finished(store, RUNS["LSTM"])
    dataset = dataset_of(ADDING)
    network = stack(weights(RUNS["LSTM"], dataset, 5), LSTM)
    said = answer(network, dataset.x[dataset.validation])
    worst = int(np.abs(said - dataset.y[dataset.validation]).argmax())
    app = opened(run, "Attribution")
    app.session_state["lens_order"] = "Largest error first"
    app.session_state["lens_table"] = True
    app.run()
    assert f"the answer is {said[worst, 0]:.4g}" in words(app)
    truth = dataset.y[dataset.validation[worst], 0]
    numbers = f"truth {truth:.4g}, answer {said[worst, 0]:.4g}, error {said[worst, 0] - truth:.4g}"
    assert f"Validation sequence {worst + 1}, number 1 of " in words(app)
    assert f"After epoch 5: {numbers}." in words(app)
    (table,) = app.dataframe
    assert table.value["sequence"].iloc[0] == worst + 1
    assert table.value["error"].abs().is_monotonic_decreasing


def test_the_words_of_inspect_are_explained_there(store) -> None:
    run = finished(store, RUNS["stack"])
    app = opened(run, "Gates")
    app.session_state["lens_terms"] = True
    app.run()
    assert not app.exception
    for word in ("update gate", "hidden state", "saturation", "ablation", "dL/dh"):
        assert f"**{word}**: " in words(app)
    assert "forget gate" not in words(app)  # neither GRU nor SimpleRNN has one


def test_a_click_on_what_if_changes_the_answer(store) -> None:
    run = finished(store, RUNS["LSTM"])
    dataset = dataset_of(ADDING)
    network = stack(weights(RUNS["LSTM"], dataset, 5), LSTM)
    app = opened(run, "Attribution")
    (step,) = [slider for slider in app.slider if slider.label == "Step"]
    step.set_value(3).run()
    (value,) = [s for s in app.slider if s.label == "Its value"]
    value.set_value(0.0).run()
    x = dataset.x[dataset.validation[:1]].copy()
    x[0, 2, 0] = 0
    assert f"the answer is {answer(network, x)[0, 0]:.4g}" in words(app)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda store, run: [p.unlink() for p in files(store, run)],
            "No weigh",
        ),
        (
            lambda store, run: [p.write_bytes(b"x") for p in files(store, run)],
            "The weights of epoch 5 are missing or damaged",
        ),
        (
            lambda store, run: store.add_snapshot(
                run, 5, snapshot.pack({"lstm_0/kernel": np.full((2, 16), np.nan)})
            ),
            "holds NaN or infinity",
        ),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_sentence(store, change, sentence) -> None:
    run = finished(store, RUNS["LSTM"])
    change(store, run)
    for view in ("Gates", "Statistics"):
        app = opened(run, view)
        assert not app.exception, view
        assert sentence in words(app), view


def test_an_epoch_that_cannot_be_read_is_left_out(store) -> None:
    run = finished(store, RUNS["LSTM"])
    store.add_snapshot(run, 7, snapshot.pack({"lstm_0/kernel": np.full((2, 16), np.nan)}))
    app = None
    for view in ("Gates", "Statistics", "Gradient through time", "Attribution"):
        app = opened(run, view, app)
        assert not app.exception, view
        assert "left out: 7" in words(app), view
    assert "The loss of the whole network" in words(app)
    assert app.select_slider(key="lens_epoch").options[-1] == "5"


def test_without_a_run_the_page_says_where_to_go(store) -> None:
    app = opened("", "Gates")
    assert not app.exception
    assert "Train a network first" in words(app)


def test_who_looks_inside_a_run_that_trains_watches_it(store, monkeypatch) -> None:
    run = finished(store, RUNS["LSTM"])
    store.set_status(run, "running")
    seen: list[str] = []
    monkeypatch.setattr(services.pool(), "look", seen.append)
    app = opened(run, "Gates")
    assert not app.exception
    assert set(seen) == {run}


def test_a_typed_sequence_is_read_by_the_network(store) -> None:
    run = finished(store, RUNS["LSTM"])
    app = opened(run, "Attribution")
    app.session_state["lens_order"] = "Custom input"
    app.run()
    line = np.linspace(0, 1, ADDING.window)
    app.text_area(key=f"lens_own_text_{run}_0").set_value("; ".join(f"{v:.9f}" for v in line)).run()
    dataset = dataset_of(ADDING)
    x = dataset.x[dataset.validation[:1]].copy()
    x[0, :, 0] = line
    said = answer(stack(weights(RUNS["LSTM"], dataset, 5), LSTM), x)[0, 0]
    assert f"the answer is {said:.4g}" in words(app)
    app.text_area(key=f"lens_own_text_{run}_0").set_value("1, 2, three").run()
    assert not app.exception
    assert "Entry 3, 'three', is not a number" in app.error[0].value.replace("\\", "")
    app.text_area(key=f"lens_own_text_{run}_0").set_value("1, 2").run()
    assert "Expected 12 numbers" in app.error[0].value.replace("\\", "")


def test_a_typed_text_is_read_and_answered_by_the_decoder(store) -> None:
    experiment = RUNS["decoder of a text"]
    run = finished(store, experiment)
    dataset = dataset_of(DATES)
    x = dataset.x[dataset.validation[3:4]]
    typed = "".join(dataset.vocabulary[token] for token in x[0])
    app = opened(run, "Attribution")
    app.session_state["lens_order"] = "Custom input"
    app.run()
    app.text_input(key=f"lens_own_text_{run}").set_value(typed).run()
    assert not app.exception
    network = networks.network(run, 5, experiment, dataset)
    said = forward([network], x, x > 0).outputs[0, 0].argmax(axis=-1)
    answered = "".join(dataset.goal.classes[k] for k in said)
    assert f"the answer is “{answered}”" in words(app)


@pytest.mark.parametrize(
    ("seen", "here"), [((0.0, 1.0), 0.3233), ((-4e5, 9e5), 1.0), ((2e-7, 3e-7), 4e-7), ((5, 5), 5)]
)
def test_what_if_sliders_have_round_ends_around_the_value(seen, here) -> None:
    low, high, start, step = slider_range(np.array(seen, float), here)
    assert low < min(*seen, here) <= max(*seen, here) < high
    assert low <= start <= high
    assert abs(start - here) <= step
    assert 500 < (high - low) / step < 10_001


def test_an_epoch_that_was_trained_anew_is_shown_anew(store) -> None:
    """As after a crash: the run goes on from an earlier state, perhaps with another rate."""
    run = finished(store, RUNS["LSTM"])
    experiment, dataset = RUNS["LSTM"], dataset_of(RUNS["LSTM"].data)

    def bias() -> np.ndarray:
        return networks.network(run, 5, experiment, dataset).arrays[-1]

    before = bias().copy()
    weights = store.snapshot(run, 5)
    store.forget_after(run, 4)
    store.add_snapshot(run, 5, snapshot.pack(weights | {"head/bias": before + 1}))
    np.testing.assert_array_equal(bias(), before + 1)
