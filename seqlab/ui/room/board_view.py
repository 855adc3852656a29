"""The board, and a learner's page as it is."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.inspection.answers import answer
from seqlab.inspection.differences import differences
from seqlab.runs import room_training
from seqlab.runs.board import Tile, tiles
from seqlab.runs.records import Run
from seqlab.runs.room_records import Member
from seqlab.ui import networks, services
from seqlab.ui.components.board import board
from seqlab.ui.components.chart import chart
from seqlab.ui.controls.setup import network_picture
from seqlab.ui.draft import kept_dataset
from seqlab.ui.places import PAGES
from seqlab.ui.playground.results import CHART, loss_chart
from seqlab.ui.room import teacher
from seqlab.ui.room.tiles import flag, in_words, lesson_places, result, without_names
from seqlab.ui.words import counted, plain
from seqlab.workshop.need import Need

TICK = 2.0  # seconds between two looks
_OPENED = "_room_opened"  # the member whose page is shown


def board_view(code: str) -> None:
    """All learners, the greatest need first; a click opens a learner's page below."""
    st.fragment(run_every=TICK)(_board)(code)


def _board(code: str) -> None:
    if not teacher.leads(code):
        st.rerun()
    rooms = services.rooms()
    room = rooms.get(code)
    if room is not None and room.paused is not None:
        room_training.hold(rooms, services.pool(), code)
    all_tiles = tiles(rooms, code)
    opened: str | None = st.session_state.get(_OPENED)
    place = st.container()
    with st.container(key="board"):
        st.caption(_sentence(all_tiles))
        places = lesson_places(all_tiles)
        names = [
            in_words(each, each.member.nickname, places.get(each.member.id, ""))
            for each in all_tiles
        ]
        clicked = board(names, key="room_board")
    if clicked is not None:
        st.session_state[_OPENED] = opened = clicked
    tile = next((each for each in all_tiles if each.member.id == opened), None)
    if tile is not None:
        with place:
            _learner(code, tile, places.get(tile.member.id, ""))


def _sentence(all_tiles: list[Tile]) -> str:
    """Who needs the teacher, in one line."""
    if not all_tiles:
        return "Nobody has joined yet. Learners open the link, or type the code on the Room page."
    counts = Counter(tile.need for tile in all_tiles)
    words: dict[Need, str] = {
        "asked": "asked for help",
        "stuck": "stuck for 3 minutes",
        "failed": "with a run that failed or diverged",
        "training": "training",
        "away": "away",
    }
    needs = [f"{counts[need]} {text}" for need, text in words.items() if counts[need]]
    learners = counted(len(all_tiles), "learner")
    if not needs:
        return f"{learners}, {'at work' if len(all_tiles) == 1 else 'all at work'}."
    helped = " Open a tile to mark help as given." if counts["asked"] else ""
    return f"{learners}: {', '.join(needs)}.{helped}"


def _learner(code: str, tile: Tile, lesson: str) -> None:
    """A learner's page, read only; `lesson` says where they are in one."""
    member, run = tile.member, None
    if member.run:
        run = services.store().get(member.run)
    with st.container(key="learner", border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            parts = [part for part in (result(tile), flag(tile), lesson) if part]
            name = f"**{plain(member.nickname)}**"
            st.markdown(" · ".join([name, *map(plain, parts)]), width="stretch")
            if member.help is not None:
                st.button(
                    "Helped",
                    key="room_helped",
                    icon=":material/check:",
                    on_click=_helped,
                    args=(code, member.id),
                )
            st.button("Close", key="room_close_learner", icon=":material/close:", on_click=_close)
        if member.experiment is None:
            st.caption("Their page has shown nothing yet.")
            return
        _settings(member)
        dataset = kept_dataset(member.experiment.data)
        if dataset is None:
            st.caption("The sequences of their page cannot be read at the moment.")
            return
        network_picture(member.experiment, dataset)
        _results(member.experiment, run, dataset)


def _settings(member: Member) -> None:
    """What their page has otherwise than the default, and the way to a copy."""
    assert member.experiment is not None
    changes = differences(Experiment(), member.experiment)
    settings = ", ".join(f"{each.name} {each.after}" for each in changes) or "none"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"Settings that differ from the default: {plain(settings)}.", width="stretch")
        query = member.experiment.to_query()
        st.page_link(
            PAGES / "train.py",
            label="Open a copy",
            icon=":material/content_copy:",
            query_params=query,
            help="On your own playground: nothing that you change there reaches the learner.",
        )


def _results(experiment: Experiment, run: Run | None, dataset: Dataset) -> None:
    """Loss and answer of the run that they look at."""
    store = services.store()
    trained = kept_dataset(run.experiment.data) if run else dataset
    left, right = st.columns(2)
    with left:
        loss_chart(run, store.metrics(run.id if run else ""), trained, experiment)
    with right:
        if trained is None:
            return
        saved = store.snapshots(run.id) if run else []
        raw, epoch, first_target = None, None, trained.only()
        if run and saved:
            epoch = saved[-1]
            raw = networks.prediction(run.id, epoch, first_target)
        prediction = answer(first_target, raw, epoch, 0)
        view = run.id if run else "none"
        chart(
            prediction.figure,
            key="learner_prediction",
            alt=prediction.sentence,
            height=CHART,
            view=view,
        )
        st.caption(plain(prediction.sentence))


def _helped(code: str, member: str) -> None:
    if teacher.leads(code):
        services.rooms().helped(code, member)


def _close() -> None:
    st.session_state.pop(_OPENED, None)


def projector_board(code: str) -> None:
    """The same for all to see: no names, and nothing that shows who needs help."""
    st.fragment(run_every=TICK)(_projector)(code)


def _projector(code: str) -> None:
    rooms = services.rooms()
    room = rooms.get(code)
    if room is None or room.closed is not None:
        st.rerun()
    all_tiles = tiles(rooms, code)
    if room.paused is not None:
        st.markdown("## :material/visibility: Eyes up")
    with st.container(key="board"):
        runs = counted(sum(tile.runs for tile in all_tiles), "run")
        st.caption(f"{counted(len(all_tiles), 'learner')}, {runs}.")
        board(without_names(all_tiles), key="room_projected", opens=False)
