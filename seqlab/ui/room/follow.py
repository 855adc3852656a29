"""What a room does to the playground of its members: the teacher's experiment, a pause, and notes
of what was changed for the board."""

from __future__ import annotations

from seqlab.experiment import Experiment
from seqlab.inspection.differences import MOST, differences
from seqlab.runs.progress import ProgressStore
from seqlab.runs.records import Run
from seqlab.runs.room_records import Member, Room
from seqlab.ui import services, state, visitor

TAKEN_OVER = "took over the teacher's experiment"
HOLD = "Your teacher has paused the room. Who leaves the room, on the page Room, goes on alone."


def membership() -> tuple[Member, Room] | None:
    """Who the visitor is in an open room, or `None`."""
    rooms = services.rooms()
    member = rooms.member(visitor.owner())
    room = rooms.get(member.room) if member else None
    return (member, room) if member and room and room.closed is None else None


def on_hold() -> bool:
    """Whether the visitor's room is paused: nothing begins or goes on then."""
    member_and_room = membership()
    return member_and_room is not None and member_and_room[1].paused is not None


def begin_lesson() -> None:
    """Lays the lesson that the teacher has started beside the playground, once.

    To be called before that lesson sets up its page.
    """
    member_and_room = membership()
    if member_and_room is None:
        return
    member, room = member_and_room
    if room.lesson is None or room.started <= member.started:
        return
    if not services.rooms().begin_lesson(member, room.started):
        return
    progress = ProgressStore(services.store())
    opened = progress.open(member.owner, room.lesson, room.language)
    if room.pages is not None and opened.page >= room.pages:  # they were further before
        progress.go(member.owner, room.lesson, room.pages - 1)


def take_over() -> None:
    """Shows the experiment that the teacher has sent, once; to be called before any widget."""
    member_and_room = membership()
    if member_and_room is None:
        return
    member, room = member_and_room
    if room.pushed is None or room.push <= member.push:
        return
    if room.lesson is not None and room.push < room.started:
        # The lesson was started after it, and sets up an experiment of its own.
        services.rooms().take_over(member, room.push, None)
        return
    # What the page shows is not the learner's own if it is the experiment that was sent before.
    untouched = member.before is not None and member.change == TAKEN_OVER
    own = member.before if untouched else state.experiment() or member.experiment
    if services.rooms().take_over(member, room.push, own):
        state.show(room.pushed)
        state.show_run(None)


def is_open(lesson: str, page: int) -> bool:
    """Whether the visitor may go to a page of a lesson, counted from 0.

    Outside of a room, and in every other lesson than the room's, all are open.
    """
    member_and_room = membership()
    if (
        member_and_room is None
        or member_and_room[1].lesson != lesson
        or member_and_room[1].pages is None
    ):
        return True
    return page < member_and_room[1].pages


def go_back() -> None:
    """Shows again what the page showed before the teacher's experiment."""
    member_and_room = membership()
    if member_and_room is None or member_and_room[0].before is None:
        return
    state.show(member_and_room[0].before)
    state.show_run(None)
    services.rooms().went_back(member_and_room[0])


def note(experiment: Experiment | None, run: Run | None) -> None:
    """Tells the room what the page shows, if that has changed.

    Args:
        experiment: of the widgets; `None` while a value is out of range.
        run: which is shown.
    """
    member_and_room = membership()
    if member_and_room is None or experiment is None:
        return
    member, room = member_and_room
    run_id = run.id if run else None
    if member.experiment == experiment and member.run == run_id:
        return
    services.rooms().note(member, experiment, run_id, _words(member, room, experiment, run))


def _words(member: Member, room: Room, experiment: Experiment, run: Run | None) -> str:
    """What was changed, "" for nothing that the learner did."""
    if run is not None and run.id != member.run and visitor.owns(run):
        return "pressed Train"
    if member.experiment is None or member.experiment == experiment:
        return ""
    if experiment == room.pushed and member.push == room.push and member.before is not None:
        return TAKEN_OVER
    changes = differences(member.experiment, experiment)
    sentence = ", ".join(f"{each.name} {each.before} → {each.after}" for each in changes[:MOST])
    return sentence if len(changes) <= MOST else f"{sentence} and {len(changes) - MOST} more"
