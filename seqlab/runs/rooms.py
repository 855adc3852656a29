"""Rooms: open, join, close, and what the teacher has told all who are in one.

A room is a code of four letters. Who has its key leads it; the store keeps only the key's hash.
Rooms lie in the database of the runs and survive a restart of the server.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Sequence

from seqlab.experiment import Experiment
from seqlab.runs.members import Members
from seqlab.runs.progress import ProgressStore
from seqlab.runs.room_records import (
    CLOSED,
    FULL,
    TOO_MANY,
    TOO_MANY_OF_ONE,
    UNKNOWN,
    Member,
    Room,
    RoomError,
    kept_experiment,
)
from seqlab.workshop.codes import new_code
from seqlab.workshop.nicknames import folded, new_nickname

MOST_ROOMS = 40  # open ones of a server
MOST_EACH = 5  # of them that one visitor has opened
UNUSED = 3600.0  # seconds after which a room that nobody is in gives way on a full server
MOST_MEMBERS = 200  # of a room
CLOSED_DAYS = 30.0  # for which a closed room is told from an unknown one


class Rooms(Members):
    """The rooms of a store, with their members. Safe to use from many threads.

    Args:
        store: whose database they lie in.
    """

    # Rooms ----------------------------------------------------------------------------------

    def open(self, owner: str | None = None) -> tuple[str, str]:
        """Opens a room; returns its code and the teacher's key, which is kept nowhere.

        Args:
            owner: the visitor who opens it; each may have `MOST_EACH` at a time.

        Raises:
            RoomError: if there are too many.
        """
        before = time.time() - 86_400 * CLOSED_DAYS
        self.store.write("DELETE FROM rooms WHERE closed < ?", (before,))
        codes = {code for (code,) in self.store.read("SELECT code FROM rooms")}
        ((opened, own),) = self.store.read(
            "SELECT count(*), total(owner = ?) FROM rooms WHERE closed IS NULL", owner
        )
        if own >= MOST_EACH:
            raise RoomError(TOO_MANY_OF_ONE.format(most=MOST_EACH))
        if opened >= MOST_ROOMS and not self._close_unused():
            raise RoomError(TOO_MANY.format(most=MOST_ROOMS))
        code, key = new_code(codes), secrets.token_urlsafe(16)
        self.store.write(
            "INSERT INTO rooms (code, opened, key, owner) VALUES (?, ?, ?, ?)",
            (code, time.time(), _hash(key), owner),
        )
        return code, key

    def _close_unused(self) -> bool:
        """Closes the room that was opened longest ago and that nobody is in; whether there is."""
        unused = self.store.read(
            "SELECT code FROM rooms WHERE closed IS NULL AND opened < ? AND NOT EXISTS "
            "(SELECT 1 FROM room_members WHERE room = code) ORDER BY opened LIMIT 1",
            time.time() - UNUSED,
        )
        for (code,) in unused:
            self.close(code)
        return bool(unused)

    def get(self, code: str) -> Room | None:
        """The room of that code, also a closed one, or `None`."""
        rows = self.store.read(
            "SELECT code, opened, closed, paused, hidden, push, pushed, lesson, language, started, "
            "pages FROM rooms WHERE code = ?",
            code,
        )
        if not rows:
            return None
        code, opened, closed, paused, hidden, push, pushed, *lesson = rows[0]
        names = tuple(json.loads(hidden))
        return Room(code, opened, closed, paused, names, push, kept_experiment(pushed), *lesson)

    def is_key(self, code: str, key: str) -> bool:
        """Whether that is the key of an open room. The time it takes says nothing of the key."""
        rows = self.store.read("SELECT key FROM rooms WHERE code = ? AND closed IS NULL", code)
        key_hash = rows[0][0] if rows else ""
        return hmac.compare_digest(key_hash.encode(), _hash(key).encode()) and bool(rows)

    def close(self, code: str) -> list[str]:
        """Closes a room and deletes all that was kept of it, its runs included.

        Returns:
            The runs that still wait or train. They are to be stopped; `sweep` deletes them then.
        """
        runs = [run for own in self.runs(code).values() for run in own]
        self.store.write(
            "INSERT OR IGNORE INTO room_leftovers VALUES (?)", *((run,) for run in runs)
        )
        members = self.members(code)
        for member in members:
            ProgressStore(self.store).forget(member.owner, member.joined)
        self.store.write(
            "UPDATE rooms SET closed = coalesce(closed, ?), key = '', paused = NULL, held = '[]', "
            "hidden = '[]', push = 0, pushed = NULL, lesson = NULL, pages = NULL, owner = NULL "
            "WHERE code = ?",
            (time.time(), code),
        )
        self._forget_members([member.id for member in members])
        self.store.write("DELETE FROM room_questions WHERE room = ?", (code,))
        return self.sweep()

    def sweep(self) -> list[str]:
        """Deletes the runs of closed rooms that have ended; returns those that have not."""
        left = []
        for (run,) in self.store.read("SELECT run FROM room_leftovers"):
            if not self.store.delete(run):
                if self.store.get(run) is None:
                    self.store.write("DELETE FROM room_leftovers WHERE run = ?", (run,))
                else:
                    left.append(run)
        return left

    def forget(self, days: float) -> None:
        """Closes the rooms in which nobody did anything for so many days."""
        before = time.time() - 86_400 * days
        rows = self.store.read(
            "SELECT code FROM rooms WHERE closed IS NULL AND opened < ? AND NOT EXISTS "
            "(SELECT 1 FROM room_members WHERE room = code AND changed >= ?)",
            before,
            before,
        )
        for (code,) in rows:
            self.close(code)

    # Members --------------------------------------------------------------------------------

    def join(self, code: str, owner: str) -> Member:
        """A visitor joins, under a nickname made by the machine, and leaves the room before.

        Who is in it already stays who they are.

        Raises:
            RoomError: if there is no such room, or it is closed or full.
        """
        self._open_room(code)
        known = self.member(owner)
        if known is not None and known.room == code:
            return known
        names = self.store.read("SELECT folded FROM room_members WHERE room = ?", code)
        taken = {name for (name,) in names}
        if len(taken) >= MOST_MEMBERS:
            raise RoomError(FULL.format(code=code, most=MOST_MEMBERS))
        if known is not None:
            self.leave(owner)
        now = time.time()
        for _ in range(20):  # somebody else may take the nickname in the same moment
            name = new_nickname(taken)
            row = (secrets.token_hex(6), code, owner, name, folded(name), now, now, "joined")
            if self._insert(row):
                break
            taken.add(folded(name))
        member = self.member(owner)
        assert member is not None
        return member

    def _open_room(self, code: str) -> Room:
        room = self.get(code)
        if room is None:
            raise RoomError(UNKNOWN.format(code=code))
        if room.closed is not None:
            raise RoomError(CLOSED.format(code=code))
        return room

    # What the teacher does: the page has asked for the key --------------------------------------

    def pause(self, code: str) -> None:
        """Everybody looks up; see `hold`."""
        self.store.write(
            "UPDATE rooms SET paused = ?, held = '[]' "
            "WHERE code = ? AND paused IS NULL AND closed IS NULL",
            (time.time(), code),
        )

    def hold(self, code: str, runs: Sequence[str]) -> None:
        """Notes the runs that were put on hold by the pause, and not by their owners."""
        held = json.dumps(sorted({*self.held(code), *runs}))
        self.store.write("UPDATE rooms SET held = ? WHERE code = ?", (held, code))

    def held(self, code: str) -> list[str]:
        """The runs that the pause has put on hold."""
        rows = self.store.read("SELECT held FROM rooms WHERE code = ?", code)
        return json.loads(rows[0][0]) if rows else []

    def resume(self, code: str) -> list[str]:
        """Everybody goes on; returns the runs that were on hold.

        The pause does not count as time in which nobody did anything.
        """
        held, now = self.held(code), time.time()
        self.store.write(
            "UPDATE room_members SET changed = min(?, changed + ? - "
            "(SELECT max(paused, changed) FROM rooms WHERE code = room)) "
            "WHERE room = (SELECT code FROM rooms WHERE code = ? AND paused IS NOT NULL)",
            (now, now, code),
        )
        self.store.write("UPDATE rooms SET paused = NULL, held = '[]' WHERE code = ?", (code,))
        return held

    def send(self, code: str, experiment: Experiment) -> None:
        """Sends an experiment to all members, also to those who come later."""
        self.store.write(
            "UPDATE rooms SET push = max(push, started) + 1, pushed = ? "
            "WHERE code = ? AND closed IS NULL",
            (experiment.to_json(), code),
        )

    def hide(self, code: str, names: Sequence[str]) -> None:
        """Hides these controls from all, and no others."""
        self.store.write(
            "UPDATE rooms SET hidden = ? WHERE code = ?", (json.dumps(list(names)), code)
        )

    def start_lesson(self, code: str, lesson: str, language: str, pages: int | None) -> None:
        """Starts a lesson for all, also for those who come later.

        Args:
            code: of the room.
            lesson, language: which one.
            pages: how many of its first pages are open; `None` for all.
        """
        self.store.write(
            "UPDATE rooms SET lesson = ?, language = ?, pages = ?, "
            "started = max(push, started) + 1 WHERE code = ? AND closed IS NULL",
            (lesson, language, pages, code),
        )

    def open_pages(self, code: str, pages: int | None) -> None:
        """Opens the first pages of the lesson, or all."""
        self.store.write("UPDATE rooms SET pages = ? WHERE code = ?", (pages, code))


def _hash(key: str) -> str:
    return hashlib.sha256(f"seqlab room {key}".encode()).hexdigest()
