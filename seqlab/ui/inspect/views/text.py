"""A text in the colours of one unit, and the units that keep track of something."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from seqlab.data.text import END
from seqlab.figures import style
from seqlab.inspection.sequences import sample
from seqlab.lens.forward import forward, in_order
from seqlab.lens.stack import LensError
from seqlab.lens.statistics import follows
from seqlab.lens.trackers import trackers
from seqlab.ui.components.coloured import Line, coloured_text
from seqlab.ui.components.table import csv
from seqlab.ui.inspect.choose import choose, choose_layer
from seqlab.ui.inspect.parts import about
from seqlab.ui.inspect.scene import Scene
from seqlab.ui.inspect.view import View
from seqlab.ui.words import plain

MOST = 4_000_000  # numbers in the traces of the texts that units are ranked on
LINES = 8  # texts that are shown


def text(scene: Scene) -> None:
    """Each symbol coloured by what a unit does while it is read."""
    about(
        "The text as one unit of the network reads it (a decoder: writes it): orange where its "
        "value is high, blue where it is low. Some units learn to keep "
        "track of something a reader would."
    )
    dataset = scene.dataset
    if not dataset.vocabulary:
        raise LensError(
            "This run reads numbers. The text view is for texts: brackets, reviews, grammars, or "
            "a text file of your own."
        )
    layer = choose_layer(scene)
    shown, epoch = choose(scene)
    network = scene.network(epoch)
    units = network.units(layer)
    count = max(LINES, min(200, MOST // (6 * units * dataset.timesteps)))
    index = sample(dataset, count, scene.seed)
    index = index[(dataset.x[index] != shown.x).any(axis=1)]  # the chosen one stands first
    x = np.concatenate([shown.x[np.newaxis], dataset.x[index]])
    lengths = np.concatenate([[shown.real], dataset.lengths[index]])
    mask = np.arange(dataset.timesteps) < lengths[:, np.newaxis]
    passage = in_order(network, forward([network], x, None if mask.all() else mask))
    run = passage.trace(layer)
    arrays = dict(run)
    texts = np.array(dataset.vocabulary)[x]
    if network.decodes(layer):  # the text that it writes
        texts, lengths = _written(np.array(dataset.goal.classes), passage.outputs[0])
        mask = np.arange(texts.shape[1]) < lengths[:, np.newaxis]
    names, values = follows(arrays["hidden"], trackers(texts, mask), mask)
    ranking = _ranking(names, values)
    left, right = st.columns([2, 3])
    with left:
        st.caption("The unit that follows each of these most closely. Click a row to see it.")
        picked = st.dataframe(
            ranking,
            hide_index=True,
            height=320,
            key="lens_trackers",
            on_select="rerun",
            selection_mode="single-row",
            column_config={
                "unit": st.column_config.NumberColumn(width=55),
                "correlation": st.column_config.NumberColumn("corr.", width=60, format="%.2f"),
            },
        )
    rows = picked["selection"]["rows"]
    row = rows[0] if rows and rows[0] < len(ranking) else 0
    with right:
        kind = st.segmented_control(
            "Coloured by",
            list(arrays),
            format_func=style.GATE_NAMES.__getitem__,
            default="hidden",
            required=True,
            key=f"lens_text_{run.kind}",
        )
        unit = int(ranking["unit"][row]) - 1
        if units > 1 and st.toggle("Another unit", key="lens_text_other"):
            unit = st.slider("Unit", 1, units, unit + 1, key="lens_text_unit") - 1
        gate = kind in style.SIGMOID
        lines = _lines(texts, arrays[kind][..., unit], lengths)
        name = f"{layer}, unit {unit + 1}, {style.GATE_NAMES[kind]}"
        coloured_text(lines, gate, name, key="lens_coloured_text")
    follower = int(np.abs(values[unit]).argmax())
    st.caption(
        plain(
            f"Unit {unit + 1} follows “{names[follower]}” most closely: correlation "
            f"{values[unit, follower]:+.2f} over {int(mask.sum()):,} steps of {len(x)} texts. "
            f"The first line is {shown.title}."
        )
    )
    table = pd.DataFrame({"symbol": texts[0], "value": arrays[kind][0, :, unit]})
    csv(table[: lengths[0]], "lens_text")


def _ranking(names: list[str], values: NDArray[np.floating]) -> pd.DataFrame:
    """The best unit for each signal, the strongest first."""
    best = np.abs(values).argmax(axis=0)
    table = pd.DataFrame(
        {
            "what": names,
            "unit": best + 1,
            "correlation": values[best, np.arange(len(names))].round(2),
        }
    )
    return table.sort_values("correlation", key=np.abs, ascending=False, ignore_index=True)


def _written(
    classes: NDArray[np.str_], outputs: NDArray[np.floating]
) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """What a decoder wrote, (sequences, steps), and how long each text is with its end."""
    symbols = outputs.argmax(axis=-1)
    ends = classes[symbols] == END
    lengths = np.where(ends.any(axis=1), ends.argmax(axis=1) + 1, symbols.shape[1])
    return classes[symbols], lengths


def _lines(
    texts: NDArray[np.str_], values: NDArray[np.floating], lengths: NDArray[np.int64]
) -> list[Line]:
    """The first texts, each with its symbols and their values."""
    rows = zip(texts[:LINES], values, lengths, strict=False)
    return [(line[:length].tolist(), row[:length].tolist()) for line, row, length in rows]


VIEW = View("Text", text, 6, of_files=False, of_texts=True)
