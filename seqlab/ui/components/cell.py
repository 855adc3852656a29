"""The picture of one cell with the numbers of one unit, stepped through time in the browser."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.figures import style
from seqlab.inspection.player_data import SEQUENTIAL
from seqlab.lens.arithmetic import Unit
from seqlab.ui.components.component import component

_component = component("cell")
DIGITS = 6  # in the browser; the picture shows three


def cell_picture(
    unit: Unit,
    number: int,
    inputs: dict[str, NDArray[np.floating]],
    said: list[str],
    padding: NDArray[np.bool_],
    symbols: list[str],
    sound: dict[str, Any] | None = None,
    *,
    key: str,
    name: str,
    marked: tuple[str, ...] = (),
) -> None:
    """Draws one unit.

    Args:
        unit: its numbers.
        number: which one it is, from 1.
        inputs: what is drawn above, (timesteps,) by name.
        said: the input of each step in words, for the picture.
        padding: (timesteps,), True where a step is skipped.
        symbols: of a text, drawn above; empty for numbers.
        sound: a spectrogram to be drawn above, see `heatmap_strips.sound`.
        key: the picture's place on the page.
        name: changes with what is shown, so that it stops playing.
        marked: letters whose places stand out.
    """
    colours = [style.BASELINE, style.TRUTH, style.WINDOW, style.TARGET]
    cell, picture = unit.cell, unit.cell.picture
    functions = {name: term.function for name, term in unit.gates.items()}
    phi = unit.phi
    data = {
        "id": name,
        "marked": marked,
        "cell": cell.name,
        "unit": number,
        "timesteps": len(said),
        "gates": [
            {
                "letter": value.letter,
                "colour": value.colour,
                "from_input": _numbers(term.from_input),
                "from_state": _numbers(term.from_state) if cell.has_recurrent_kernel else None,
                "bias": _numbers(term.bias),
                "value": _numbers(term.value),
                "inner": None if term.inner is None else _numbers(term.inner),
                "factor": term.factor,
                "function": term.function,
            }
            for value in cell.blocks
            for term in (unit.gates[value.name],)
        ],
        "states": [
            {"letter": value.letter, "label": value.label, "colour": value.colour}
            for value in cell.states
        ],
        "values": {letter: _numbers(values) for letter, values in unit.numbers.items()},
        "picture": {
            "size": picture.size,
            "body": picture.body,
            "wires": picture.wires,
            "boxes": [
                (text.format(phi=phi, **functions), key, x, y, style.GATE_COLOURS[colour])
                for text, key, x, y, colour in picture.boxes
            ],
            "operations": picture.operations,
            "numbers": picture.numbers,
        },
        "sentence": picture.sentence.replace("{phi}", phi),
        "equations": [
            (style.GATE_COLOURS[colour], text.replace("{phi}", phi))
            for colour, text in picture.equations
        ],
        "reads": cell.has_recurrent_kernel,
        "input": {
            "names": list(inputs),
            "lines": [_numbers(line) for line in inputs.values()],
            "colours": colours[: len(inputs)],
            "said": said,
            "symbols": symbols,
            "image": sound and {"bytes": sound["image"], "rows": sound["rows"]},
            "title": sound and sound["title"],
        },
        "scale": SEQUENTIAL if sound else [],
        "padding": padding.tolist(),
    }
    _component(key=key, data=data)


def _numbers(values: NDArray[Any]) -> list[Any]:
    """For the browser; words stay words."""
    if values.dtype.kind == "U":
        return values.tolist()
    return np.round(values.astype(np.float64), DIGITS).tolist()
