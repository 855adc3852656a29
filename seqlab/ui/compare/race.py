"""A race: its progress, its curves, its table, and what each pair came to."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlab.comparison import on_pool, words
from seqlab.comparison.bands import Spread, band, results_by_seed
from seqlab.comparison.entrants import Entrant
from seqlab.comparison.grid import Grid
from seqlab.comparison.study import Study
from seqlab.data.upload import UploadError
from seqlab.experiment import ExperimentError
from seqlab.figures import race as figures
from seqlab.figures.race import Lane
from seqlab.runs.studies import StudyError, StudyRecord
from seqlab.ui import services, visitor
from seqlab.ui.compare.follow import follow, status_line
from seqlab.ui.compare.side_by_side import side_by_side
from seqlab.ui.compare.steering import steering
from seqlab.ui.components.chart import chart
from seqlab.ui.components.table import csv
from seqlab.ui.words import plain

CHART = 320  # pixels
SPREADS: tuple[Spread, ...] = ("min to max", "middle half")


def race(record: StudyRecord) -> None:
    """A race as it stands; looks again while it goes on."""
    follow(record, _race)
    if not record.active:
        side_by_side(record)


def _race(record: StudyRecord) -> bool:
    """Whether it could be read."""
    studies, store = services.studies(), services.store()
    try:
        entrants = on_pool.entrants_of(record)
        study = on_pool.read(record, studies.runs(record.id), store.curves(record.id))
    except ExperimentError:
        return False
    with st.container(key="compare_status", gap="xxsmall"):
        status(record, study)
    baseline = _baseline(study)
    with st.container(key="compare_chart", gap="xxsmall"):
        spread = st.segmented_control(
            "Band",
            SPREADS,
            key="compare_band",
            default=SPREADS[0],
            required=True,
            persist_state="session",
        )
        picture(record, study, baseline, spread)
    with st.container(key="compare_table", gap="xxsmall"):
        result_table(study, entrants, baseline)
    return True


def status(record: StudyRecord, study: Study) -> None:
    """One line on how far it is, and the buttons that act on it."""
    status_line(record, *words.progress(study), lambda: steering(record))


def lanes(study: Study, spread: Spread) -> list[Lane]:
    """The variants as figures draw them."""
    rows = []
    for row in study.summary.to_dict("records"):
        name = row["variant"]
        each, ended = band(study, name, spread), results_by_seed(study, name)
        rows.append(
            Lane(
                name,
                *(each.epoch, each.middle, each.low, each.high),
                np.array([result for _, result in ended], np.float64),
                np.array([seed for seed, _ in ended], np.int64),
                row["iqm"],
                (row["low"], row["high"]),
            )
        )
    return rows


def picture(
    record: StudyRecord, study: Study, baseline: tuple[str, float] | None, spread: Spread
) -> None:
    """Lines and bands on the left, a dot for each seed on the right.

    Args:
        record: the study.
        study: its results so far.
        baseline: name and result of the rule to beat, if it is one for all.
        spread: what the bands show.
    """
    drawn = lanes(study, spread)
    epochs = max(each.training.epochs for each in study.variants.values())
    name = study.measure.name
    left, right = st.columns([1.8, 1])
    sentence = words.chart_sentence(study)
    with left:
        figure = figures.curves(drawn, baseline, epochs, name)
        chart(figure, key="compare_curves", alt=sentence, height=CHART, view=record.id)
        st.caption(plain(f"Line: median of the seeds; band: {spread} of them. {sentence}"))
    with right:
        dots = (
            f"A dot is the best {name} of a seed, the stroke the interquartile mean, "
            "with its 95 % interval from five seeds on; a cross is a seed without a result."
        )
        figure = figures.dots(drawn, baseline, f"best {name}")
        chart(figure, key="compare_dots", alt=dots, height=CHART, view=record.id)
        st.caption(dots)


def result_table(
    study: Study, entrants: dict[str, Entrant], baseline: tuple[str, float] | None
) -> None:
    """Only what differs, beside what was reached; then each pair in a sentence.

    Args:
        study: its results so far.
        entrants: the variants by name.
        baseline: name and result of the rule to beat, if it is one for all.
    """
    if not any(run.counted for run in study.results):
        st.caption("The table comes with the first run that ends.")
        return
    results = words.table(study)
    st.table(results.map(lambda value: plain(str(value))).set_index("variant"))
    about = words.about_the_table(study, baseline)
    with st.container(horizontal=True, gap="small"):
        st.caption(plain(about), width="stretch")
        csv(study.runs, "compare_runs", "Runs (.csv)")
        csv(study.curves, "compare_curves", "Curves (.csv)")
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in words.verdict(study)))
    notes = [*study.notes, words.same_targets(entrants)]
    notes += [f"{name}: {why}" for name, why in study.problems.items()]
    for note in filter(None, notes):
        st.caption(f":orange[:material/info:] {plain(note)}")


def _baseline(study: Study) -> tuple[str, float] | None:
    """The rule to beat, if it is the same for all variants."""
    rules = {
        (rule[0], round(float(study.measure.of(name, rule[1])), 9))
        for name, rule in study.baselines.items()
        if rule is not None
    }
    return rules.pop() if len(rules) == 1 else None


def begin(
    entrants: dict[str, Entrant], seeds: int, table_of: on_pool.TableOf, grid: Grid | None = None
) -> tuple[str | None, str]:
    """Begins a race, or a grid; returns its id, and what kept it from beginning or "".

    Args:
        entrants: the variants by name.
        seeds: runs of each.
        table_of: reads the file of an experiment.
        grid: the two settings that differ; `None` for a race.
    """
    kind, more = ("race", None) if grid is None else ("grid", {"grid": grid.to_json()})
    studies, owner = services.studies(), visitor.owner()
    try:
        return on_pool.begin(studies, entrants, range(seeds), table_of, owner, kind, more), ""
    except (StudyError, UploadError, OSError) as error:
        return None, str(error)
