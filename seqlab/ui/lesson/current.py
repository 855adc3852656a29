"""The lesson on a visitor's page: which one, at which page, and where they stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import streamlit as st

from seqlab import environment
from seqlab.experiment import Experiment
from seqlab.inspection.lesson_run import lesson_run
from seqlab.runs.progress import Progress, ProgressStore
from seqlab.runs.records import Run
from seqlab.runs.storage import StoreError
from seqlab.ui import services, state, visitor
from seqlab.ui.cache import ByteCache
from seqlab.ui.controls.held import hold
from seqlab.ui.draft import Draft, kept_dataset
from seqlab.ui.playground import gates_now
from seqlab.workshop.ballots import fitting_answer
from seqlab.workshop.lesson import Choice, Lesson, Page, after
from seqlab.workshop.library import Library, library
from seqlab.workshop.phrases import Language
from seqlab.workshop.rules import LessonRun, Situation, matching_runs

_ended: ByteCache[LessonRun] = ByteCache("runs of lessons", lambda run: len(repr(run)))
_SEEN = "_lesson_seen"  # (settings, run) of the page's last run, to know whether something was done


@dataclass(frozen=True)
class Current:
    """The lesson that is open, and how far its learner is."""

    lesson: Lesson
    progress: Progress

    @property
    def page(self) -> Page:
        """The page where they are."""
        return self.lesson.pages[min(self.progress.page, len(self.lesson.pages) - 1)]

    @property
    def is_new(self) -> bool:
        """Whether the page has not set up its experiment yet."""
        return str(self.progress.page) not in self.progress.at_start

    @property
    def answer(self) -> Any:  # noqa: ANN401
        """What was answered on this page; `None` also for what no longer fits its question."""
        question = self.page.question
        if question is None:
            return None
        options = question.choices if isinstance(question, Choice) else ()
        return fitting_answer(question.kind, options, self.progress.answer)

    @property
    def language(self) -> Language:
        """Of the card."""
        return self.lesson.language

    @property
    def covered(self) -> tuple[str, ...]:
        """The parts of the playground that stay covered until the question is answered."""
        question = self.page.question
        return () if question is None or self.answer is not None else question.cover


def lessons() -> Library:
    """All lessons of this server."""
    return library(environment.current().lessons)


def kept() -> ProgressStore:
    """Where places and answers are kept."""
    return ProgressStore(services.store())


@contextmanager
def problems_told() -> Iterator[None]:
    """Around a change of what is kept: if it cannot be kept, the page says why."""
    try:
        yield
    except StoreError as error:
        st.session_state[state.STORE_PROBLEM] = str(error)


def current() -> Current | None:
    """The lesson on this visitor's page, or `None`."""
    progress = kept().current(visitor.owner())
    if progress is None:
        return None
    lesson = lessons().find(progress.lesson, progress.language)
    return None if lesson is None else Current(lesson, progress)


def begin() -> Current | None:
    """The lesson that is open; a page that is new to the learner sets its experiment up.

    To be called before any control is drawn.
    """
    now = current()
    if now is None:
        hold((), ())
        return None
    if now.is_new:
        set_up(now)
        now = current() or now
    hold(now.page.lock, (*now.page.hide, "begin"))  # other ways to begin lead out of the lesson
    return now


def set_up(now: Current) -> None:
    """Gives the controls the settings of the page, and notes them as those it began with."""
    page = now.page
    if page.start is not None:
        state.show_run(None)
    if page.start is not None or page.settings:
        state.show(after(page, state.experiment() or Experiment()))
    with problems_told():
        kept().begin_page(visitor.owner(), now.lesson.key, now.progress.page, state.flat())


def differs(now: Current) -> bool:
    """Whether the controls no longer stand as the page set them up."""
    page = now.page
    if page.start is None and not page.settings:
        return False
    at_start, flat = now.progress.at_start.get(str(now.progress.page), {}), state.flat()
    return any(at_start.get(key) != state.for_widget(value) for key, value in flat.items())


class Standing(NamedTuple):
    """Where a learner stands on the page of a lesson.

    Attributes:
        situation: what its rules look at; runs that have not what the page has locked are left out.
        runs: all of this lesson, the oldest first.
        tried: whether a run was begun on the page, and has ended.
        has_locked: whether the controls have what the page has locked.
    """

    situation: Situation
    runs: list[LessonRun]
    tried: bool
    has_locked: bool


def standing(now: Current, drafted: Draft, run: Run | None) -> Standing:
    """Where the learner stands on this page.

    Args:
        now: the open lesson.
        drafted: what the controls say.
        run: the run that is shown.
    """
    progress = now.progress
    begun = kept().runs_since(visitor.owner(), progress.begun)
    by_id = {each.id: _lesson_run(each) for each in begun}
    here = [by_id[each.id] for each in begun if progress.page_at(each.created) == progress.page]
    at_start = progress.at_start.get(str(progress.page), {})
    lock, tried = now.page.lock, bool(here) and here[-1].ended
    here = [each for each in here if keeps(lock, at_start, each.settings)]
    flat = {key: state.for_widget(value) for key, value in state.flat().items()}
    return Standing(
        Situation(
            settings=flat,
            at_start=at_start,
            runs=here,
            epoch=None if run is None else gates_now.moved_to(run),
            findings=frozenset(finding.code for finding in drafted.findings),
            has_error=any(finding.level == "error" for finding in drafted.findings),
            answer=now.answer,
        ),
        list(by_id.values()),
        tried,
        keeps(lock, at_start, flat),
    )


def keeps(locked: Iterable[str], at_start: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    """Whether settings are what the page has locked: a Fix or a link may have changed them.

    Args:
        locked: names of settings.
        at_start: settings as the page began, by widget key.
        settings: as they are now.
    """
    return all(
        name not in at_start or state.for_widget(settings.get(name)) == at_start[name]
        for name in locked
    )


def told_of(
    page: Page, now: Situation, runs: list[LessonRun]
) -> tuple[LessonRun | None, LessonRun | None]:
    """The run that completed a page, and the one that ended before it in this lesson.

    Args:
        page: of the lesson.
        now: what it looks at.
        runs: of this lesson, in their order.
    """
    wanted = [each for each in page.conditions if each.kind == "run"]
    fitting = matching_runs(wanted[-1], now.runs) if wanted else []
    if not fitting:
        return None, None
    newest = fitting[-1]
    before = runs[: [run.id for run in runs].index(newest.id)]
    return newest, next((run for run in reversed(before) if run.ended), None)


def note_action() -> None:
    """Notes that the learner did something, if the controls or the run have changed."""
    seen = (repr(state.flat()), state.run_id())
    if st.session_state.get(_SEEN) != seen:
        st.session_state[_SEEN] = seen
        with problems_told():
            kept().acted(visitor.owner())


def _lesson_run(run: Run) -> LessonRun:
    if run.active:
        return LessonRun(run.id, run.experiment.to_flat(), run.status)
    # What an ended run came to does not change until it goes on.
    return _ended.get((run.id, run.status, run.ended), lambda: _read(run))


def _read(run: Run) -> LessonRun:
    metrics = services.store().metrics(run.id, "val_accuracy")
    curves = {"loss": metrics.loss, "val_loss": metrics.val_loss, **metrics.more}
    dataset = kept_dataset(run.experiment.data)
    return lesson_run(run.id, run.status, run.experiment, dataset, curves, run.seconds)
