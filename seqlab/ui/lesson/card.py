"""The card: one page of a lesson at a time, with one next step for those who are stuck."""

from __future__ import annotations

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from seqlab.runs.records import Run
from seqlab.ui import state, visitor
from seqlab.ui.components.announcer import announce
from seqlab.ui.components.outline import outline
from seqlab.ui.controls.held import hide
from seqlab.ui.draft import Draft, draft
from seqlab.ui.lesson import current
from seqlab.ui.lesson.current import Current, kept, problems_told
from seqlab.ui.lesson.question import question
from seqlab.ui.lesson.reveal import reveal
from seqlab.ui.lesson.words import word
from seqlab.ui.places import PAGES
from seqlab.ui.room import follow
from seqlab.workshop.lesson import Lesson
from seqlab.workshop.steps import STUCK, next_step

PLAYGROUND = PAGES / "train.py"
_ENDED = "_lesson_ended"  # key and language of the lesson that was just finished
TICK = 15.0  # seconds between two looks whether someone is stuck


def margin(now: Current | None) -> DeltaGenerator:
    """The card of the open lesson as far as the page around it does not matter: text and question.

    To be called before the page is drawn: a card that came afterwards would move all of it.

    Returns:
        Where `card` puts the rest.
    """
    place = st.container(key="lesson")
    if now is None and _ENDED not in st.session_state:
        return place
    inside = place.container(key="lesson_card", border=True, gap="small")
    with inside:
        if now is not None:
            _head(now)
            if not now.progress.folded:
                st.header(now.page.title, anchor=False)
                st.markdown(now.page.text)
                question(now)
    return inside


def card(
    now: Current | None, drafted: Draft, run: Run | None, *, beside_controls: bool = True
) -> None:
    """The rest of the card: what came, or what comes next; nothing where there is no lesson.

    Args:
        now: the open lesson, as `current.begin` found it.
        drafted: what the controls say.
        run: the run that is shown.
        beside_controls: whether the controls are on the page.
    """
    if now is None:
        _finished()
        return
    st.session_state.pop(_ENDED, None)
    current.note_action()
    where = current.standing(now, drafted, run)
    step = next_step(now.page, where.situation, now.language)
    if now.progress.page in now.progress.completed:
        step = None  # it stays complete, whatever is tried afterwards
    elif step is None:
        _change("complete", now, now.progress.page)
    elif not where.has_locked:
        step = word("restore", now.language)
    if now.progress.folded:
        return
    if step is None:
        shown_run, earlier = current.told_of(now.page, where.situation, where.runs)
        with st.container(key="lesson_after", gap="small"):
            st.markdown(f":green-badge[:material/check: {word('complete', now.language)}]")
            reveal(now, shown_run, earlier)
    else:
        st.fragment(run_every=TICK)(_stuck)(now, step, where.tried)
        _hints(now)
    announce(word("complete", now.language) if step is None else "", "lesson_heard", last=True)
    _foot(now, step is None, beside_controls)
    if now.page.point_at and step is not None:
        outline(now.page.point_at)


def cover(now: Current | None) -> None:
    """Covers the results until the question is answered; stands above what it covers."""
    if now is None or not now.covered:
        return
    parts = ", ".join(f".st-key-{key} *" for key in now.covered)
    # It lies over what it covers, where the two stand next to each other: nothing moves.
    over = next((key for key in ("results", "network") if key in now.covered), "others")
    with st.container(key=f"cover_of_{over}"):
        st.html(f"<style>{parts} {{ visibility: hidden !important; }}</style>")
        st.info(word("covered", now.language), icon=":material/visibility_off:")


def elsewhere(run: Run | None) -> str | None:
    """The card on another page than the playground; a page of the lesson that is new begins there.

    Args:
        run: whose results the page shows.

    Returns:
        Why they stay covered until the question of the lesson is answered, or `None`.
    """
    now = current.current()
    if now is None:
        return None
    if now.is_new:
        st.switch_page(PLAYGROUND)
    with margin(now):
        card(now, draft(state.flat()), run, beside_controls=False)
    return word("covered", now.language) if "results" in now.covered else None


def _head(now: Current) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lesson_head"):
        place = word("place", now.language, page=now.progress.page + 1, pages=len(now.lesson.pages))
        st.markdown(f"**{now.lesson.title}**  \n:small[{place}]", width="stretch")
        folded = now.progress.folded
        name = word("unfold" if folded else "fold", now.language)
        st.button(
            name,
            key="lesson_fold",
            icon=":material/unfold_more:" if folded else ":material/unfold_less:",
            type="tertiary",
            on_click=_change,
            args=("fold", now, not folded),
        )


