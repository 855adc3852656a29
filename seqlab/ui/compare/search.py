"""A search: how far it is, what came out, and the honest check."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from seqlab.comparison import stored_search
from seqlab.comparison.found import Found
from seqlab.comparison.honest import Check
from seqlab.comparison.knobs import Knob
from seqlab.comparison.variants import value_of
from seqlab.data.dataset import DataError
from seqlab.data.upload import UploadError
from seqlab.experiment import Experiment, ExperimentError
from seqlab.field_words import in_words
from seqlab.figures import search as figures
from seqlab.runs.records import ACTIVE, Run
from seqlab.runs.storage import StoreError
from seqlab.runs.studies import FINISHED, PlannedRun, StudyError, StudyRecord
from seqlab.ui import services, state, visitor
from seqlab.ui.compare.entrants import entrant_of
from seqlab.ui.compare.follow import follow
from seqlab.ui.compare.recent import KINDS
from seqlab.ui.compare.search_form import lead
from seqlab.ui.compare.steering import at_rest, delete_button
from seqlab.ui.compare.variants import set_variants
from seqlab.ui.components.announcer import announce
from seqlab.ui.components.chart import chart
from seqlab.ui.components.table import csv
from seqlab.ui.draft import table_for
from seqlab.ui.places import PAGES
from seqlab.ui.words import counted, network, plain

HEIGHT = 260
KEPT_OUT = (
    "A tenth of the sequences is kept out for the check, so val_loss is measured on others than on "
    "the playground."
)
GO_ON_PROBLEM = "_search_go_on_problem"


def search(record: StudyRecord) -> None:
    """A search as it stands; looks again while it goes on."""
    follow(record, _search)


def _search(record: StudyRecord) -> bool:
    """Whether it could be read."""
    runs = services.studies().runs(record.id)
    try:
        result = stored_search.read(record, runs, services.store().curves(record.id))
    except (ExperimentError, ValueError, KeyError):
        return False
    with st.container(key="compare_status", gap="xxsmall"):
        _status(record, result, runs)
    with st.container(key="search_check", gap="xxsmall"):
        if result.check is not None and record.state == FINISHED and not record.active:
            _honest(result, result.check)
    with st.container(key="search_chart", gap="xxsmall"):
        _pictures(record, result, runs)
    return True


def _status(record: StudyRecord, found: Found, runs: list[Run]) -> None:
    checking = [run for run in runs if run.variant != stored_search.TRIAL]
    ended = sum(trial.status in ("finished", "stopped", "diverged") for trial in found.history)
    given_up = sum(trial.status == "stopped" for trial in found.history)
    most = record.settings["trials"]
    text = f"{ended} of {most} trials" if most else counted(ended, "trial")
    text += f" ended, {given_up} of them given up early"
    if checking:
        done = sum(not run.active for run in checking)
        text = f"{text}. Honest check: {done} of {len(checking)} runs"
    announce(text, "search_announcer", last=not record.active)
    settings = record.settings
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if record.active:
            share = stored_search.progress(record, runs)
            st.progress(share, text=plain(f"Searching: {text}. {record.message}"))
        else:
            word = "Finished" if record.status == "finished" else "Stopped"
            colour = "green" if word == "Finished" else "blue"
            st.markdown(f":{colour}-badge[{word}: {text}.] :small[{plain(record.message)}]")
        _buttons(record, found, checking)
    turned = ", ".join(f"{each['name']} {Knob.from_json(each).words}" for each in settings["knobs"])
    about = f"{network(found.start)} on {found.start.data.source}: {turned}."
    if settings["searched"] != settings["start"]:
        about += f" {KEPT_OUT}"
    st.caption(plain(about))


def _buttons(record: StudyRecord, found: Found, checking: list[Run]) -> None:
    if not at_rest(record, "search"):
        return
    st.button(
        "Search on", key="search_go_on", icon=":material/resume:", on_click=_go_on,
        args=(record.id, True),
        help="With the same budget once more; what was tried is known.",
    )  # fmt: skip
    cut_short = record.state != FINISHED or any(map(stored_search.of_the_check, checking))
    if found.history and (found.check is None or cut_short):
        st.button(
            "Go on with the check" if checking else "Check the best now",
            key="search_check_now", icon=":material/fact_check:",
            on_click=_go_on, args=(record.id, False),
        )  # fmt: skip
    delete_button(record, "The search goes with its runs and their weights.")
    if problem := st.session_state.pop(GO_ON_PROBLEM, None):
        st.error(plain(problem), icon=":material/error:")


def _honest(found: Found, check: Check) -> None:
    st.header("The honest check", anchor=False)
    st.markdown(plain(check.words))
    best = ", ".join(
        f"{knob.name} {in_words(value_of(found.best, knob.name))}" for knob in found.knobs
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(plain(f"The best: {best}."), width="stretch")
        csv(check.runs, "search_check_runs", "Check (.csv)")
        st.button(
            "Race both",
            key="search_race",
            icon=":material/compare_arrows:",
            on_click=_race,
            args=({"starting point": found.start, "the best": found.best},),
            help="Puts both into a race, with as many seeds as you like.",
        )
        if st.button(
            "Use it",
            key="search_use",
            type="primary",
            icon=":material/tune:",
            help="Puts the best settings on the playground.",
        ):
            state.show(found.best)
            state.show_run(None)
            st.switch_page(PAGES / "train.py", query_params=found.best.to_query())


def _pictures(record: StudyRecord, found: Found, runs: list[Run]) -> None:
    trials = found.trials
    ended = trials[trials["status"].isin(["finished", "stopped"])] if len(trials) else trials
    if not len(ended) or not ended["val_loss"].notna().any():
        st.caption("A dot for each trial appears here when it has ended.")
        return
    rules = [run.baseline for run in runs if run.baseline is not None]
    baseline = rules[0] if rules and len(set(rules)) == 1 else None
    axes = {knob.name: knob.logarithmic for knob in found.knobs}
    there = trials["best_so_far"].dropna()
    best = f"Lowest val_loss so far: {there.iloc[-1]:.4g}" if len(there) else "No whole trial yet"
    first = found.history[0].best
    start = f"has {first:.4g}" if np.isfinite(first) else "has no result"
    start = "still trains" if found.history[0].status in ACTIVE else start
    sentence = f"{best}; the starting point, trial 0, {start}. One seed each."
    left, right = st.columns([1.4, 1])
    with left:
        chart(
            figures.best_so_far(trials, baseline), key="search_so_far", alt=sentence,
            height=HEIGHT, view=record.id,
        )  # fmt: skip
        st.caption(plain(sentence))
    with right:
        shares = found.importance
        if shares:
            most = max(shares, key=lambda name: shares[name])
            words = (
                "How much each setting decides whether a trial is among the good ones "
                f"(PED-ANOVA): {most} {shares[most]:.0%}. From few trials that is rough."
            )
            chart(
                figures.importance(shares), key="search_importance", alt=words, height=HEIGHT,
                view=record.id,
            )  # fmt: skip
            st.caption(plain(words))
        else:
            st.caption("What mattered is worked out from five whole trials on.")
    across = f"The lowest val_loss of each trial over {', '.join(axes)}; grey was given up."
    chart(
        figures.by_knob(trials, axes), key="search_knob_dots", alt=across,
        height=HEIGHT if len(axes) <= figures.ACROSS else 2 * HEIGHT, view=record.id,
    )  # fmt: skip
    st.caption(plain(across))
    if len(ended["val_loss"].dropna()) > 1:
        together = (
            "A line is a trial, from its settings to its val_loss; the bluer, the better. Drag "
            "along an axis to keep only what passes there."
        )
        chart(
            figures.together(trials, axes), key="search_together", alt=together, height=HEIGHT,
            view=record.id,
        )  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            st.caption(together, width="stretch")
            csv(trials, "search_trials", "Trials (.csv)")


def _race(variants: Mapping[str, Experiment]) -> None:
    set_variants(variants)
    state.show_study(None)
    st.session_state["compare_kind"] = KINDS["race"]


def _go_on(study: str, more: bool) -> None:
    record = visitor.own_study(study)
    if record is None or record.active:
        return
    studies = services.studies()
    stored_search.go_on(studies, record, more)
    if not more:
        try:
            studies.go_on(study, _plan_of, stored_search.of_the_check)
        except (StudyError, StoreError, DataError, UploadError) as error:
            st.session_state[GO_ON_PROBLEM] = str(error)
            studies.stop(study)  # nobody leads it
            return
    lead(study)


def _plan_of(run: Run) -> PlannedRun:
    program = entrant_of(run.variant or "", run.experiment).program
    return PlannedRun(
        run.variant or "", run.place or 0, run.experiment, table_for(run.experiment.data), program
    )
