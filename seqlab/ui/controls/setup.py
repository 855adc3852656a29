"""The right column above the run: what the data and the network look like before training."""

from __future__ import annotations

from functools import partial
from typing import Literal

import streamlit as st

from seqlab.data import describe
from seqlab.data.alternatives import NAMING_OTHERS
from seqlab.data.dataset import Dataset
from seqlab.experiment import Data, Experiment, Finding
from seqlab.figures import preview
from seqlab.network.plan import plan
from seqlab.network.shapes import links
from seqlab.network.source import changed_lines, files, notebook, source
from seqlab.ui import state
from seqlab.ui.components import chain
from seqlab.ui.components.chart import chart
from seqlab.ui.components.terms import terms
from seqlab.ui.controls import held
from seqlab.ui.controls.data import PROBLEM
from seqlab.ui.draft import NO_FILE, Draft, draft
from seqlab.ui.words import plain

NETWORK_TERMS = ("time step", "units", "return_sequences", "batch", "parameters")
BARS = (
    "A bar is a time step, a higher one has more features; hollow ones are states that are worked "
    "out and not handed on. Under each layer: its parameters, counted by their formula."
)
SCRIPTS = "_scripts_shown"  # (the one before, the last one) that this session showed
MOST_MARKED = 12  # lines
MARKS = {  # the gravest first
    "error": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "hint": ":blue[:material/info:]",
}


def network_picture(experiment: Experiment, dataset: Dataset) -> None:
    """The chain from input to output, with shapes, parameters and their formulas."""
    steps = links(plan(experiment, dataset.frame))
    with st.container(horizontal=True, vertical_alignment="center", key="chain_words"):
        st.html(chain.picture(steps), width="stretch")
        above = f"{chain.axes_sentence(experiment, steps)}\n\n{BARS}"
        terms(NETWORK_TERMS, experiment, dataset, "network_terms", above)
        _code(experiment, dataset)


def _code(experiment: Experiment, dataset: Dataset) -> None:
    """The experiment as plain Keras, to read and to take away."""
    shown = st.popover(
        "Keras code", icon=":material/code:", key="code", type="tertiary", on_change="rerun"
    )
    if not shown.open:  # written only for those who look
        return
    script = source(experiment, dataset)
    with shown:
        st.caption(
            "The same network and the same losses in a script of its own. It needs Keras, NumPy "
            "and, for files, pandas."
        )
        with st.container(horizontal=True):
            st.download_button("Script", script, "seqlab_experiment.py", key="script")
            st.download_button(
                "Notebook", notebook(experiment, dataset), "seqlab_experiment.ipynb", key="notebook"
            )
            for name, content in files(experiment, dataset).items():
                st.download_button(plain(name), content, name, key=f"file_{name}")
        _changes(script)
        st.code(script, language="python", height=420, line_numbers=True)


def _changes(script: str) -> None:
    """What is new in the script since this session last showed another one."""
    before, last = st.session_state.get(SCRIPTS, (None, None))
    if script != last:
        before, last = last, script
        st.session_state[SCRIPTS] = before, last
    if before is None:
        return
    new, lines = changed_lines(before, script), script.splitlines()
    if not new:
        st.caption("Since you last looked here, lines were only taken out.")
        return
    st.caption(f"New or changed since you last looked here: {_ranges(new)}.")
    marked = [f"+ {lines[i]}" for i in new[:MOST_MARKED]]
    if len(new) > MOST_MARKED:
        marked.append(f"  … and {len(new) - MOST_MARKED} more lines")
    st.code("\n".join(marked), language="diff")


def _ranges(places: list[int]) -> str:
    """Ascending places from 0 -> "line 4" or "lines 4-6, 9", counted from 1."""
    starts = [i for i in places if i - 1 not in places]
    ends = [i for i in places if i + 1 not in places]
    ranges = [
        f"{first + 1}" if first == last else f"{first + 1}–{last + 1}"
        for first, last in zip(starts, ends, strict=True)
    ]
    return f"line{'s' if len(places) > 1 else ''} {', '.join(ranges)}"