def _stuck(now: Current, step: str, tried: bool) -> None:
    """One next step, after a minute without an action or a run that was not it; else silent."""
    progress = kept().get(now.progress.learner, now.lesson.key)
    if progress is not None and (tried or time.time() - progress.acted >= STUCK):
        with st.container(key="lesson_step"):
            st.info(f"{word('stuck', now.language)} {step}", icon=":material/arrow_forward:")


def _hints(now: Current) -> None:
    count = now.progress.hints.get(str(now.progress.page), 0)
    for hint in now.page.hints[:count]:
        st.markdown(f":material/lightbulb: {hint}")
    if count < len(now.page.hints):
        st.button(
            word("another_hint" if count else "hint", now.language),
            key="lesson_hint",
            icon=":material/lightbulb:",
            type="tertiary",
            on_click=_change,
            args=("ask_hint", now, now.progress.page),
        )


def _foot(now: Current, is_complete: bool, beside_controls: bool) -> None:
    page, last = now.progress.page, len(now.lesson.pages) - 1
    is_last = page >= last
    waits = not is_last and not follow.is_open(now.lesson.key, page + 1)
    if waits and is_complete:
        st.caption(word("not_open", now.language))
    with st.container(horizontal=True, gap="small", key="lesson_foot"):
        name = "skip" if not is_complete else "finish" if is_last else "next"
        st.button(
            word(name, now.language),
            key="lesson_next",
            icon=":material/done_all:" if is_last else ":material/arrow_forward:",
            type="primary" if is_complete else "secondary",
            disabled=waits,
            help=word("not_open", now.language) if waits else None,
            on_click=_finish if is_last else _go,
            args=(now,) if is_last else (now, page + 1),
        )
        if page > 0:
            st.button(
                word("back", now.language),
                key="lesson_back",
                icon=":material/arrow_back:",
                type="tertiary",
                on_click=_go,
                args=(now, page - 1),
            )
        if beside_controls and current.differs(now):
            st.button(
                word("set_up", now.language),
                key="lesson_set_up",
                icon=":material/restart_alt:",
                type="tertiary",
                help=word("set_up_help", now.language),
                on_click=current.set_up,
                args=(now,),
            )
        st.button(
            word("leave", now.language),
            key="lesson_leave",
            icon=":material/close:",
            type="tertiary",
            help=word("left", now.language),
            on_click=_leave,
        )


def _change(what: str, now: Current, *values: object) -> None:
    """One change of the progress, as `ProgressStore` calls it."""
    with problems_told():
        getattr(kept(), what)(visitor.owner(), now.lesson.key, *values)


def _finish(now: Current) -> None:
    _change("finish", now)
    st.session_state[_ENDED] = now.lesson.key, now.language


def _finished() -> None:
    """After the last page: which lesson it was, and which one comes next."""
    key, language = st.session_state.get(_ENDED, ("", "en"))
    known = current.lessons()
    lesson = known.find(key, language)
    if lesson is None:
        return
    mine = kept().of_learner(visitor.owner())
    lessons = known.in_language(language)
    place = lessons.index(lesson) if lesson in lessons else 0
    coming = [
        each
        for each in [*lessons[place:], *lessons[:place]]
        if each.key not in mine or mine[each.key].finished is None
    ]
    st.markdown(f":green-badge[:material/check: {word('finished', language)}]")
    st.markdown(f"**{lesson.title}**  \n{word('left', language)}")
    if coming:
        st.button(
            word("next_lesson", language, title=coming[0].title),
            key="lesson_coming",
            icon=":material/play_lesson:",
            type="primary",
            on_click=_begin,
            args=(coming[0],),
        )
    st.page_link(PAGES / "learn.py", label=word("all_lessons", language))
    hide(("begin",))  # who was in a lesson has begun already


def _begin(lesson: Lesson) -> None:
    with problems_told():
        kept().open(visitor.owner(), lesson.key, lesson.language)


def _go(now: Current, page: int) -> None:
    """To another page, unless the teacher has closed it meanwhile."""
    if follow.is_open(now.lesson.key, page):
        _change("go", now, page)


def _leave() -> None:
    with problems_told():
        kept().close(visitor.owner())
