"""Members of rooms: who is in which one, what they do and what they have trained there.

Members are browsers (`seqlab.ui.visitor`), so there are no accounts.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence

from seqlab.experiment import Experiment
from seqlab.runs.records import ACTIVE, Run
from seqlab.runs.room_records import TAKEN, Member, RoomError, kept_experiment
from seqlab.runs.store import Store
from seqlab.workshop.nicknames import folded, read_nickname


class Members:
    """The members of a store's rooms. Safe to use from many threads.

    Args:
        store: whose database they lie in.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._seen: dict[str, float] = {}  # by member: when a page of theirs last looked
        # By ended run: when it ended, and its best val_loss.
        self._bests: dict[str, tuple[float | None, float | None]] = {}

    def _insert(self, row: Sequence[object]) -> bool:
        try:
            self.store.write(
                "INSERT INTO room_members "
                "(id, room, owner, nickname, folded, joined, changed, change) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        except sqlite3.IntegrityError:
            return False
        return True

    def rename(self, owner: str, nickname: str) -> str:
        """Another nickname for a member; returns it as it is kept.

        Raises:
            NicknameError: if it cannot be one.
            RoomError: if somebody in the room has one that looks alike.
        """
        name = read_nickname(nickname)
        try:
            self.store.write(
                "UPDATE room_members SET nickname = ?, folded = ? WHERE owner = ?",
                (name, folded(name), owner),
            )
        except sqlite3.IntegrityError:
            raise RoomError(TAKEN.format(nickname=name)) from None
        return name

    def leave(self, owner: str) -> None:
        """A member leaves: the room forgets them; their runs stay theirs."""
        member = self.member(owner)
        if member is not None:
            self._forget_members([member.id])

    def _forget_members(self, members: Sequence[str]) -> None:
        rows = [(member,) for member in members]
        for table, column in (
            ("room_answers", "member"),
            ("room_runs", "member"),
            ("room_members", "id"),
        ):
            self.store.write(f"DELETE FROM {table} WHERE {column} = ?", *rows)
        for member in members:
            self._seen.pop(member, None)
        self._bests.clear()  # nothing grows with the rooms of a server

    def member(self, owner: str) -> Member | None:
        """The member that a visitor is, or `None` if they are in no room."""
        members = self._members("WHERE owner = ?", owner)
        return members[0] if members else None

    def members(self, code: str) -> list[Member]:
        """All members of a room, in the order in which they joined."""
        return self._members("WHERE room = ? ORDER BY joined", code)

    def _members(self, where: str, *values: object) -> list[Member]:
        rows = self.store.read(
            "SELECT id, room, owner, nickname, joined, changed, change, help, run, push, started, "
            f"experiment, before FROM room_members {where}",
            *values,
        )
        return [
            Member(
                *first,  # type: ignore[call-arg]
                kept_experiment(shown),
                run,
                push,
                kept_experiment(before),
                started,
            )
            for *first, run, push, started, shown, before in rows
        ]

    def look(self, member: str) -> None:
        """Says that a page of a member looks."""
        self._seen[member] = time.time()

    def seen(self, member: str) -> float | None:
        """When a page of a member last looked, in Unix seconds."""
        return self._seen.get(member)

    def note(self, member: Member, experiment: Experiment, run: str | None, change: str) -> None:
        """Keeps what a member's page shows, and in words what they changed ("" for nothing).

        Args:
            member: whose page it is.
            experiment: that it shows.
            run: the id of the run that it shows, if any.
            change: what they changed, in words; "" for nothing.
        """
        self.store.write(
            "UPDATE room_members SET experiment = ?, run = ?, "
            "changed = CASE WHEN ? = '' THEN changed ELSE ? END, "
            "change = CASE WHEN ? = '' THEN change ELSE ? END WHERE id = ?",
            (experiment.to_json(), run, change, time.time(), change, change, member.id),
        )

    def acted(self, member: str, change: str) -> None:
        """Notes that a member did something, in words."""
        self.store.write(
            "UPDATE room_members SET changed = ?, change = ? WHERE id = ?",
            (time.time(), change, member),
        )

    def ask_for_help(self, owner: str, wanted: bool) -> None:
        """A member asks for help, or no longer."""
        now = time.time() if wanted else None
        self.store.write("UPDATE room_members SET help = ? WHERE owner = ?", (now, owner))

    def helped(self, code: str, member: str) -> None:
        """The teacher has helped a member of the room."""
        self.store.write(
            "UPDATE room_members SET help = NULL, changed = ? WHERE id = ? AND room = ?",
            (time.time(), member, code),
        )

    def take_over(self, member: Member, push: int, before: Experiment | None) -> bool:
        """Notes that a member's page shows the teacher's experiment of that number.

        Args:
            member: whose page it is.
            push: the number of the teacher's experiment, which grows.
            before: what the page showed until now.

        Returns:
            `False` if another tab of theirs was quicker.
        """
        text = None if before is None else before.to_json()
        changed = self.store.write(
            "UPDATE room_members SET push = ?, before = ? WHERE id = ? AND push < ?",
            (push, text, member.id, push),
        )
        return changed == 1

    def went_back(self, member: Member) -> None:
        """Notes that a member's page shows again what it showed before the teacher's experiment."""
        self.store.write("UPDATE room_members SET before = NULL WHERE id = ?", (member.id,))

    def begin_lesson(self, member: Member, started: int) -> bool:
        """Notes that a member's page begins the lesson of that number.

        Returns:
            `False` if another tab of theirs was quicker.
        """
        changed = self.store.write(
            "UPDATE room_members SET started = ? WHERE id = ? AND started < ?",
            (started, member.id, started),
        )
        return changed == 1

    def runs(self, code: str) -> dict[str, list[str]]:
        """The ids of the runs that each member has begun in the room, the oldest first."""
        rows = self.store.read(
            "SELECT room_members.id, room_runs.run FROM room_members "
            "LEFT JOIN room_runs ON member = room_members.id "
            "WHERE room = ? ORDER BY joined, room_runs.rowid",
            code,
        )
        by_member: dict[str, list[str]] = {}
        for member, run in rows:
            own = by_member.setdefault(member, [])
            if run is not None:
                own.append(run)
        return by_member

    def bests(self, runs: Sequence[str]) -> dict[str, tuple[tuple[str, float] | None, float]]:
        """By run, the rule to beat and the best val_loss; without those that have none.

        What an ended run reached is read once: a board asks every two seconds.
        """
        places = ", ".join("?" * len(runs))
        rows = self.store.read(
            f"SELECT id, ended, baseline, baseline_loss FROM runs WHERE id IN ({places})", *runs
        )
        known = self._bests
        new = [run for run, ended, *_ in rows if known.get(run, (None,))[0] != ended or not ended]
        standings = self.store.standing(*new)
        for run, ended, *_ in rows:
            if run in standings:
                known[run] = ended, standings[run].best_val_loss
        return {
            run: ((rule, loss) if rule else None, best)
            for run, _, rule, loss in rows
            if (best := known.get(run, (None, None))[1]) is not None
        }

    def active_runs(self, code: str) -> list[Run]:
        """The room's runs that wait or train."""
        places = ", ".join("?" for _ in ACTIVE)
        return self.store.select(
            "WHERE id IN (SELECT room_runs.run FROM room_runs JOIN room_members "
            f"ON member = room_members.id WHERE room = ?) AND status IN ({places})",
            code,
            *ACTIVE,
        )
