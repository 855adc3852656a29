"""Place and answers of a learner outlive everything but being forgotten."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from seqlab.experiment import Experiment
from seqlab.runs.progress import ProgressStore
from seqlab.runs.store import Store


@pytest.fixture
def kept(tmp_path):
    store = Store(tmp_path)
    yield ProgressStore(store), store
    store.close()


def test_place_and_answers_survive_a_restart(tmp_path):
    store = Store(tmp_path)
    lessons = ProgressStore(store)
    lessons.open("anna", "rates", "zh")
    lessons.answer("anna", "rates", 0, [0.5, 0.25])
    lessons.go("anna", "rates", 1)
    lessons.begin_page("anna", "rates", 1, {"units_0": 8})
    lessons.answer("anna", "rates", 1, 2)
    lessons.ask_hint("anna", "rates", 1)
    store.close()
    store = Store(tmp_path)
    found = ProgressStore(store).current("anna")
    store.close()
    assert (found.lesson, found.language, found.page, found.answer) == ("rates", "zh", 1, 2)
    assert found.answers == {"0": [0.5, 0.25], "1": 2}
    assert found.at_start == {"1": {"units_0": 8}}
    assert found.hints == {"1": 1}


def test_one_lesson_is_open_and_the_others_keep_their_place(kept):
    lessons, _ = kept
    lessons.open("anna", "rates")
    lessons.go("anna", "rates", 3)
    lessons.open("anna", "gates")
    assert lessons.current("anna").lesson == "gates"
    assert lessons.open("anna", "rates").page == 3
    lessons.close("anna")
    assert lessons.current("anna") is None
    assert set(lessons.of_learner("anna")) == {"rates", "gates"}


def test_a_moment_belongs_to_the_page_where_the_learner_was(kept, monkeypatch):
    lessons, _ = kept
    clock = iter(range(100, 200))
    monkeypatch.setattr("seqlab.runs.progress.time.time", lambda: float(next(clock)))
    lessons.open("anna", "rates")  # at 100
    for page in (1, 0, 1):  # at 101, 102, 103
        lessons.go("anna", "rates", page)
    found = lessons.get("anna", "rates")
    assert [found.page_at(at) for at in (50, 100.5, 101, 102.5, 999)] == [0, 0, 1, 0, 1]
    assert (found.page, found.furthest) == (1, 1)


def test_a_page_stays_complete(kept):
    lessons, _ = kept
    lessons.open("anna", "rates")
    for page in (0, 2, 0):
        lessons.go("anna", "rates", page)
        lessons.complete("anna", "rates", page)
    assert lessons.get("anna", "rates").completed == (0, 2)


def test_a_finished_lesson_can_be_begun_anew(kept):
    lessons, _ = kept
    lessons.open("anna", "rates")
    lessons.go("anna", "rates", 2)
    lessons.finish("anna", "rates")
    assert lessons.current("anna") is None
    assert lessons.get("anna", "rates").finished
    lessons.start_over("anna", "rates")
    assert lessons.open("anna", "rates").page == 0


def test_answers_are_taken_back_and_learners_kept_apart(kept):
    lessons, _ = kept
    for learner in ("anna", "ben"):
        lessons.open(learner, "rates")
    lessons.answer("anna", "rates", 0, 1)
    both = lessons.of_learners("anna", "ben", "nobody")
    assert (both["anna"].answer, both["ben"].answer) == (1, None)
    lessons.answer("anna", "rates", 0, None)
    assert lessons.current("anna").answer is None
    lessons.forget("anna")
    assert lessons.current("anna") is None
    assert lessons.current("ben") is not None


def test_learners_of_a_lesson_are_found_also_when_it_is_closed(kept):
    lessons, _ = kept
    for learner in ("anna", "ben", "eve"):
        lessons.open(learner, "rates")
    lessons.open("ben", "shapes")
    found = lessons.in_lesson("rates", "anna", "ben", "nobody")
    assert found == {learner: lessons.get(learner, "rates") for learner in ("anna", "ben")}
    assert lessons.in_lesson("rates") == {}


def test_runs_of_a_page_are_those_of_its_owner_since_then(kept):
    lessons, store = kept
    before = store.create(Experiment(), owner="anna")
    since = store.get(before).created + 1e-6
    own = store.create(Experiment(), owner="anna")
    store.create(Experiment(), owner="ben")
    assert [run.id for run in lessons.runs_since("anna", since)] == [own]


def test_many_tabs_at_once_lose_nothing_of_each_other(kept):
    lessons, _ = kept
    lessons.open("anna", "rates")

    def tab(page):
        lessons.go("anna", "rates", page)
        lessons.answer("anna", "rates", page, page)
        lessons.ask_hint("anna", "rates", 0)
        lessons.begin_page("anna", "rates", page, {"units_0": page})
        lessons.complete("anna", "rates", page % 2)

    with ThreadPoolExecutor(8) as tabs:
        list(tabs.map(tab, range(24)))
    found, pages = lessons.get("anna", "rates"), {str(page): page for page in range(24)}
    assert found.answers == pages
    assert found.at_start == {page: {"units_0": units} for page, units in pages.items()}
    assert found.hints == {"0": 24}
    assert sorted(found.completed) == [0, 1]
    assert sorted(page for page, _ in found.visits) == [0, *range(24)]


def test_only_the_last_visits_are_kept(kept, monkeypatch):
    monkeypatch.setattr("seqlab.runs.progress.MOST_VISITS", 3)
    lessons, _ = kept
    lessons.open("anna", "rates")
    for page in (1, 2, 3):
        lessons.go("anna", "rates", page)
    assert [page for page, _ in lessons.get("anna", "rates").visits] == [1, 2, 3]


def test_answers_are_told_apart_by_their_time(kept, monkeypatch):
    lessons, _ = kept
    clock = iter(range(100, 200))
    monkeypatch.setattr("seqlab.runs.progress.time.time", lambda: float(next(clock)))
    lessons.open("anna", "rates")
    lessons.answer("anna", "rates", 0, 1)  # at 101
    lessons.answer("anna", "rates", 2, [0.5])
    found = lessons.get("anna", "rates")
    since = found.answered["2"]
    assert found.answers_since(since) == {2: [0.5]}
    assert found.answers_since(100) == {0: 1, 2: [0.5]}
