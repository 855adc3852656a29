"""All lessons of this server: what each is about, how far one is, and a button to go on."""

import streamlit as st

from seqlab.runs.storage import StoreError
from seqlab.ui import visitor
from seqlab.ui.components.heading import page_title
from seqlab.ui.lesson import current
from seqlab.ui.lesson.current import kept
from seqlab.ui.lesson.words import LANGUAGE_NAMES, usual_language, word
from seqlab.ui.places import PAGES
from seqlab.ui.words import plain
from seqlab.workshop.lesson import Lesson

PLAYGROUND = PAGES / "train.py"
PROBLEM = "lesson_problem"


def begin(lesson: Lesson, anew: bool = False) -> None:
    """Opens a lesson where it was left, or from its first page."""
    st.session_state[PROBLEM] = None
    try:
        if anew:
            kept().start_over(visitor.owner(), lesson.key)
        kept().open(visitor.owner(), lesson.key, lesson.language)
    except StoreError as error:
        st.session_state[PROBLEM] = str(error)


def row(number: int, lesson: Lesson) -> bool:
    """One lesson; whether it was begun by this click."""
    language, pages = lesson.language, len(lesson.pages)
    progress = mine.get(lesson.key)
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"**{number}. {lesson.title}**  \n{lesson.about}")
        section = "" if lesson.section in lesson.title else lesson.section
        facts = [section, word("minutes", language, minutes=lesson.minutes)]
        if progress is not None and progress.finished:
            facts.append(word("finished", language))
        elif progress is not None:
            facts.append(word("place", language, page=progress.page + 1, pages=pages))
        st.caption(plain(" · ".join(filter(None, facts))))
        with st.container(horizontal=True, gap="small"):
            is_begun = progress is not None and not progress.finished
            name = "go_on" if is_begun else "start" if progress is None else "start_over"
            clicked = st.button(
                word(name, language),
                key=f"begin_{lesson.key}",
                icon=":material/play_lesson:",
                on_click=begin,
                args=(lesson, not is_begun),
            )
            if is_begun:
                clicked |= st.button(
                    word("start_over", language),
                    key=f"anew_{lesson.key}",
                    type="tertiary",
                    on_click=begin,
                    args=(lesson, True),
                )
    return clicked


library = current.lessons()
asked = st.query_params.get("lesson")
if asked:  # a link to one lesson
    linked = library.find(asked, st.query_params.get("language", usual_language()))
    del st.query_params["lesson"]
    if linked is not None:
        begin(linked)
        if st.session_state[PROBLEM] is None:
            st.switch_page(PLAYGROUND)
    else:
        st.session_state[PROBLEM] = f"There is no lesson called “{asked}” on this server."

page_title("Learn")
language = st.segmented_control(
    "Language",
    list(LANGUAGE_NAMES),
    default=usual_language(),
    format_func=LANGUAGE_NAMES.__getitem__,
    key="lesson_language",
    label_visibility="collapsed",
    required=True,
    persist_state="session",
)
st.caption(word("about_lessons", language))
if problem := st.session_state.get(PROBLEM):
    st.error(plain(problem), icon=":material/error:")
mine = kept().of_learner(visitor.owner())
go, columns = False, []
for i, lesson in enumerate(library.in_language(language)):
    if i % 2 == 0:
        columns = st.columns(2)
    with columns[i % 2]:
        go |= row(i + 1, lesson)
for error in library.broken:
    lines = "  \n".join(
        plain(f"{error.name}, line {line}: {reason}") for line, reason in error.problems
    )
    st.warning(f"A lesson cannot be used; the others can.  \n{lines}", icon=":material/draft:")
if go and not st.session_state.get(PROBLEM):
    st.switch_page(PLAYGROUND)
