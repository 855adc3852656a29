"""What the views say of networks that were each trained for real, in a table of situations."""

import re
from functools import cache

import numpy as np
import pytest

from seqlab.cells import CELLS
from seqlab.data import catalogue
from seqlab.data.dataset import Dataset
from seqlab.data.load import load
from seqlab.experiment import Data, Experiment, Network, Recurrent, Training
from seqlab.figures import attribution
from seqlab.inspection import heatmap_strips
from seqlab.inspection.networks import output_of, read
from seqlab.inspection.sequences import mask_of, sample, sequence
from seqlab.lens import snapshot
from seqlab.lens.forward import forward, in_order
from seqlab.lens.statistics import follows
from seqlab.runs.store import Store
from seqlab.training.train import Result, train
from seqlab.ui import networks
from seqlab.ui.draft import dataset_of
from seqlab.ui.inspect import views_of
from tests.ui.test_lens_page import opened, words

EPOCHS = 3


def experiment(source: str, *layers: dict, loss: str = "auto", **network: object) -> Experiment:
    changes: dict[str, object] = {"samples": 90}
    if source in ("sunspots", "brackets"):
        changes["window"] = 12
    layers = tuple(Recurrent(**({"units": 4} | layer)) for layer in layers)
    data = catalogue.default(source).model_copy(update=changes)
    training = Training(epochs=EPOCHS, learning_rate=0.01, loss=loss)
    return Experiment(data=data, layers=layers, network=Network(**network), training=training)


BACK, BOTH, SEQUENCES = {"go_backwards": True}, {"bidirectional": True}, {"return_sequences": True}
SITUATIONS = {
    "LSTM, forecast": experiment("sunspots", {}),
    "LSTM backward, forecast": experiment("sunspots", BACK),
    "GRU above a backward SimpleRNN, forecast": experiment(
        "sunspots", {"cell": "SimpleRNN"} | BACK | SEQUENCES, {"cell": "GRU"}
    ),
    "SimpleRNN relu, forecast by absolute error": experiment(
        "sunspots", {"cell": "SimpleRNN", "activation": "relu"}, loss="mean_absolute_error"
    ),
    "GRU both ways, forecast": experiment("sunspots", {"cell": "GRU"} | BOTH),
    "LSTM both ways, classes, padded": experiment("vowels", BOTH),
    "GRU backward, classes, padded": experiment("vowels", {"cell": "GRU"} | BACK),
    "SimpleRNN, classes, padded, unmasked": experiment(
        "vowels", {"cell": "SimpleRNN"}, masking=False
    ),
    "LSTM both ways, text": experiment("brackets", BOTH, embedding=3),
    "GRU, translation": experiment(
        "dates",
        {"cell": "GRU"},
        {"cell": "GRU"} | SEQUENCES,
        head="teacher_forcing",
        embedding=3,
    ),
}
SITUATIONS |= {
    f"{cell.name}, forecast": experiment("sunspots", {"cell": cell.name})
    for cell in CELLS.values()
    if not cell.is_keras
}


@cache
def trained(name: str) -> tuple[Dataset, Result]:
    dataset = load(SITUATIONS[name])
    return dataset, train(SITUATIONS[name], dataset)


def kept(store: Store, name: str) -> str:
    _, result = trained(name)
    run = store.create(SITUATIONS[name])
    for epoch, arrays in result.snapshots.items():
        store.add_snapshot(run, epoch, snapshot.pack(arrays))
    store.set_status(run, "finished")
    return run


def is_padded(dataset: Dataset) -> bool:
    return int(dataset.lengths[dataset.validation[0]]) < dataset.timesteps


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_view_fits_cell_direction_and_padding(store, name) -> None:
    dataset, _ = trained(name)
    asked, run = SITUATIONS[name], kept(store, name)
    network = networks.network(run, EPOCHS, asked, dataset)
    cells = {layer.cell for layer in asked.layers}
    backward = {network.backward(layer) for layer in network.layers}
    said, app = {}, None
    for view in views_of(dataset):
        app = opened(run, view, app)
        assert not app.exception, (view, app.exception)
        assert not app.warning, (view, words(app))
        said[view] = words(app)
    flow = said["Gradient through time"]
    own = flow[: flow.index("In this network")] if "In this network" in flow else flow
    assert ("dL/dc" in own) == ("LSTM" in cells)
    assert ("falls to the right" in own) == (True in backward)
    assert ("falls to the left" in own) == (False in backward)
    assert not re.search(r"\binf\b", flow)
    if asked.layers[0].activation == "tanh":  # relu lets none through where it is 0
        assert "no gradient comes" not in flow
    assert ("held at 1" in said["Attribution"]) == (asked.layers[0].cell != "SimpleRNN")
    for view in ("Gradient through time", "Attribution", "State trajectory (PCA)"):
        assert ("padding: " in said[view]) == is_padded(dataset), (view, said[view])
        assert ("mask skips" in said[view]) == (is_padded(dataset) and asked.network.masking)
    wide = not all((dataset.lengths == dataset.timesteps)[dataset.validation])
    assert ("padding left out" in said["Statistics"]) == (wide and network.masked)
    assert ("padding among them" in said["Statistics"]) == (wide and not network.masked)
    assert ("tanh is flat" in said["Statistics"]) == (
        asked.layers[0].cell == "SimpleRNN" and asked.layers[0].activation == "tanh"
    )


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_loss_of_the_whole_network_can_stand_beside_val_loss(store, name) -> None:
    dataset, result = trained(name)
    found = words(opened(kept(store, name), "Attribution"))
    match = re.search(r"The loss of the whole network, its (.*?), is (\S+) over ([^.]*)\. ?", found)
    assert match, found
    rest = found[match.end() :]
    val_loss = result.history["val_loss"][-1]
    if "absolute" in name:
        assert rest.startswith("The run was trained on the mean absolute error")
        assert match[1] == "mean squared error of scaled values"
    elif "translation" in name:
        assert "for the val_loss it reads the truth" in rest
    elif match[3].startswith("all "):
        assert float(match[2]) == pytest.approx(val_loss, rel=0.006)
        assert "val_loss" not in rest[:60]
    else:
        assert rest.startswith("The val_loss of the run is over all of them")
        assert f"of {len(dataset.validation):,} validation sequences, drawn by" in match[3]


