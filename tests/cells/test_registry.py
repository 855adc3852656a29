"""What every cell must have, so that pictures, scripts and pages need not know its name."""

import re
from pathlib import Path

import numpy as np
import pytest

from seqlab.cells import CELLS, find_cell
from seqlab.cells.cell import Options
from seqlab.experiment import Recurrent

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_cell_is_whole(cell):
    assert {name for row in cell.rows for name in row} == set(cell.names)
    assert cell.states[-1].name == "hidden"
    assert cell.lacks <= set(Recurrent.model_fields)
    assert len(cell.weight_shapes(3, 4, Options())) == len(cell.weight_names(True))
    count = sum(
        int(a) * (int(b) if b else 1)
        for a, b in ((*map(str, shape), "")[:2] for shape in cell.weight_shapes(3, 4, Options()))
    )
    assert cell.parameters(4, 3, True)[0] == count
    assert bool(cell.code) != cell.is_keras


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_its_picture_names_only_what_is_known(cell):
    known = {value.letter for value in cell.values} | {"phi"}
    known |= {f"{state.letter}_before" for state in cell.states}
    kinds = ("input", "state", "bias")
    terms = {f"{block.letter}_{kind}" for block in cell.blocks for kind in kinds}
    numbers = {name: np.full(3, 0.5) for name in (known | terms) - {"phi"}}
    known |= terms | set(cell.picture.derive(numbers, Options()))
    texts = [cell.picture.sentence, *(text for _, text in cell.picture.equations)]
    assert set(re.findall(r"\{\(?(\w+)", " ".join(texts))) <= known
    assert {key for _, key, *_ in cell.picture.boxes} <= known
    assert {key for *_, key in cell.picture.numbers} <= known | {"x"}
    colours = [colour for colour, _ in cell.picture.equations]
    assert {*colours, *(colour for *_, colour in cell.picture.boxes)} <= set(cell.names)


def test_one_thing_has_one_letter_and_one_colour_in_all_cells():
    seen = {}
    for cell in CELLS.values():
        for value in cell.values:
            look = value.letter, value.label, value.colour, value.is_gate
            assert seen.setdefault(value.name, look) == look


def test_the_docs_name_all_cells_and_no_others():
    text = (ROOT / "docs" / "cells.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    assert sorted(rows[1:]) == sorted(CELLS)


def test_an_unknown_cell_is_told():
    with pytest.raises(ValueError, match=r"argument `cell`, expected one of SimpleRNN.*got 'RNN'"):
        find_cell("RNN")


def test_only_the_home_of_the_cells_knows_their_names():
    """Elsewhere they stand where a default is chosen, in tasks and presets, and in prose."""
    allowed = {"seqlab/settings/layers.py", "seqlab/presets.py"}
    pattern = re.compile(r"""["'](SimpleRNN|LSTM|GRU|MinGRU|MinLSTM)["']""")
    code = (path for path in (ROOT / "seqlab").rglob("*.py") if path.parent.name != "cells")
    found = []
    for path in code:
        text = re.sub(r'"""[\s\S]*?"""', "", path.read_text(encoding="utf-8"))
        if pattern.search(text) and str(path.relative_to(ROOT)) not in allowed:
            found.append(str(path.relative_to(ROOT)))
    assert found == []