def problems_of(now: Draft) -> list[Finding]:
    """All that is to be said before training; beside a file that was refused, not that none is."""
    input_findings = input_problems()
    refused = any(finding.level == "error" for finding in input_findings)
    return input_findings + [f for f in now.findings if not refused or f.code != NO_FILE]


def input_problems() -> list[Finding]:
    """What is wrong with a file that was given, with the link that led here, with the disk."""
    findings = []
    if problem := st.session_state.get(state.STORE_PROBLEM):
        findings.append(Finding("error", "input", problem))
    if problem := st.session_state.get(PROBLEM):
        findings.append(Finding("error", "input", problem))
    if problem := st.session_state.get(state.LINK_PROBLEM):
        findings.append(Finding("warning", "input", problem))
    return findings


def findings_list(findings: list[Finding], key: str = "fix") -> None:
    """Errors in boxes, the others in lines, each with its Fix and with what Keras says.

    Args:
        findings: what is to be said.
        key: how the keys of the Fix buttons begin.
    """
    for i, finding in enumerate(findings):
        if finding.level == "error":
            st.error(plain(finding.message), icon=":material/error:")
            with st.container(horizontal=True, gap="small"):
                _fix(finding, f"{key}_{i}", "secondary")
                _keras(finding, f"{key}_keras_{i}")
            continue
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_row_{i}"
        ):
            st.markdown(f"{MARKS[finding.level]} :small[{plain(finding.message)}]", width="stretch")
            _keras(finding, f"{key}_keras_{i}")
            _fix(finding, f"{key}_{i}", "tertiary")


def _fix(finding: Finding, key: str, kind: Literal["secondary", "tertiary"]) -> None:
    """The button that mends it, if there is a way that turns nothing which is locked."""
    if finding.fix is not None and not held.turns(finding.fix.to_flat(), state.flat()):
        st.button(
            plain(finding.fix_label),
            key=key,
            icon=":material/build:",
            type=kind,
            on_click=_read_otherwise if finding.code in NAMING_OTHERS else state.show,
            args=(finding.fix,),
        )


def _read_otherwise(experiment: Experiment) -> None:
    """Another reading of the file, with a network that fits what it is then."""
    state.show(experiment)
    state.show_fitting(draft(state.flat()))


def _keras(finding: Finding, key: str) -> None:
    """What Keras itself says or does, one click away."""
    if finding.keras:
        with st.popover("Keras", key=key, type="tertiary", help="What Keras says or does here"):
            st.markdown(plain(finding.keras))


def data_preview(dataset: Dataset, height: int = 125, data: Data | None = None) -> int:
    """One (X, y) pair on the data it comes from.

    Args:
        dataset: what pairs are chosen from.
        height: of the picture in pixels.
        data: where they come from, if they are what many look at.

    Returns:
        Which pair is shown, from 0.
    """
    n = len(dataset.x)
    # A slider remembers its value; new data may have fewer pairs.
    first = int(dataset.validation[0]) if len(dataset.validation) else n  # the last one to train on
    st.session_state["pair"] = min(max(1, st.session_state.get("pair", first)), n)
    picture = st.container()
    beside, choice = st.columns([3, 1], vertical_alignment="top")
    with choice:
        place = 0
        if n > 1:
            place = st.slider("Pair of X and y", 1, n, key="pair", label_visibility="collapsed") - 1
    pair = describe.pair(dataset, place)
    with picture:
        view = str(dataset.target)
        chart(
            partial(preview.draw, pair), key="preview_plot", alt=pair.sentence, height=height,
            view=view, depends_on=None if data is None else (data, place, view),
        )  # fmt: skip
    beside.caption(plain(f"{pair.sentence} {preview.left_out(pair)}".strip()))
    return place
