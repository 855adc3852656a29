"""The words of the page, each with a sentence and with the numbers of the run at hand."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from seqlab.cells import CELLS
from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.inspection.baselines import losses_to_beat
from seqlab.network.plan import plan
from seqlab.network.shapes import links

FILE = Path(__file__).parents[1] / "glossary.toml"
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Term:
    """One word.

    Attributes:
        name: the word.
        means: a sentence.
        formula: with numbers filled in, or "".
        where: the view of Inspect that shows it, or "".
    """

    name: str
    means: str
    formula: str = ""
    where: str = ""


@cache
def _file() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text("utf-8"))


def names() -> tuple[str, ...]:
    """Every word that is explained."""
    return tuple(_file())


def term(name: str, values: dict[str, str] | None = None) -> Term:
    """A word with the numbers of a run; a formula that needs others is left out.

    Args:
        name: one of `names`.
        values: see `numbers`.

    Raises:
        KeyError: if the word is not in the file.

    Example:
        >>> term("units", {"units": "16"}).formula
        'units = 16, so each hidden state h_t is 16 numbers'
    """
    entry, known = _file()[name], values or {}
    formula = entry.get("formula", "")
    if any(field not in known for field in _FIELD.findall(formula)):
        formula = ""
    filled = _FIELD.sub(lambda match: known[match[1]], formula)
    return Term(name, entry["means"], filled, entry.get("where", ""))


def numbers(experiment: Experiment, dataset: Dataset) -> dict[str, str]:
    """What a formula can be filled with, as it is written on the page."""
    planned = plan(experiment, dataset.frame)
    features = dataset.x.shape[2] if dataset.x.ndim == 3 else 1
    train, size = len(dataset.train), experiment.training.batch_size
    values = {
        "timesteps": f"{dataset.timesteps:,}",
        "features": f"{features:,}",
        "features_s": "" if features == 1 else "s",
        "units": f"{experiment.layers[0].units:,}",
        "parameters": f"{sum(link.parameters for link in links(planned)):,}",
        "train": f"{train:,}",
        "batch_size": f"{size:,}",
        "batches": f"{-(-train // size):,}",
        "epochs": f"{experiment.training.epochs:,}",
        "loss": planned.loss.replace("_", " "),
    }
    rules = losses_to_beat(experiment, dataset)
    if rules:
        best, level = next(iter(rules.items()))
        values |= {"baseline": best, "baseline_loss": f"{level:.3g}"}
    if "persistence" in rules:
        values["persistence"] = f"{rules['persistence']:.3g}"
    return values


def of_cell(cell: str) -> list[str]:
    """The words for the gates and states of a recurrent cell, as far as they are explained."""
    values = CELLS[cell].values
    gates = ["gate"] if any(value.is_gate for value in values) else []
    own = [
        name
        for name, entry in _file().items()
        if any(name.startswith(_word(value.name)) for value in values)
        and cell in entry.get("cells", [cell])
    ]
    return [*gates, *(name for name in own if name not in gates)]


def of_views(experiment: Experiment) -> list[str]:
    """The words of Inspect: those of its cells, and what its views measure."""
    cells = dict.fromkeys(layer.cell for layer in experiment.layers)
    own = [name for cell in cells for name in of_cell(cell)]
    measured = [
        name for name, entry in _file().items() if entry.get("where") and "cells" not in entry
    ]
    return list(dict.fromkeys(["time step", "units", *own, *measured]))


def letters(name: str, cell: str) -> tuple[str, ...]:
    """The letters in the picture of a recurrent cell that a word is about, () if there are none.

    Args:
        name: one of `names`.
        cell: one of `seqlab.cells.CELLS`.

    Example:
        >>> letters("forget gate", "LSTM"), letters("gate", "GRU"), letters("epoch", "LSTM")
        (('f',), ('z', 'r'), ())
    """
    if cell not in _file()[name].get("cells", [cell]):
        return ()
    values = CELLS[cell].values
    if name == "gate":
        return tuple(value.letter for value in values if value.is_gate)
    return tuple(value.letter for value in values if name.startswith(_word(value.name)))


def _word(name: str) -> str:
    """`forget_gate` -> "forget gate"; "hidden" is the hidden state."""
    return name.replace("_", " ")