@pytest.mark.parametrize("name", SITUATIONS)
def test_steps_stand_in_the_order_of_the_sequence(store, name) -> None:
    """What is changed at a step changes no state that a layer had before it read that step."""
    dataset, _ = trained(name)
    run = kept(store, name)
    network = networks.network(run, EPOCHS, SITUATIONS[name], dataset)
    index = dataset.validation[:1]
    x, mask = np.repeat(dataset.x[index], 2, axis=0), mask_of(dataset, index)
    place = int(dataset.lengths[index[0]]) // 2
    x[1, place] = (
        x[1, place] + 1 if x.ndim == 3 else 1 + x[1, place] % (len(dataset.vocabulary) - 1)
    )
    masks = None if mask is None else np.repeat(mask, 2, axis=0)
    passage = in_order(network, forward([network], x, masks))
    for layer in network.layers:
        if network.place(layer):
            continue  # reads what a layer below says, at all of its steps
        hidden = passage.traces[layer]["hidden"][0]
        moved = np.flatnonzero(np.abs(hidden[1] - hidden[0]).max(axis=-1) > 0)
        ends = moved.max() if network.backward(layer) else moved.min()
        assert ends == place, layer
    if network.ends_first:
        raw = forward([network], x, masks).outputs
        np.testing.assert_array_equal(passage.outputs[:, :, 0], raw[:, :, -1])


def test_a_backward_unit_follows_the_input_that_it_reads(store) -> None:
    """Not the mirror image of it."""
    name = "LSTM backward, forecast"
    dataset, _ = trained(name)
    run = kept(store, name)
    network = networks.network(run, EPOCHS, SITUATIONS[name], dataset)
    index = sample(dataset, 200, seed=SITUATIONS[name].training.seed)
    hidden = forward([network], dataset.x[index]).traces["lstm_0"]["hidden"][0][:, ::-1]
    _, values = follows(hidden, {"input": dataset.x[index][..., 0]})
    best = values[np.abs(values).argmax(), 0]
    assert f"correlation {best:+.2f}; before" in words(opened(run, "Statistics"))


@pytest.mark.parametrize("name", [name for name in SITUATIONS if "both ways" in name])
def test_one_answer_is_drawn_as_bars(store, name, monkeypatch) -> None:
    dataset, _ = trained(name)
    drawn, draw = [], attribution.two_outcomes

    def two_outcomes(*given):
        drawn.append(given[:2])
        return draw(*given)

    monkeypatch.setattr(attribution, "two_outcomes", two_outcomes)
    run = kept(store, name)
    app = opened(run, "Attribution")
    assert not app.exception
    ((names, then),) = drawn
    network = networks.network(run, EPOCHS, SITUATIONS[name], dataset)
    index = dataset.validation[:1]
    raw = forward([network], dataset.x[index], mask_of(dataset, index)).answers[0, 0]
    odds = output_of(network, dataset, raw)
    np.testing.assert_allclose(then, odds, rtol=1e-5)
    assert np.isfinite(then).all()
    if dataset.goal.kind == "class":
        right = int(dataset.y[index[0]])
        said = f"the answer is P({dataset.goal.classes[right]}) = {odds[right]:.4g}"
        assert said in words(app)
    assert list(names) == (list(dataset.goal.classes) or [dataset.target])


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_strip_below_the_maps_holds_the_answer_where_it_counts(store, name) -> None:
    dataset, _ = trained(name)
    if dataset.goal.at != "end" or "translation" in name:
        return
    network = networks.network(kept(store, name), EPOCHS, SITUATIONS[name], dataset)
    shown = sequence(dataset, int(dataset.validation[0]))
    raw = read(network, shown)
    odds = output_of(network, dataset, in_order(network, raw).outputs[0, 0])
    said = output_of(network, dataset, raw.answers[0, 0])
    strip = heatmap_strips.below(dataset, shown, network, next(iter(network.layers)), odds)
    lines, last = strip.lines(odds), strip.about["last"]
    assert np.isfinite(lines).all()
    right = int(shown.y) if dataset.goal.kind == "class" else 0
    np.testing.assert_allclose(lines[last, 0], said[right], rtol=1e-6)
    assert last < shown.real or not network.masked


def test_classes_keep_their_shares_in_a_sample(store) -> None:
    dataset = dataset_of(Data(source="vowels"))
    index = sample(dataset, 50, seed=3)
    shares = len(index) * np.bincount(dataset.y[dataset.validation]) / len(dataset.validation)
    counts = np.bincount(dataset.y[index], minlength=len(shares))
    assert len(set(index)) == 50
    assert (np.abs(counts - shares) < 1).all()
    assert set(index) != set(sample(dataset, 50, seed=4))
