"""Questions to a room: a choice, a number or a drawn curve; answers are revealed together."""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from seqlab.runs.room_records import RoomError
from seqlab.runs.store import Store
from seqlab.workshop.ballots import fitting_answer, read_answer

Kind = Literal["choice", "number", "curve"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LONGEST = 200  # characters of a question
LONGEST_OPTION = 60
OPTIONS = 2, 6  # how many a choice has
MOST_QUESTIONS = 100  # of a room


@dataclass(frozen=True)
class Question:
    """A question to all.

    Attributes:
        kind: "choice", "number" or "curve".
        options: of a choice; of a curve its greatest value and, if known, its epochs, as texts.
        revealed: since when everybody sees all answers; `None` before.
    """

    id: str
    room: str
    asked: float
    kind: Kind
    text: str
    options: tuple[str, ...]
    revealed: float | None


class Questions:
    """The questions of all rooms of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ask(self, code: str, kind: Kind, text: str, options: Sequence[str] = ()) -> str:
        """Asks all members of a room; returns the question's id.

        Args:
            code: of the room.
            kind: of answer that is asked for.
            text: the question.
            options: the answers to choose from, or the greatest value of a curve.

        Raises:
            RoomError: if it is no question, in a sentence.
        """
        text = " ".join(text.split())
        options = [option for option in (" ".join(each.split()) for each in options) if option]
        if not text:
            raise RoomError("Type a question.")
        if len(text) > LONGEST:
            raise RoomError(f"A question has at most {LONGEST} characters. You gave {len(text)}.")
        least, most = OPTIONS
        if kind == "choice" and not least <= len(set(options)) == len(options) <= most:
            raise RoomError(f"Give {least} to {most} different answers to choose from, one a line.")
        if kind == "curve" and not (options and _is_positive(options[0])):
            raise RoomError("Give the greatest value of the curve, a number above 0.")
        if any(len(option) > LONGEST_OPTION for option in options):
            raise RoomError(f"An answer to choose has at most {LONGEST_OPTION} characters.")
        if len(self.of_room(code)) >= MOST_QUESTIONS:
            raise RoomError(f"A room has at most {MOST_QUESTIONS} questions.")
        question = secrets.token_hex(6)
        self._store.write(
            "INSERT INTO room_questions (id, room, asked, kind, text, options) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (question, code, time.time(), kind, text, json.dumps(options)),
        )
        return question

    def show_answers(
        self, code: str, kind: Kind, text: str, options: Sequence[str], given: Mapping[str, Any]
    ) -> None:
        """Shows everybody the answers that were given elsewhere, as on a page of a lesson.

        What was shown of the same question before makes room.

        Args:
            code: of the room.
            kind, text, options: of the question.
            given: answers by member; those that do not fit the question are left out.
        """
        fitting = {
            member: value
            for member, answer in given.items()
            if (value := fitting_answer(kind, options, answer)) is not None
        }
        question, now = secrets.token_hex(6), time.time()
        same = "room = ? AND kind = ? AND text = ? AND revealed IS NOT NULL"
        self._store.write(
            "DELETE FROM room_answers WHERE question IN "
            f"(SELECT id FROM room_questions WHERE {same})",
            (code, kind, text),
        )
        self._store.write(f"DELETE FROM room_questions WHERE {same}", (code, kind, text))
        self._store.write(
            "INSERT INTO room_questions VALUES (?, ?, ?, ?, ?, ?, ?)",
            (question, code, now, kind, text, json.dumps(list(options)), now),
        )
        self._store.write(
            "INSERT INTO room_answers VALUES (?, ?, ?, ?)",
            *((question, member, now, json.dumps(value)) for member, value in fitting.items()),
        )

    def of_room(self, code: str) -> list[Question]:
        """All questions of a room, the newest first."""
        rows = self._store.read(
            "SELECT id, room, asked, kind, text, options, revealed FROM room_questions "
            "WHERE room = ? ORDER BY asked DESC, rowid DESC",
            code,
        )
        return [
            Question(*first, tuple(json.loads(options)), at)  # type: ignore[call-arg]
            for *first, options, at in rows
        ]

    def newest(self, code: str) -> Question | None:
        """The question that was last asked or revealed, or `None` before the first one."""
        return max(self.of_room(code), key=lambda each: each.revealed or each.asked, default=None)

    def answer(self, question: Question, member: str, answer: Any) -> None:  # noqa: ANN401
        """Keeps a member's answer; another one replaces it until the answers are revealed.

        Args:
            question: that is answered.
            member: the id of who answers.
            answer: of the kind of the question.

        Raises:
            RoomError: if it is no answer to this question, or comes too late.
        """
        try:
            value = read_answer(question.kind, question.options, answer)
        except ValueError as error:
            raise RoomError(str(error)) from None
        # One statement asks and writes: nobody answers after the others' answers are in sight.
        written = self._store.write(
            "INSERT OR REPLACE INTO room_answers SELECT id, ?, ?, ? FROM room_questions "
            "WHERE id = ? AND revealed IS NULL AND room = "
            "(SELECT room FROM room_members WHERE id = ?)",
            (member, time.time(), json.dumps(value), question.id, member),
        )
        if not written:
            raise RoomError("The answers are in sight already, so no more can be given.")

    def answer_of(self, question: str, member: str) -> Any:  # noqa: ANN401
        """The member's own answer, or `None`."""
        rows = self._store.read(
            "SELECT answer FROM room_answers WHERE question = ? AND member = ?", question, member
        )
        return json.loads(rows[0][0]) if rows else None

    def count(self, question: str) -> int:
        """How many have answered."""
        ((number,),) = self._store.read(
            "SELECT count(*) FROM room_answers WHERE question = ?", question
        )
        return int(number)

    def answers(self, question: str) -> dict[str, Any]:
        """All answers by member: for the teacher, and for all once they are revealed."""
        rows = self._store.read(
            "SELECT member, answer FROM room_answers WHERE question = ? ORDER BY at", question
        )
        return {member: json.loads(answer) for member, answer in rows}

    def reveal(self, code: str, question: str) -> None:
        """Shows all answers to everybody."""
        self._store.write(
            "UPDATE room_questions SET revealed = coalesce(revealed, ?) WHERE id = ? AND room = ?",
            (time.time(), question, code),
        )


def _is_positive(text: str) -> bool:
    try:
        return 0 < float(text) < math.inf
    except ValueError:
        return False
