"""Compare: which one is better, and how sure is that?"""

import streamlit as st

from seqlab.experiment import ExperimentError
from seqlab.network.estimate import about
from seqlab.ui import services, state
from seqlab.ui.compare import race
from seqlab.ui.compare.entrants import entrants_of, seconds_for
from seqlab.ui.compare.grid import choose_grid, grid
from seqlab.ui.compare.recent import KINDS, recent, title_of
from seqlab.ui.compare.search import search
from seqlab.ui.compare.search_form import PROBLEM as SEARCH_PROBLEM
from seqlab.ui.compare.search_form import begin as begin_search
from seqlab.ui.compare.search_form import choose_search
from seqlab.ui.compare.variants import choose_variants, chosen
from seqlab.ui.components.heading import page_title
from seqlab.ui.draft import draft, table_for
from seqlab.ui.lesson import card, current
from seqlab.ui.places import PAGES
from seqlab.ui.room import follow
from seqlab.ui.words import counted, network, plain

MOST_SEEDS = 50
RACE, SEARCH, GRID = KINDS["race"], KINDS["search"], KINDS["grid"]
PROBLEM = "_compare_problem_at_start"
BELOW = "[What it has found](#result) is on the right, on a narrow screen below."
GOES_ON = "It goes on when you leave the page; its address leads back to it."
ABOUT = {
    RACE: "Variants, each with the same seeds: which one is better, and how sure is that?",
    SEARCH: "Optuna turns settings and looks for the lowest val_loss; then the best is checked.",
    GRID: "What two settings do together: every value of one with every value of the other.",
}
RESULT = {
    RACE: "You will see a line and a band for each variant, a dot for each seed, and in the end a "
    "table of what differs and what it brought, with an interval.",
    SEARCH: "You will see each trial as a dot, what mattered, and in the end the best beside the "
    "starting point with fresh seeds, on sequences that the search has never seen.",
    GRID: "You will see a heat map with the median of the seeds in each cell.",
}


def start() -> None:
    st.session_state[PROBLEM] = ""
    if follow.on_hold():
        return
    kind = st.session_state["compare_kind"]
    if kind == SEARCH:
        state.show_study(begin_search() or state.study_id())
        st.session_state[PROBLEM] = st.session_state[SEARCH_PROBLEM]
        return
    base = draft(state.flat()).experiment
    asked = st.session_state.get("_grid_asked") if kind == GRID else None
    try:
        wanted = asked.variants(base) if asked else chosen(base)
    except ExperimentError as error:
        st.session_state[PROBLEM] = str(error)
        return
    seeds = int(st.session_state["compare_seeds"])
    study, problem = race.begin(entrants_of(wanted), seeds, table_for, asked)
    st.session_state[PROBLEM] = problem
    if study:
        state.show_study(study)


state.begin()
open_lesson = current.begin()
heading = st.container(key="heading", horizontal=True, vertical_alignment="bottom", gap="medium")
margin = card.margin(open_lesson)  # what stands beside the page narrows it from the beginning
with heading:
    page_title("Compare")
    st.caption(
        "A seed decides the first weights and the order of the batches. One seed proves nothing: "
        "compare many runs.",
        width="stretch",
    )
left, right = st.container(key="playground").columns([1, 2.6], gap="medium")
now = draft(state.flat())
with margin:
    card.card(open_lesson, now, None)
problem = ""
record = services.studies().get(state.study_id() or "")
if record is not None and record.kind not in KINDS:
    record = None  # a walk-forward is shown on the Forecast page
with left:
    kind = st.segmented_control(
        "Question",
        (RACE, SEARCH, GRID),
        key="compare_kind",
        default=KINDS.get(record.kind, RACE) if record else RACE,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    base = ""
    if now.experiment is not None:
        training = now.experiment.training
        base = (
            f" From the playground: {network(now.experiment)} on {now.experiment.data.source}, "
            f"{training.optimizer} {training.learning_rate:g}, {training.epochs} epochs."
        )
    st.caption(plain(f"{ABOUT[kind]}{base}"))
    st.page_link(PAGES / "train.py", label="Change it on the playground", icon=":material/tune:")
    entrants = {}
    if kind == SEARCH:
        _, _, problem = choose_search(now.experiment)
        ready = not problem
    else:
        if kind == RACE:
            entrants = entrants_of(chosen(now.experiment))
            choose_variants(now.experiment, entrants)
        else:
            asked, cells, problem = choose_grid(now.experiment)
            st.session_state["_grid_asked"] = asked
            entrants = entrants_of(cells)
        seeds = st.number_input(
            "Seeds",
            1,
            MOST_SEEDS,
            5,
            key="compare_seeds",
            persist_state="session",
            help="Each variant is trained with each of them: the same split, the same order of "
            "the batches, and the same first weights where the shapes are the same.",
        )
        able = [each for each in entrants.values() if not each.problem]
        ready = bool(able)
        if ready:
            what = "variant" if kind == RACE else "cell"
            st.caption(
                f"{counted(len(able), what)} × {counted(seeds, 'seed')} = "
                f"{counted(len(able) * seeds, 'run')}: {about(seconds_for(able, seeds))}, if "
                "nobody else trains."
            )
    held = follow.on_hold()
    st.button(
        "Start",
        key="compare_start",
        type="primary",
        icon=":material/play_arrow:",
        disabled=held or not ready,
        on_click=start,
        help=None if ready else "Something on the left is missing, or out of range.",
    )
    st.caption(follow.HOLD if held else GOES_ON)
    if record is not None:
        st.markdown(BELOW)  # no caption: their links are too pale
    if problem := problem or st.session_state.get(PROBLEM, ""):
        st.error(plain(problem), icon=":material/error:")

with right:
    if record is not None and record.kind in KINDS:
        st.header(plain(title_of(record)), anchor="result")
    if record is None:
        if state.study_id():
            st.info("This comparison is not kept here any more.", icon=":material/info:")
        st.markdown(f"Choose on the left and press **Start**. {RESULT[kind]}")
    elif record.kind == "search":
        search(record)
    elif record.kind == "grid":
        grid(record)
    else:
        race.race(record)
    recent(record)

state.finish(now.experiment, record.id if record else None)
