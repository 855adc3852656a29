"""What is taken away from a room."""

import io
import zipfile

import pandas as pd
import pytest

from seqlab.experiment import Experiment, Training
from seqlab.runs.class_record import answers, class_runs, export, for_spreadsheet
from seqlab.runs.progress import ProgressStore
from seqlab.runs.room_questions import Questions
from seqlab.runs.rooms import Rooms
from seqlab.runs.store import Store


@pytest.fixture
def room(tmp_path):
    store = Store(tmp_path)
    rooms = Rooms(store)
    yield rooms, rooms.open()[0]
    store.close()


def trained(rooms, owner, loss, **training):
    experiment = Experiment(training=Training(**training))
    run = rooms.store.create(experiment, baseline=("persistence", 0.8), owner=owner)
    rooms.store.add_metrics(run, [1, 2], [1.0, 0.9], [loss + 0.1, loss])
    rooms.store.set_status(run, "finished")
    return run


def test_an_export_has_runs_answers_and_the_class_plot(room):
    rooms, code = room
    store, lessons = rooms.store, ProgressStore(rooms.store)
    ada = rooms.join(code, "ada")
    lessons.open("ada", "learning_rate", "en")
    lessons.answer("ada", "learning_rate", 0, [0.5, 0.25])
    runs = [trained(rooms, "ada", 0.4, learning_rate=rate) for rate in (0.1, 0.001)]
    active = store.create(Experiment(), owner="ada")
    trained(rooms, "stranger", 0.1)
    questions = Questions(store)
    questions.ask(code, "choice", "Which?", ["=1+1", "b"])
    questions.answer(questions.of_room(code)[0], ada.id, 0)
    assert [run.run for run in class_runs(rooms, code)] == runs
    assert active not in runs
    with zipfile.ZipFile(io.BytesIO(export(rooms, code))) as archive:
        assert "Together we beat the baseline by 50%" in archive.read("README.txt").decode()
        kept = pd.read_csv(archive.open("runs.csv"))
        said = pd.read_csv(archive.open("answers.csv"))
        page = archive.read("class_plot.html").decode()
    assert kept["learning_rate"].tolist() == [0.1, 0.001]
    assert kept["learner"].unique().tolist() == [ada.nickname]
    assert kept["best_val_loss"].tolist() == [0.4, 0.4]
    assert said["answer"].tolist() == ["'=1+1", "[0.5, 0.25]"]
    assert ada.nickname not in page
    assert "plotly" in page


def test_an_empty_room_can_be_exported(room):
    rooms, code = room
    rooms.join(code, "ada")
    with zipfile.ZipFile(io.BytesIO(export(rooms, code))) as archive:
        assert "Nothing was trained" in archive.read("README.txt").decode()
        assert "class_plot.html" not in archive.namelist()


def test_answers_of_lessons_before_the_room_are_not_the_rooms(room):
    rooms, code = room
    lessons = ProgressStore(rooms.store)
    lessons.open("ada", "gates", "en")
    lessons.answer("ada", "gates", 0, 1)
    rooms.join(code, "ada")
    assert answers(rooms, code).empty
    rooms.close(code)
    assert lessons.get("ada", "gates") is not None


def test_closing_forgets_what_was_answered_in_lessons(room):
    rooms, code = room
    rooms.join(code, "ada")
    lessons = ProgressStore(rooms.store)
    lessons.open("ada", "gates", "en")
    lessons.open("stranger", "gates", "en")
    rooms.close(code)
    assert lessons.get("ada", "gates") is None
    assert lessons.get("stranger", "gates") is not None


def test_no_cell_is_a_formula():
    found = for_spreadsheet(pd.DataFrame({"a": ["=1", "+1", "-1", "@x", "x"], "b": [-1] * 5}))
    assert found["a"].tolist() == ["'=1", "'+1", "'-1", "'@x", "x"]
    assert found["b"].tolist() == [-1] * 5
