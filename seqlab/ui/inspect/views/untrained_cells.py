"""How much gradient cells pass back through time before any training, to play with."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from seqlab.cells import CELLS
from seqlab.figures import through_time
from seqlab.figures.through_time import Line
from seqlab.lens import theory
from seqlab.ui.cache import few
from seqlab.ui.inspect.choose import choose_sequence, in_numbers
from seqlab.ui.inspect.parts import about, picture
from seqlab.ui.inspect.scene import Scene
from seqlab.ui.inspect.view import View

LENGTHS = (10, 25, 50, 100, 200, 400)
LINEAR_STEPS = 50
NOISE, CHOSEN = "noise", "the chosen sequence"


def untrained_cells(scene: Scene) -> None:
    """One cell of each kind, not of this run, with sliders for how it begins."""
    *others, last_one = CELLS
    about(
        f"Not the network of this run: {', '.join(others)} and {last_one} as Keras begins them "
        "read the same input, and the loss sees only the last step. Nothing is trained: the "
        "sliders act at once. All lines begin at 1 on the right."
    )
    shown = choose_sequence(scene)
    in_numbers(scene, shown)
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        source = st.segmented_control(
            "Input", (NOISE, CHOSEN), default=NOISE, key="lens_lab_input", required=True
        )
        scale = st.slider(
            "Recurrent scale ρ",
            0.5,
            1.5,
            1.0,
            0.05,
            key="lens_scale",
            persist_state="session",
            help="The recurrent kernel, orthogonal at first, is multiplied by it.",
        )
        bias = st.slider(
            "Forget bias",
            -1.0,
            5.0,
            1.0,
            0.5,
            key="lens_bias",
            persist_state="session",
            help="Keras begins with 1 (unit_forget_bias). "
            f"Only the {' and the '.join(c.name for c in CELLS.values() if c.has('forget_bias'))} "
            "has it.",
        )
        units = st.select_slider(
            "Units", (4, 8, 16, 32, 64), 32, key="lens_units", persist_state="session"
        )
        steps = 50
        if source == NOISE:
            steps = st.select_slider(
                "Steps", LENGTHS, 50, key="lens_steps", persist_state="session"
            )
    x: NDArray[np.floating] = np.random.default_rng(0).normal(size=(1, steps + 1, 1))
    what = "of noise"
    if source == CHOSEN:
        x = scene.network(scene.saved[0]).embed(shown.x[np.newaxis])[:, : shown.real]
        steps, what = x.shape[1] - 1, "of the chosen sequence"
    lines, shares = [], {}
    table = pd.DataFrame({"step": np.arange(1, steps + 2)})
    for k, (cell, record) in enumerate(CELLS.items()):
        layer = theory.untrained(cell, x.shape[2], units, 0, scale, bias)
        norms = theory.from_the_end(layer, x).hidden_norm[0]
        lines.append(Line(cell, norms / norms[-1], k))
        shares[cell] = norms[0] / norms[-1]
        table[cell] = norms / norms[-1]
        if record.has("forget_bias") and record.keep is not None:
            line = theory.product_line(record.keep.share(theory.read(layer, x))[0])
            name = f"product of the {record.keep.plural}"
            lines.append(Line(name, line, k, "theory"))
            table[name] = line
    power = theory.power_line(scale, steps + 1)
    table["rho^t"] = power
    lines.append(Line(f"ρ^t, ρ = {scale:g}", power, 5, "theory"))
    figure = through_time.norms(lines, "share of the gradient")
    shares_in_words = ", ".join(f"{cell} {share:.2g}" for cell, share in shares.items())
    sentence = (
        f"Back through {steps} steps {what} arrives: {shares_in_words} of the gradient. "
        f"Linear theory: {scale:g}^{steps} = {scale**steps:.3g}. {_warning(scale, bias, shares)}"
    )
    picture(figure, sentence, table, key="lens_laboratory", height=340, view="laboratory")
    st.caption(_linear())


@few
def _linear() -> str:
    """The case that theory solves, measured by the same backward pass as everything here."""
    measured = []
    x = np.zeros((1, LINEAR_STEPS + 1, 16))
    for rho in (0.9, 1.0, 1.1):
        norms = theory.from_the_end(theory.linear(16, rho), x).hidden_norm[0]
        measured.append(f"{rho:g}^{LINEAR_STEPS} = {_digits(norms[0] / norms[-1])}")
    return (
        "Without the activation, h = ρ Q h with Q orthogonal, theory is exact. Measured over "
        f"{LINEAR_STEPS} steps: {', '.join(measured)}."
    )


def _digits(value: float) -> str:
    return f"{value:.1f}" if value >= 100 else f"{value:.3g}"


def _warning(scale: float, bias: float, shares: Mapping[str, float]) -> str:
    """With the defaults of Keras the textbooks' ranking is upside down."""
    plain = next(cell.name for cell in CELLS.values() if not cell.gates)
    gated = next(cell.name for cell in CELLS.values() if cell.has("forget_bias"))
    if scale == 1 and bias == 1 and shares[plain] > shares[gated]:
        return (
            f"So with Keras' defaults an untrained {plain} passes more gradient than an untrained "
            f"{gated}: its recurrent kernel is orthogonal, while the {gated} forgets a quarter at "
            f"each step (sigmoid of 1 is 0.73). Raise the forget bias to 3 to see what the {gated} "
            "can do."
        )
    return ""


VIEW = View("Untrained cells", untrained_cells, 7, of_files=False)
