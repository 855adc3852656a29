"""The picture of one cell with the numbers of one unit, stepped through time in the browser."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.figures import style
from seqlab.lens.arithmetic import Unit
from seqlab.ui.component import component

_component = component("cell")
DIGITS = 6  # in the browser; the picture shows three


def cell_picture(
    unit: Unit,
    number: int,
    inputs: dict[str, NDArray[np.floating]],
    said: list[str],
    padding: NDArray[np.bool_],
    symbols: list[str],
    *,
    key: str,
    name: str,
) -> None:
    """Draws one unit.

    Args:
        unit: its numbers.
        number: which one it is, from 1.
        inputs: what is drawn above, (timesteps,) by name.
        said: the input of each step in words, for the picture.
        padding: (timesteps,), True where a step is skipped.
        symbols: of a text, drawn above; empty for numbers.
        key: the picture's place on the page.
        name: changes with what is shown, so that it stops playing.
    """
    colours = [style.BASELINE, style.TRUTH, style.WINDOW, style.TARGET]
    data = {
        "id": name,
        "cell": unit.cell,
        "unit": number,
        "timesteps": len(said),
        "gates": {
            gate: {
                "from_input": _numbers(term.from_input),
                "from_state": _numbers(term.from_state),
                "bias": _numbers(term.bias),
                "value": _numbers(term.value),
                "inner": None if term.inner is None else _numbers(term.inner),
                "function": term.function,
            }
            for gate, term in unit.gates.items()
        },
        "begin": unit.begin,
        "states": {state: _numbers(values) for state, values in unit.states.items()},
        "squashed": None if unit.squashed is None else _numbers(unit.squashed),
        "phi": unit.activation,
        "sigma": next(iter(unit.gates.values())).function,
        "colours": style.GATE_COLOURS,
        "names": style.GATE_NAMES,
        "input": {
            "names": list(inputs),
            "lines": [_numbers(line) for line in inputs.values()],
            "colours": colours[: len(inputs)],
            "said": said,
            "symbols": symbols,
        },
        "padding": padding.tolist(),
    }
    _component(key=key, data=data)


def _numbers(values: NDArray[np.floating]) -> list[float]:
    return np.round(values.astype(np.float64), DIGITS).tolist()
