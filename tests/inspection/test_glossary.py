"""The words of the page, against the numbers of a run."""

import re

import pytest

from seqlab.cells import CELLS
from seqlab.data.load import load
from seqlab.experiment import Experiment
from seqlab.inspection import glossary
from seqlab.ui.inspect import VIEWS


def test_every_formula_can_be_filled_for_a_forecast():
    experiment = Experiment()
    values = glossary.numbers(experiment, load(experiment))
    for name in glossary.names():
        found = glossary.term(name, values)
        assert found.means.endswith(".")
        assert not re.search(r"\{\w+\}", found.formula)
        assert bool(found.formula) == bool(glossary._file()[name].get("formula"))


def test_the_numbers_are_those_of_the_run():
    experiment = Experiment.from_query({"units_0": "7", "epochs": "3", "batch_size": "50"})
    values = glossary.numbers(experiment, load(experiment))
    assert glossary.term("hidden state", values).formula == "h_t: 7 numbers"
    assert glossary.term("epoch", values).formula == "3 epochs of 5 batches"  # 225 / 50
    assert "linear autoregression" in glossary.term("baseline", values).formula
    # 4 (units (units + features) + units) and Dense(1)
    assert glossary.term("parameters", values).formula == f"{4 * (7 * 8 + 7) + 8} in this network"


def test_a_formula_without_its_numbers_is_left_out():
    experiment = Experiment.from_query({"data": "reviews"})
    values = glossary.numbers(experiment, load(experiment))
    assert glossary.term("persistence", values).formula == ""


def test_the_views_that_are_named_exist():
    named = {glossary.term(name).where for name in glossary.names()} - {""}
    assert named <= set(VIEWS)


@pytest.mark.parametrize("cell", list(CELLS))
def test_every_gate_and_state_of_a_cell_is_explained(cell):
    words = glossary.of_cell(cell)
    for value in CELLS[cell].values:
        assert any(word.startswith(value.name.replace("_", " ")) for word in words), value.name


def test_an_unknown_word_is_an_error():
    with pytest.raises(KeyError):
        glossary.term("flux capacitor")
