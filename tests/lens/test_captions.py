"""What is said of a view fits cells, directions and padding."""

import numpy as np
import pytest

from seqlab.lens import captions
from seqlab.lens.bptt import backward
from seqlab.lens.theory import read, untrained


def test_padding_is_named_with_its_steps_and_what_the_network_does_with_it():
    assert captions.padding(12, 12) == ""
    assert captions.padding(9, 12).startswith("Steps 10 to 12 are padding: the mask skips them")
    assert captions.padding(11, 12).startswith("Step 12 is padding")
    assert "read like any other" in captions.padding(9, 12, masked=False)


@pytest.mark.parametrize("cells", [{"SimpleRNN"}, {"GRU"}, {"LSTM"}, {"LSTM", "GRU"}])
def test_only_an_lstm_has_a_cell_state(cells):
    assert ("dL/dc" in captions.gradients(cells, [False])) == ("LSTM" in cells)


def test_in_a_backward_layer_a_vanishing_gradient_falls_to_the_right():
    """As it does: the layer's first steps are the last of the sequence."""
    layer = untrained("LSTM", 1, 8, 0, 1.0, -1.0)
    x = np.random.default_rng(0).normal(size=(1, 30, 1))
    run = read(layer, x[:, ::-1])  # as a layer with go_backwards reads it
    d_hidden = np.zeros_like(run.hidden)
    d_hidden[:, -1] = 1
    norms = backward(run, layer.weights, x[:, ::-1], d_hidden).hidden_norm[0]
    by_step = norms[::-1]  # in the order of the sequence
    assert by_step[-1] < 1e-3 * by_step[0]
    alone, both = (captions.gradients({"LSTM"}, each) for each in ([True], [True, False]))
    assert "falls to the right" in alone
    assert "falls to the left" not in alone
    assert "falls to the right" in both
    assert "falls to the left" in both
    assert "falls to the right" not in captions.gradients({"LSTM"}, [False])


def test_a_cell_without_gates_has_none_held():
    assert "gate" in captions.ablations(gated=True)
    assert "gate" not in captions.ablations(gated=False)


def test_a_fall_is_told_from_where_the_layer_ends_to_where_it_begins():
    steps = np.array([8, 7, 6])  # as a backward layer reads them

    def told(*norms):
        return captions.fall("a", np.array(norms), steps)

    assert told(0.1, 0.2, 1.0) == "in a |dL/dh| at step 8 shrinks to 0.1 of its length at step 6"
    assert "grows to 4 times its length at step 7" in told(2, 0.5, 0)
    assert "no gradient comes to step 8, its first" in told(0, 1, 1)
    assert "no gradient comes at all" in told(0, 0, 0)
    assert "step 8 alone" in told(1, 0, 0)


@pytest.mark.parametrize(
    ("facts", "measured", "note"),
    [
        (("value", "mean_squared_error", False, True), "mean squared error", ""),
        (("value", "mean_squared_error", False, False), "mean squared error", "over all of them"),
        (("value", "huber", False, True), "mean squared error", "trained on the huber"),
        (("value", "mean_squared_error", True, True), "mean squared error", "L2 penalty"),
        (("class", "sparse_categorical_crossentropy", False, True), "cross-entropy", ""),
        (("class", "binary_crossentropy", False, True), "cross-entropy", "binary crossentropy"),
    ],
)
def test_a_loss_says_what_it_is_and_how_val_loss_differs(facts, measured, note):
    found, said = captions.loss(*facts)
    assert measured in found
    assert note in said
    assert bool(said) == bool(note)


def test_only_a_flat_activation_lets_little_gradient_through():
    assert "tanh is flat" in captions.saturated("tanh")
    assert "flat" not in captions.saturated("relu")
