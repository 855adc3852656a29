"""What is kept of a room, to be plotted and to be taken away: runs, answers, the class plot."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pandas as pd

from seqlab.figures import class_plot
from seqlab.runs.progress import ProgressStore
from seqlab.runs.room_questions import Questions
from seqlab.runs.rooms import Rooms
from seqlab.workshop.class_runs import RESULTS, ClassRun, comparable, table, together

README = """What was kept of room {code}.

runs.csv        a row a run: settings by their Keras names, and results
answers.csv     a row an answer: to the teacher's questions and to those of lessons
class_plot.html learning rate against best val_loss, for the largest group of comparable runs

{sentence}
"""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def class_runs(rooms: Rooms, code: str) -> list[ClassRun]:
    """The ended runs of a room, the oldest first."""
    names = {member.id: member.nickname for member in rooms.members(code)}
    # Somebody may join or leave between the two reads.
    begun = {member: own for member, own in rooms.runs(code).items() if member in names}
    owners = {run: names[member] for member, own in begun.items() for run in own}
    runs = [run for run in rooms.store.by_ids(list(owners)) if not run.active]
    standings = rooms.store.standing(*(run.id for run in runs))
    return [
        ClassRun(
            run.id,
            owners[run.id],
            run.experiment,
            run.status,
            standings[run.id].best_val_loss,
            standings[run.id].best_epoch,
            standings[run.id].epoch,
            run.seconds,
            run.baseline[1] if run.baseline else None,
        )
        for run in runs
    ]


def answers(rooms: Rooms, code: str) -> pd.DataFrame:
    """A row an answer: learner, lesson and page or "teacher", question, answer."""
    members = {member.id: member for member in rooms.members(code)}
    questions = Questions(rooms.store)
    rows: list[tuple[str, str, int | str, str, Any]] = []
    for question in reversed(questions.of_room(code)):
        for member, answer in questions.answers(question.id).items():
            if member in members:
                words = question.options[answer] if question.kind == "choice" else answer
                rows.append((members[member].nickname, "teacher", "", question.text, words))
    progress = ProgressStore(rooms.store)
    for member_ in members.values():
        for lesson, own in progress.of_learner(member_.owner).items():
            rows += [
                (member_.nickname, lesson, page + 1, "", answer)
                for page, answer in own.answers_since(member_.joined).items()
            ]
    return pd.DataFrame(rows, columns=["learner", "asked by", "page", "question", "answer"])


def export(rooms: Rooms, code: str) -> bytes:
    """Everything that is worth keeping of a room, as a ZIP file."""
    runs = class_runs(rooms, code)
    groups = comparable(runs)
    largest = next(iter(groups.values()), [])
    sentence = together(largest) if largest else "Nothing was trained."
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README.format(code=code, sentence=sentence))
        archive.writestr("runs.csv", for_spreadsheet(table(runs)).to_csv(index=False))
        archive.writestr("answers.csv", for_spreadsheet(answers(rooms, code)).to_csv(index=False))
        if largest:
            runs_table = table(largest)
            figure = class_plot.points(
                runs_table, "learning_rate", "best_val_loss", RESULTS, largest[0].baseline
            )
            figure.update_layout(title={"text": sentence}, margin={"t": 60})
            html = figure.to_html(include_plotlyjs=True, full_html=True)
            archive.writestr("class_plot.html", html)
    return packed.getvalue()


def for_spreadsheet(found: pd.DataFrame) -> pd.DataFrame:
    """The table with lists as JSON, and no text that a spreadsheet would take for a formula."""

    def cell(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, list | tuple):
            return json.dumps(value)
        if isinstance(value, str) and value.startswith(_FORMULA):
            return f"'{value}"
        return value

    return found.map(cell)
