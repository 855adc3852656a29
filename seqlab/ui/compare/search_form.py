"""What a search shall turn, and how long; and its beginning."""

from __future__ import annotations

import streamlit as st

from seqlab.comparison import conductor, stored_search
from seqlab.comparison.knobs import Knob, knobs_of, searchable, space_of, suggested
from seqlab.comparison.variants import options_of, value_of
from seqlab.data.dataset import DataError
from seqlab.data.upload import UploadError
from seqlab.experiment import Experiment, ExperimentError
from seqlab.field_words import in_words, label_of
from seqlab.network.estimate import about
from seqlab.runs.storage import StoreError
from seqlab.runs.studies import StudyError
from seqlab.ui import services, state, visitor
from seqlab.ui.compare.entrants import entrant_of, seconds_for
from seqlab.ui.draft import dataset_of, table_for

SECONDS, TRIALS = "seconds", "trials"
FIRST = ("units", "learning_rate")
MOST = {SECONDS: 3600, TRIALS: 500}
PROBLEM = "_search_problem"


def choose_search(base: Experiment | None) -> tuple[tuple[Knob, ...], float, str]:
    """Widgets for the knobs and the budget.

    Returns:
        The knobs; the budget; and why it cannot begin, or "".
    """
    st.header("Settings to turn", anchor=False)
    if base is None:
        return (), 0, "The playground's settings are out of range: mend them there first."
    ready, names = suggested(base), searchable(base)
    if "search_knobs" not in st.session_state:
        st.session_state["search_knobs"] = [name for name in FIRST if name in names]
    chosen = st.multiselect(
        "Settings",
        names,
        key="search_knobs",
        format_func=lambda name: label_of(name),
        persist_state="session",
        help="Optuna proposes values of these; all others stay as on the playground.",
    )
    space, problems = {}, []
    for name in chosen:
        usual = ready.get(name) or _usual(base, name)
        text = st.text_input(
            label_of(name),
            usual,
            key=f"search_range_{name}",
            help='A range as "4 to 64", or values with commas between them.',
            persist_state="session",
        )
        try:
            space[name] = space_of(name, text or "")
        except ExperimentError as error:
            problems += error.sentences
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        unit = st.segmented_control(
            "Budget", (SECONDS, TRIALS), key="search_unit", default=SECONDS, required=True,
            persist_state="session",
        )  # fmt: skip
        budget = st.number_input(
            f"How many {unit}",
            1,
            MOST[str(unit)],
            60 if unit == SECONDS else 30,
            key=f"search_{unit}",
            persist_state="session",
        )
    knobs: tuple[Knob, ...] = ()
    if not problems:
        try:
            knobs = knobs_of(base, space)
        except ExperimentError as error:
            problems = error.sentences
    entrant = entrant_of("trial", base)
    if entrant.problem:
        problems.append(f"The starting point cannot be trained. {entrant.problem}")
    elif not problems:
        seconds = seconds_for([entrant], 1)
        if unit == SECONDS and seconds > budget:
            problems.append(
                f"One run takes {about(seconds)}, so {budget:g} s are too few to try anything."
            )
        else:
            st.caption(
                f"One run takes {about(seconds)}; the honest check at the end adds 10 runs with "
                "fresh seeds."
            )
    return knobs, float(budget), " ".join(problems)


def begin() -> str | None:
    """Begins the search that the widgets describe; its id, or `None` with a noted problem."""
    st.session_state[PROBLEM] = ""
    base = Experiment.from_flat(state.flat())
    unit = st.session_state.get("search_unit") or SECONDS
    try:
        names = st.session_state.get("search_knobs", [])
        space = {name: space_of(name, st.session_state[f"search_range_{name}"]) for name in names}
        budget = st.session_state[f"search_{unit}"]
        study = stored_search.begin(
            services.studies(),
            base,
            knobs_of(base, space),
            budget if unit == SECONDS else None,
            budget if unit == TRIALS else None,
            dataset_of,
            visitor.owner(),
        )
    except (ExperimentError, StudyError, StoreError, DataError, UploadError) as error:
        st.session_state[PROBLEM] = str(error)
        return None
    lead(study)
    return study


def lead(study: str) -> None:
    """Begins to lead a search that the store knows."""
    leader = conductor.Conductor(
        study,
        services.store(),
        services.pool(),
        services.studies(),
        dataset_of,
        table_for,
        entrant_of,
    )
    services.lead(leader)


def _usual(base: Experiment, name: str) -> str:
    options = options_of(name)
    if options is not None:
        return ", ".join(in_words(value) for value in options)
    value = value_of(base, name)
    return f"{in_words(value)}, " if value is not None else ""
