"""A text that somebody types, and what the network of a run answers, symbol by symbol."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.data.text import END, PADDING, UNKNOWN
from seqlab.inspection.typed_text import batch_of, read, spelled
from seqlab.inspection.words import when
from seqlab.lens.generate import sample, write
from seqlab.lens.stack import LensError, Stack
from seqlab.runs.records import Run
from seqlab.ui import networks
from seqlab.ui.words import plain

LONGEST = 500  # characters that can be typed
MOST_CLASSES = 5  # that are listed
CELL = (
    "display:inline-block;text-align:center;padding:0 .3em;margin:1px;border-radius:.3em;"
    "background:rgba(46,134,222,{share:.2f})"
)
SYMBOL = '<span style="{style}" title="{share}"><b>{symbol}</b>{below}</span>'


@st.fragment
def own_words(run: Run, dataset: Dataset, epoch: int) -> None:
    """A text box and the answer to what stands in it.

    Args:
        run: whose network; of tokens and for classes.
        dataset: what it was trained on.
        epoch: of the weights.
    """

    def network() -> Stack:
        return networks.network(run.id, epoch, run.experiment, dataset)

    frame = dataset.frame
    goes_on = frame.at == "every step" and dataset.goal.classes == dataset.vocabulary
    left, right = st.columns([2, 3])
    with left:
        first = dataset.x[dataset.validation[0] if len(dataset.validation) else 0]
        begin = spelled(dataset, first[: max(1, 2 * len(first) // 3)] if goes_on else first)
        label = "Type how a text begins" if goes_on else "Type your own"
        typed = st.text_input(
            label, begin, max_chars=LONGEST, key=f"own_words_{run.id}", help=_reads(dataset)
        )
        tokens, remark = read(dataset, typed)
        if goes_on:
            steps = st.slider("Symbols to write", 10, 300, 60, key="own_words_steps")
            temperature = st.slider(
                "Temperature",
                0.0,
                2.0,
                0.5,
                0.1,
                key="own_words_temperature",
                help="0 always takes the most probable symbol; 1 draws as the network says.",
            )
            again = "own_words_draws"
            st.button("Draw again", key="own_words_again", on_click=_one_more, args=(again,))
        if remark:
            st.caption(plain(remark))
    with right:
        if not len(tokens):
            st.caption("Type something that the network can read.")
            return
        try:
            if goes_on:
                seed = st.session_state.get(again, 0)
                written = sample(network(), tokens, steps, temperature, seed)
                note = "its probability before the temperature"
            else:
                batch = batch_of(dataset, tokens)
                written = write(network(), batch, batch != 0)
                note = "its probability"
        except LensError as error:
            st.caption(plain(str(error)))
            return
        if frame.at == "end":
            _classes(dataset, written.probabilities[0, 0], epoch)
            return
        names = [dataset.goal.classes[i] for i in written.symbols[0]]
        ends = goes_on or frame.at == "sequence"
        _symbols(names, written.confidence[0], epoch, note, ends)


def _reads(dataset: Dataset) -> str:
    symbols = [symbol for symbol in dataset.vocabulary if symbol not in (PADDING, UNKNOWN, END)]
    more = " …" if len(symbols) > 40 else ""
    text = " ".join("␣" if symbol == " " else symbol for symbol in symbols[:40])
    return plain(f"What the network knows: {text}{more}")


def _one_more(key: str) -> None:
    st.session_state[key] = st.session_state.get(key, 0) + 1


def _classes(dataset: Dataset, shares: NDArray[np.floating], epoch: int) -> None:
    order = np.argsort(shares)[::-1][:MOST_CLASSES]
    names = [dataset.goal.classes[i] for i in order]
    st.html(_cells(names, shares[order], numbers=True))
    st.caption(
        plain(f"{when(epoch)} the network says “{names[0]}”, probability {shares[order[0]]:.1%}.")
    )


def _symbols(
    names: list[str], shares: NDArray[np.floating], epoch: int, note: str, ends: bool
) -> None:
    """A written text; with `ends`, as far as the network says that it goes."""
    if ends:
        stop = next((i for i, name in enumerate(names) if name in (END, PADDING)), len(names))
        names, shares = names[:stop], shares[:stop]
    if not names:
        st.caption(f"{when(epoch)} the network writes nothing.")
        return
    least = int(np.argmin(shares))
    between = "" if all(len(name) == 1 for name in names) else " "
    st.code(between.join(names), language=None, wrap_lines=True)
    st.html(_cells(names, shares))
    st.caption(
        plain(
            f"{when(epoch)}. The paler a symbol's ground, the lower {note}; it stands there in "
            f"numbers when you point at it. Least sure: “{names[least]}”, number {least + 1}, with "
            f"{shares[least]:.1%}."
        )
    )


def _cells(names: list[str], shares: NDArray[np.floating], numbers: bool = False) -> str:
    """Names on a ground as strong as their probability; with `numbers` it stands below each."""
    cells = [
        SYMBOL.format(
            style=CELL.format(share=0.5 * share),
            symbol=html.escape("␣" if name == " " else name),
            share=f"{share:.1%}",
            below=f"<br><small>{share:.0%}</small>" if numbers else "",
        )
        for name, share in zip(names, shares, strict=True)
    ]
    return f"<div>{''.join(cells)}</div>"
