"""The buttons of a comparison: stop it, go on with it, train more seeds, remove it."""

from __future__ import annotations

import streamlit as st

from seqlab.comparison import on_pool
from seqlab.comparison.entrants import Entrant
from seqlab.data.upload import UploadError
from seqlab.experiment import ExperimentError
from seqlab.runs.records import Run
from seqlab.runs.storage import StoreError
from seqlab.runs.studies import LOST, PlannedRun, StudyError, StudyRecord
from seqlab.ui import services, state, visitor
from seqlab.ui.compare.entrants import entrants_of
from seqlab.ui.draft import table_for

MORE = 5  # seeds at a time
PROBLEM = "_compare_steering_problem"


def steering(record: StudyRecord) -> None:
    """The buttons that fit how it stands; others see none of them."""
    if not at_rest(record, "comparison"):
        return
    if any(record.counts.get(status) for status in LOST):
        st.button(
            "Go on",
            key="compare_go_on",
            icon=":material/resume:",
            on_click=_go_on,
            args=(record.id,),
            help="Trains what did not come to its end, from its first epoch on.",
        )
    if record.kind == "race":
        st.button(
            f"{MORE} more seeds",
            key="compare_more",
            icon=":material/add:",
            on_click=_more,
            args=(record.id,),
        )
    delete_button(record, "The comparison goes with its runs and their weights.")
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(problem)


def at_rest(record: StudyRecord, noun: str) -> bool:
    """Whether it is the visitor's own and over; else says whose it is, or draws Stop.

    Args:
        record: the study.
        noun: what it is called.
    """
    if not visitor.owns(record):
        st.caption(f"Another visitor's {noun}: you can watch it.")
        return False
    if record.active:
        st.button(
            "Stop", key="compare_stop", icon=":material/stop:", on_click=_stop, args=(record.id,)
        )
    return not record.active


def delete_button(record: StudyRecord, about: str) -> None:
    """Removes a comparison that has ended.

    Args:
        record: which.
        about: what goes, in a sentence.
    """
    with st.popover("Delete", icon=":material/delete:", key="compare_delete", type="tertiary"):
        st.markdown(f"{about} That cannot be undone.")
        st.button(
            "Delete for good",
            key="compare_delete_for_good",
            icon=":material/delete_forever:",
            on_click=_delete,
            args=(record.id,),
        )


def _stop(study: str) -> None:
    if visitor.own_study(study):
        services.studies().stop(study)


def _delete(study: str) -> None:
    if visitor.own_study(study) and services.studies().delete(study):
        state.show_study(None)


def _go_on(study: str) -> None:
    record = visitor.own_study(study)
    if record is None:
        return
    try:
        variants_of_study = _variants(record)

        def plan_of(run: Run) -> PlannedRun:
            variant = variants_of_study.get(run.variant or "")
            program = None if variant is None else variant.program
            table = table_for(run.experiment.data)
            return PlannedRun(run.variant or "", run.place or 0, run.experiment, table, program)

        services.studies().go_on(study, plan_of)
    except (StudyError, StoreError, UploadError, ExperimentError) as error:
        st.session_state[PROBLEM] = str(error)


def _more(study: str) -> None:
    record = visitor.own_study(study)
    if record is None or record.active:
        return
    studies = services.studies()
    seeds = list(record.settings["seeds"])
    new = list(range(max(seeds, default=-1) + 1, max(seeds, default=-1) + 1 + MORE))
    try:
        studies.add(study, on_pool.planned_runs(_variants(record), new, table_for))
        studies.set_settings(study, {**record.settings, "seeds": [*seeds, *new]})
    except (StudyError, StoreError, UploadError, ExperimentError) as error:
        st.session_state[PROBLEM] = str(error)


def _variants(record: StudyRecord) -> dict[str, Entrant]:
    """Its variants, looked at anew: their programs are not kept. Raises `ExperimentError`."""
    stored = on_pool.entrants_of(record)
    return entrants_of({name: each.experiment for name, each in stored.items()})
