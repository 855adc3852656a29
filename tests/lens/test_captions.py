"""What is said of a view fits cells, directions and padding."""

import numpy as np
import pytest

from seqlab.lens import captions
from seqlab.lens.gradients import backward
from seqlab.lens.theory import read, untrained


def test_padding_is_named_with_its_steps_and_what_the_network_does_with_it():
    assert captions.padding(12, 12) == ""
    assert captions.padding(9, 12).startswith("Steps 10 to 12 are padding: the mask skips them")
    assert captions.padding(11, 12).startswith("Step 12 is padding")
    assert "read like any other" in captions.padding(9, 12, masked=False)


@pytest.mark.parametrize("cells", [{"SimpleRNN"}, {"GRU"}, {"LSTM"}, {"LSTM", "GRU"}])
def test_only_an_lstm_has_a_cell_state(cells):
    assert ("dL/dc" in captions.gradients(cells, backward=False)) == ("LSTM" in cells)


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
    assert "falls to the right" in captions.gradients({"LSTM"}, backward=True)
    assert "falls to the right" not in captions.gradients({"LSTM"}, backward=False)


def test_a_cell_without_gates_has_none_held():
    assert "gate" in captions.ablations(gated=True)
    assert "gate" not in captions.ablations(gated=False)
