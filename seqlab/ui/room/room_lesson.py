"""The lesson of a room."""

from __future__ import annotations

from seqlab.runs.room_records import Room
from seqlab.ui.lesson.current import lessons
from seqlab.workshop.lesson import Lesson


def room_lesson(room: Room) -> Lesson | None:
    """The lesson that was started for all, or `None`, also for one that is no longer there."""
    return None if room.lesson is None else lessons().find(room.lesson, room.language)
