"""All epochs at once is each epoch on its own."""

import numpy as np
import pytest

from seqlab.lens.cells import GATES
from seqlab.lens.epochs import at_all_epochs
from seqlab.lens.stack import stack

CELLS = (("LSTM", "GRU"), ("GRU", "SimpleRNN"), ("SimpleRNN", "LSTM"))


def networks(cells: tuple[str, str], epochs: int, before: bool, backwards: bool) -> list:
    draw = np.random.default_rng(0)
    found = []
    for _ in range(epochs):
        arrays, width = {}, 2
        for i, (cell, units) in enumerate(zip(cells, (4, 3), strict=True)):
            columns = GATES[cell] * units
            after = cell == "GRU" and not before
            arrays |= {
                f"{i}/kernel": draw.normal(size=(width, columns)),
                f"{i}/recurrent_kernel": draw.normal(size=(units, columns)),
                f"{i}/bias": draw.normal(size=(2, columns) if after else columns),
            }
            width = units
        arrays |= {"head/kernel": draw.normal(size=(3, 2)), "head/bias": draw.normal(size=2)}
        found.append(stack(arrays, {"0": {"go_backwards": backwards}}))
    return found


@pytest.mark.parametrize("cells", CELLS)
@pytest.mark.parametrize(
    ("before", "backwards", "masked"), [(False, False, False), (True, True, True)]
)
def test_equals_one_epoch_after_the_other(
    cells: tuple[str, str], before: bool, backwards: bool, masked: bool
) -> None:
    several = networks(cells, 5, before, backwards)
    x = np.random.default_rng(1).normal(size=(7, 2))
    mask = np.arange(7) < 5 if masked else None
    traces, outputs = at_all_epochs(several, x, mask)
    for epoch, network in enumerate(several):
        runs = network.run(x[None], None if mask is None else mask[None])
        for found, expected in zip(traces, runs, strict=True):
            assert tuple(found) == tuple(expected)
            for name, array in expected.items():
                np.testing.assert_allclose(found[name][epoch], array[0], rtol=1e-12)
        expected = network.read_out(runs[-1].hidden[0])
        np.testing.assert_allclose(outputs[epoch], expected, rtol=1e-12)
