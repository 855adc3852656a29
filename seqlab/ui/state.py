"""Widgets, session and URL hold the same experiment: the widgets' keys are its flat names.

The URL is `?run=<id>` plus what differs from that run's settings (or from the defaults, without a
run), so that a reload, a second tab, Back and a shared link show the same page.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from seqlab.experiment import Experiment, ExperimentError, Recurrent, parse_query
from seqlab.ui import services
from seqlab.ui.cache import few
from seqlab.ui.draft import Draft, fitted

RUN = "run"
STUDY = "study"  # the comparison that the Compare page shows
STORE_PROBLEM = "store_problem"  # why a run could not be kept
LINK_PROBLEM = "link_problem"  # what a link asked for and nobody understood
_SHOWN = "_shown_query"  # the URL parameters as this session last read or wrote them
_PAGE = "_page"  # the page that this run of the script shows
_ABSENT = object()
_CAME_FROM = "_came_from"  # the page that the run before it showed


def show(experiment: Experiment) -> None:
    """Sets every widget to an experiment's values. To be called before widgets are drawn."""
    for key, value in experiment.to_flat().items():
        st.session_state[key] = for_widget(value)


def for_widget(value: Any) -> Any:  # noqa: ANN401
    """A value of an experiment as its widget holds it: several ones as a list."""
    return list(value) if isinstance(value, tuple) else value


def show_fitting(now: Draft) -> None:
    """After a change of the data: shows the draft with a network that fits its task."""
    fitting = fitted(now)
    if fitting is not None and fitting != now.experiment:
        show(fitting)


def flat() -> dict[str, Any]:
    """The widgets' values, by their keys; they may be out of range."""
    # One look at each, not two: a page asks for hundreds.
    names = _names(st.session_state.get("layers", 1))
    values = ((key, st.session_state.get(key, _ABSENT)) for key in names)
    return {key: value for key, value in values if value is not _ABSENT}


@few
def _names(layers: int) -> tuple[str, ...]:
    """The flat names of an experiment with so many layers."""
    return tuple(Experiment(layers=(Recurrent(),) * layers).to_flat())


def experiment() -> Experiment | None:
    """What the widgets say; `None` while a value is out of range."""
    try:
        return Experiment.from_flat(flat())
    except ExperimentError:
        return None


def run_id() -> str | None:
    """The run that the page shows."""
    return st.session_state.get(RUN)


def show_run(run: str | None) -> None:
    """Shows another run."""
    st.session_state[RUN] = run


def study_id() -> str | None:
    """The comparison that the Compare page shows."""
    return st.session_state.get(STUDY)


def show_study(study: str | None) -> None:
    """Shows another comparison."""
    st.session_state[STUDY] = study


def enter(page: str) -> None:
    """Notes which page is shown, at the start of every run of the shell."""
    came_from = st.session_state.get(_PAGE)
    st.session_state[_CAME_FROM] = came_from
    st.session_state[_PAGE] = page
    if came_from not in (None, page):
        # A widget that two pages have under one key is another widget on each of them, and would
        # begin at its default. What is written here it takes over.
        for key, value in flat().items():
            st.session_state[key] = value


def begin() -> None:
    """Takes over what the URL says, at the first visit and when it was changed from outside.

    A page of the app that was left by the navigation comes back without parameters; then the
    session goes on as it was.
    """
    query = st.query_params.to_dict()
    arrived = st.session_state.get(_CAME_FROM) != st.session_state.get(_PAGE)
    first = _SHOWN not in st.session_state
    changed = not first and query != st.session_state[_SHOWN]
    if first or (changed and (query if arrived else _back_or_forward())):
        st.session_state[_SHOWN] = dict(query)
        _adopt(query)


def _back_or_forward() -> bool:
    """Whether the browser went through its history.

    Any other request may carry parameters from before the last change: a quick second click would
    undo the first.
    """
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _adopt(query: dict[str, str]) -> None:
    if STUDY in query:
        show_study(query.pop(STUDY))
    run = services.store().get(query.pop(RUN, ""))
    show_run(run.id if run else None)
    base = (run.experiment if run else Experiment()).to_flat()
    st.session_state[LINK_PROBLEM] = _show_query(base, parse_query(query))


def _show_query(base: dict[str, Any], wanted: dict[str, Any]) -> str | None:
    """Shows what a link asks for. A number out of range is shown too: it has a finding and a Fix.

    Returns:
        What could not be understood, in sentences, or `None`.
    """
    problems: list[str] = []
    valid: dict[str, Any] = {}
    out_of_range: dict[str, Any] = {}
    for key, value in wanted.items():
        try:
            Experiment.from_flat(base | valid | {key: value})
            valid[key] = value
        except ExperimentError as error:
            if _fits_number_box(key, base.get(key), value):
                out_of_range[key] = value
            else:
                problems += error.sentences
    show(Experiment.from_flat(base | valid))
    st.session_state.update(out_of_range)
    if not problems:
        return None
    return f"The link was not understood in full. {' '.join(problems)}"


def _fits_number_box(key: str, usual: Any, value: Any) -> bool:  # noqa: ANN401
    """Whether the number box that shows `usual` can show `value`, right or wrong."""
    return (
        key != "layers"  # a count without a box of its own
        and type(usual) in (int, float)
        and type(value) in (type(usual), int)
        and abs(value) < 2**53  # what JavaScript counts exactly; false for NaN
    )


def finish(experiment: Experiment | None, study: str | None = None) -> None:
    """Writes the URL; a draft that is out of range leaves it as it is.

    Args:
        experiment: that the widgets show.
        study: the comparison that the page shows.
    """
    if experiment is None:
        return
    run = services.store().get(run_id() or "")
    query = experiment.to_query(run.experiment if run else None)
    if run:
        query = {RUN: run.id} | query
    if study:
        query = {STUDY: study} | query
    if query != st.query_params.to_dict():
        st.query_params.from_dict(query)
    st.session_state[_SHOWN] = query
