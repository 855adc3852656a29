"""How far each learner is in each lesson: place, answers, last action. It outlives a reload.

A learner is a name that the caller chooses; on the playground it is the visitor's, `Run.owner`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seqlab.runs.records import Run
from seqlab.runs.store import Store

MOST_VISITS = 500  # of pages, the last ones
_COLUMNS = (
    "learner, lesson, language, page, furthest, begun, acted, finished, open, folded, "
    "visits, completed, at_start, answers, answered, hints"
)


@dataclass(frozen=True)
class Progress:
    """How far one learner is in one lesson. Times are Unix seconds.

    Attributes:
        learner: whose.
        lesson: the lesson's key.
        language: in which it is read.
        page: where they are, from 0.
        furthest: the last page they have been on.
        begun: when they began the lesson.
        acted: when they last did anything.
        finished: when they came to its end, or `None`.
        is_open: whether the card is on their page.
        folded: whether the card is folded up.
        visits: pairs of a page and when they came to it, in order.
        completed: the pages on which all has happened that they ask for, from 0.
        at_start: by page, the settings when it was begun, by widget key; a page is not there before
            its settings are set up.
        answers: by page, what was answered: a number of a choice from 0, a number, a curve.
        answered: by page, when.
        hints: by page, how many hints they asked for.
    """

    learner: str
    lesson: str
    language: str
    page: int = 0
    furthest: int = 0
    begun: float = 0.0
    acted: float = 0.0
    finished: float | None = None
    is_open: bool = True
    folded: bool = False
    visits: tuple[tuple[int, float], ...] = ()
    completed: tuple[int, ...] = ()
    at_start: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    answered: Mapping[str, float] = field(default_factory=dict)
    hints: Mapping[str, int] = field(default_factory=dict)

    @property
    def answer(self) -> Any:  # noqa: ANN401
        """What was answered on this page, or `None`."""
        return self.answers.get(str(self.page))

    def answers_since(self, time: float) -> dict[int, Any]:
        """What was answered from a time on, by page from 0."""
        return {
            int(page): answer
            for page, answer in self.answers.items()
            if self.answered.get(page, self.acted) >= time
        }

    def page_at(self, time: float) -> int:
        """The page where they were at a time; before the first visit, the first page."""
        return next((page for page, since in reversed(self.visits) if since <= time), 0)


class ProgressStore:
    """The lessons of all learners, in the database of the runs.

    Each change is one statement, so that two tabs of a learner take nothing from each other.

    Args:
        store: where they are kept.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> lessons = ProgressStore(Store(Path(tempfile.mkdtemp())))
        >>> _ = lessons.open("anna", "learning_rate", "en")
        >>> lessons.answer("anna", "learning_rate", 0, 1)
        >>> lessons.current("anna").answer
        1
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, learner: str, lesson: str, language: str = "en") -> Progress:
        """Puts a lesson on a learner's page, where they left it; any other is closed.

        Args:
            learner: whose page it is.
            lesson: its name.
            language: of its texts, a code.
        """
        now = time.time()
        self.close(learner)
        self._store.write(
            "INSERT INTO lesson_progress (learner, lesson, language, begun, acted, visits) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (learner, lesson) DO UPDATE SET "
            "open = 1, folded = 0, language = excluded.language, acted = excluded.acted",
            (learner, lesson, language, now, now, json.dumps([(0, now)])),
        )
        progress = self.get(learner, lesson)
        assert progress is not None
        return progress

    def close(self, learner: str) -> None:
        """Takes the lesson from a learner's page; what they answered stays."""
        self._store.write(
            "UPDATE lesson_progress SET open = 0 WHERE learner = ? AND open", (learner,)
        )

    def get(self, learner: str, lesson: str) -> Progress | None:
        """How far a learner is in a lesson, or `None` before they began it."""
        rows = self._select("WHERE learner = ? AND lesson = ?", learner, lesson)
        return rows[0] if rows else None

    def current(self, learner: str) -> Progress | None:
        """The lesson that is on a learner's page, or `None`."""
        rows = self._select("WHERE learner = ? AND open ORDER BY acted DESC LIMIT 1", learner)
        return rows[0] if rows else None

    def of_learners(self, *learners: str) -> dict[str, Progress]:
        """The lesson on the page of each of these learners, for a board."""
        places = ", ".join("?" * len(learners))
        rows = self._select(f"WHERE open AND learner IN ({places}) ORDER BY acted", *learners)
        return {each.learner: each for each in rows}

    def in_lesson(self, lesson: str, *learners: str) -> dict[str, Progress]:
        """How far each of these learners is in a lesson, those left out who never began it."""
        places = ", ".join("?" * len(learners))
        rows = self._select(f"WHERE lesson = ? AND learner IN ({places})", lesson, *learners)
        return {each.learner: each for each in rows}

    def of_learner(self, learner: str) -> dict[str, Progress]:
        """Every lesson that a learner began, by its key."""
        return {each.lesson: each for each in self._select("WHERE learner = ?", learner)}

    def go(self, learner: str, lesson: str, page: int) -> None:
        """Moves a learner to a page, counted from 0.

        Args:
            learner: whose page it is.
            lesson: its name.
            page: counted from 0.
        """
        now = time.time()
        without_first = "json_remove(visits, '$[0]')"
        last = f"iif(json_array_length(visits) < {MOST_VISITS}, visits, {without_first})"
        self._change(
            learner,
            lesson,
            f"page = ?, furthest = max(furthest, ?), visits = json_insert({last}, '$[#]', json(?))",
            *(page, page, json.dumps((page, now))),
            now=now,
        )

    def complete(self, learner: str, lesson: str, page: int) -> None:
        """Notes that a page of a learner is complete; it stays so whatever they change.

        Args:
            learner: whose page it is.
            lesson: its name.
            page: counted from 0.
        """
        known = "EXISTS (SELECT 1 FROM json_each(completed) WHERE value = ?)"
        change = f"completed = iif({known}, completed, json_insert(completed, '$[#]', ?))"
        self._change(learner, lesson, change, page, page)

    def finish(self, learner: str, lesson: str) -> None:
        """Notes that a learner came to the end, and takes the lesson from their page."""
        self._change(learner, lesson, "finished = ?", time.time())
        self.close(learner)

    def start_over(self, learner: str, lesson: str) -> None:
        """Forgets place and answers of one lesson."""
        self._store.write(
            "DELETE FROM lesson_progress WHERE learner = ? AND lesson = ?", (learner, lesson)
        )

    def begin_page(self, learner: str, lesson: str, page: int, settings: Mapping[str, Any]) -> None:
        """Notes the settings with which a page of a learner begins, anew.

        Args:
            learner: the visitor.
            lesson: its key.
            page: counted from 0.
            settings: by widget key, as they were then.
        """
        change = "at_start = json_set(at_start, ?, json(?))"
        self._change(learner, lesson, change, _place(page), json.dumps(settings))

    def answer(self, learner: str, lesson: str, page: int, answer: Any) -> None:  # noqa: ANN401
        """Keeps the answer to the question of a page; `None` takes it back.

        Args:
            learner: the visitor.
            lesson: its key.
            page: counted from 0.
            answer: what the kind of the question asks for.
        """
        place = _place(page)
        if answer is None:
            self._change(learner, lesson, "answers = json_remove(answers, ?)", place)
            return
        self._change(
            learner,
            lesson,
            "answers = json_set(answers, ?, json(?)), answered = json_set(answered, ?, ?)",
            *(place, json.dumps(answer), place, time.time()),
        )

    def ask_hint(self, learner: str, lesson: str, page: int) -> None:
        """One more hint on a page.

        Args:
            learner: whose page it is.
            lesson: its name.
            page: counted from 0.
        """
        place = _place(page)
        change = "hints = json_set(hints, ?, coalesce(json_extract(hints, ?), 0) + 1)"
        self._change(learner, lesson, change, place, place)

    def fold(self, learner: str, lesson: str, folded: bool) -> None:
        """Folds the card of a learner up, or down.

        Args:
            learner: whose page it is.
            lesson: its name.
            folded: whether its card is folded up.
        """
        self._change(learner, lesson, "folded = ?", folded)

    def acted(self, learner: str) -> None:
        """Notes that a learner has done something on the page."""
        self._store.write(
            "UPDATE lesson_progress SET acted = ? WHERE learner = ? AND open",
            (time.time(), learner),
        )

    def runs_since(self, learner: str, since: float) -> list[Run]:
        """The runs that a visitor began from a time on, the oldest first, at most the last 50."""
        where = "WHERE owner = ? AND created >= ? ORDER BY created DESC LIMIT 50"
        return self._store.select(where, learner, since)[::-1]

    def forget(self, learner: str, since: float = 0.0) -> None:
        """Removes what is kept of a learner's lessons in which something was done since a time."""
        self._store.write(
            "DELETE FROM lesson_progress WHERE learner = ? AND acted >= ?", (learner, since)
        )

    def _change(
        self, learner: str, lesson: str, change: str, *values: object, now: float | None = None
    ) -> None:
        self._store.write(
            f"UPDATE lesson_progress SET {change}, acted = ? WHERE learner = ? AND lesson = ?",
            (*values, now or time.time(), learner, lesson),
        )

    def _select(self, where: str, *values: object) -> list[Progress]:
        rows = self._store.read(f"SELECT {_COLUMNS} FROM lesson_progress {where}", *values)
        return [_progress(row) for row in rows]


def _place(page: int) -> str:
    """Of a page in a JSON object by page."""
    return f'$."{page}"'


def _progress(row: tuple) -> Progress:
    *plain, is_open, folded, visits, completed, at_start, answers, answered, hints = row
    flags = (bool(is_open), bool(folded))
    been = tuple((int(page), float(at)) for page, at in json.loads(visits))
    texts = (json.loads(text) for text in (at_start, answers, answered, hints))
    return Progress(*plain, *flags, been, tuple(json.loads(completed)), *texts)  # type: ignore[call-arg]
