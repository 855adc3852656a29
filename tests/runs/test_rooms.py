"""Rooms in the store: who is in them, what the teacher told all, and that nothing is left."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from seqlab.experiment import Experiment, Recurrent, Training
from seqlab.runs import room_training, rooms
from seqlab.runs.board import tiles
from seqlab.runs.class_record import class_runs
from seqlab.runs.room_questions import Questions
from seqlab.runs.room_records import RoomError
from seqlab.runs.rooms import Rooms
from seqlab.runs.store import Store
from seqlab.workshop.nicknames import NicknameError

GRU = Experiment(layers=(Recurrent(cell="GRU"),))


class Told:
    """A pool that notes what it is told."""

    def __init__(self):
        self.commands = []

    def tell(self, run, command):
        self.commands.append((run, command["kind"]))

    def stop(self, run):
        self.commands.append((run, "stop"))


@pytest.fixture
def room(store):
    """Rooms, and the code of an open one."""
    found = Rooms(store)
    return found, found.open()[0]


def test_only_the_key_leads_and_the_store_does_not_know_it(store):
    rooms = Rooms(store)
    code, key = rooms.open()
    other, others_key = rooms.open()
    assert rooms.is_key(code, key)
    assert not rooms.is_key(code, key[:-1])
    assert not rooms.is_key(code, others_key)
    assert not rooms.is_key("ZZZZ", key)
    assert not rooms.is_key(other, "")
    content = b"".join(path.read_bytes() for path in store.home.glob("seqlab.sqlite3*"))
    assert key.encode() not in content
    rooms.close(code)
    assert not rooms.is_key(code, key)
    assert not rooms.is_key(code, "")


def test_a_room_survives_a_restart(tmp_path):
    store = Store(tmp_path)
    rooms = Rooms(store)
    code, key = rooms.open()
    member = rooms.join(code, "ada")
    rooms.send(code, GRU)
    rooms.pause(code)
    rooms.hide(code, ["look"])
    rooms.note(member, GRU, None, "cell LSTM → GRU")
    before = rooms.get(code), rooms.members(code)
    store.close()
    store = Store(tmp_path)
    again = Rooms(store)
    assert again.is_key(code, key)
    assert (again.get(code), again.members(code)) == before
    assert again.get(code).pushed == GRU
    assert again.seen(member.id) is None
    store.close()


def test_unknown_closed_and_full_rooms_are_told_apart(room, monkeypatch):
    rooms_, code = room
    with pytest.raises(RoomError, match="There is no room ZZZZ"):
        rooms_.join("ZZZZ", "ada")
    monkeypatch.setattr(rooms, "MOST_MEMBERS", 1)
    rooms_.join(code, "ada")
    rooms_.join(code, "ada")  # a second tab is the same learner
    with pytest.raises(RoomError, match="has 1 learners already"):
        rooms_.join(code, "bob")
    rooms_.close(code)
    with pytest.raises(RoomError, match=f"room {code} was closed"):
        rooms_.join(code, "bob")


def test_a_server_has_only_so_many_open_rooms(room, monkeypatch):
    found, _ = room
    monkeypatch.setattr(rooms, "MOST_ROOMS", 1)
    with pytest.raises(RoomError, match="1 open rooms already"):
        found.open()


def test_a_nickname_is_one_learners_also_if_it_only_looks_alike(room):
    rooms, code = room
    for owner in ("ada", "bob"):
        rooms.join(code, owner)
    assert rooms.rename("ada", " Änne ") == "Änne"
    with pytest.raises(RoomError, match="“anne” is taken"):
        rooms.rename("bob", "anne")
    rooms.rename("ada", "Änne")  # one's own
    with pytest.raises(NicknameError):
        rooms.rename("ada", "<b>")
    other, _ = rooms.open()
    rooms.join(other, "eve")
    assert rooms.rename("eve", "Anne") == "Anne"  # another room


def test_thirty_who_join_at_once_have_thirty_names(room):
    rooms, code = room
    with ThreadPoolExecutor(8) as threads:
        members = list(threads.map(lambda i: rooms.join(code, f"owner {i}"), range(30)))
    assert len({member.nickname for member in members}) == 30
    assert len(rooms.members(code)) == 30


def test_who_joins_another_room_leaves_the_first_and_keeps_the_runs(room, store):
    rooms, code = room
    rooms.join(code, "ada")
    run = store.create(Experiment(), owner="ada")
    other, _ = rooms.open()
    rooms.join(other, "ada")
    assert rooms.members(code) == []
    assert rooms.runs(other)[rooms.member("ada").id] == []
    assert store.get(run) is not None


def test_runs_of_members_count_and_only_those_since_they_joined(room, store):
    rooms, code = room
    store.create(Experiment(), owner="ada")
    member = rooms.join(code, "ada")
    store.create(Experiment(), owner="stranger")
    store.create(Experiment())
    runs = [store.create(Experiment(), owner="ada") for _ in range(2)]
    assert rooms.runs(code) == {member.id: runs}
    assert {run.id for run in rooms.active_runs(code)} == set(runs)
    store.set_status(runs[0], "finished")
    assert store.delete(runs[0])
    assert rooms.runs(code) == {member.id: runs[1:]}


def test_closing_deletes_everything_and_stops_what_trains(room, store):
    rooms, code = room
    other, _ = rooms.open()
    mine = rooms.join(code, "ada")
    rooms.join(other, "bob")
    ended, pinned, active = (store.create(Experiment(), owner="ada") for _ in range(3))
    others = store.create(Experiment(), owner="bob")
    store.add_metrics(ended, [1], [1.0], [1.0])
    store.set_status(ended, "finished")
    store.set_status(pinned, "finished")
    store.pin(pinned, True)
    store.set_status(active, "running")
    questions = Questions(store)
    question = questions.ask(code, "choice", "Which one?", ["a", "b"])
    questions.answer(questions.of_room(code)[0], mine.id, 1)
    pool = Told()
    room_training.close(rooms, pool, code)
    assert pool.commands == [(active, "stop")]
    assert store.get(ended) is None
    assert store.get(pinned) is None
    assert store.get(others) is not None
    store.set_status(active, "stopped")
    end = time.monotonic() + 20
    while store.get(active) is not None and time.monotonic() < end:
        time.sleep(0.05)
    assert store.get(active) is None
    assert rooms.sweep() == []
    assert rooms.members(code) == []
    assert questions.answers(question) == {}
    assert len(rooms.members(other)) == 1
    for table in ("room_members", "room_runs", "room_questions", "room_answers"):
        ((left,),) = store.read(f"SELECT count(*) FROM {table}")
        assert left == {"room_members": 1, "room_runs": 1}.get(table, 0), table
    kept = rooms.get(code)
    assert kept.closed is not None
    assert (kept.pushed, kept.hidden, kept.lesson) == (None, (), None)


def test_a_run_that_was_left_over_goes_after_a_restart(room, store):
    rooms, code = room
    rooms.join(code, "ada")
    run = store.create(Experiment(), owner="ada")
    assert rooms.close(code) == [run]
    store.set_status(run, "interrupted")
    assert Rooms(store).sweep() == []
    assert store.get(run) is None


def test_a_pause_holds_what_trains_and_lets_only_that_go_on(room, store):
    rooms, code = room
    rooms.join(code, "ada")
    running, own_pause, waiting = (store.create(Experiment(), owner="ada") for _ in range(3))
    store.set_status(running, "running")
    store.set_status(own_pause, "paused")
    pool = Told()
    room_training.hold(rooms, pool, code)  # nobody has paused it
    assert pool.commands == []
    rooms.pause(code)
    room_training.hold(rooms, pool, code)
    assert pool.commands == [(running, "pause")]
    store.set_status(running, "paused")
    store.set_status(waiting, "running")  # its turn came in the meantime
    room_training.hold(rooms, pool, code)
    assert pool.commands[1:] == [(waiting, "pause")]
    rooms.pause(code)  # a second teacher, or a second click
    room_training.release(rooms, pool, code)
    assert sorted(pool.commands[2:]) == sorted([(running, "resume"), (waiting, "resume")])
    assert rooms.get(code).paused is None
    room_training.release(rooms, pool, code)
    assert len(pool.commands) == 4


def test_many_pages_that_hold_tell_a_run_once(room, store):
    rooms, code = room
    rooms.join(code, "ada")
    run = store.create(Experiment(), owner="ada")
    store.set_status(run, "running")
    pool = Told()
    rooms.pause(code)
    with ThreadPoolExecutor(8) as pages:
        list(pages.map(lambda _: room_training.hold(rooms, pool, code), range(16)))
    assert pool.commands == [(run, "pause")]
    room_training.release(rooms, pool, code)
    rooms.pause(code)  # at once again
    room_training.hold(rooms, pool, code)
    assert pool.commands == [(run, "pause"), (run, "resume"), (run, "pause")]


def test_who_left_a_paused_room_trains_on_when_it_is_closed(room, store, monkeypatch):
    monkeypatch.setattr(room_training, "_sweep", lambda rooms: None)
    rooms, code = room
    runs = {}
    for owner in ("ada", "bob"):
        rooms.join(code, owner)
        runs[owner] = store.create(Experiment(), owner=owner)
        store.set_status(runs[owner], "running")
    pool = Told()
    rooms.pause(code)
    room_training.hold(rooms, pool, code)
    for run in runs.values():
        store.set_status(run, "paused")
    rooms.leave("bob")
    pool.commands.clear()
    room_training.close(rooms, pool, code)
    assert pool.commands == [(runs["ada"], "stop"), (runs["bob"], "resume")]


def test_a_pause_is_no_time_in_which_nobody_did_anything(room, store):
    rooms, code = room
    member = rooms.join(code, "ada")
    now = time.time()
    store.write("UPDATE room_members SET changed = ?", (now - 500,))
    store.write("UPDATE rooms SET paused = ?", (now - 400,))
    rooms.resume(code)
    assert now - rooms.member("ada").changed == pytest.approx(100, abs=2)
    rooms.resume(code)  # a second click changes nothing
    assert now - rooms.member("ada").changed == pytest.approx(100, abs=2)
    store.write("UPDATE room_members SET changed = ?", (now - 50,))
    store.write("UPDATE rooms SET paused = ?", (now - 400,))
    rooms.resume(code)  # who did something during the pause is as fresh as after it
    assert now - rooms.member("ada").changed == pytest.approx(0, abs=2)
    assert member.room == code


def test_an_experiment_is_taken_over_once_by_whichever_tab_is_first(room):
    rooms, code = room
    member = rooms.join(code, "ada")
    rooms.send(code, GRU)
    assert rooms.take_over(member, 1, Experiment())
    assert not rooms.take_over(member, 1, GRU)
    assert rooms.member("ada").before == Experiment()
    rooms.went_back(member)
    assert rooms.member("ada").before is None


def test_answers_are_kept_until_they_are_revealed(room, store):
    rooms, code = room
    ada, bob = rooms.join(code, "ada"), rooms.join(code, "bob")
    questions = Questions(store)
    questions.ask(code, "choice", "  LSTM or\nGRU? ", [" LSTM ", "", "GRU"])
    (question,) = questions.of_room(code)
    assert (question.text, question.options) == ("LSTM or GRU?", ("LSTM", "GRU"))
    questions.answer(question, ada.id, 0)
    questions.answer(question, ada.id, 1)
    assert questions.answer_of(question.id, ada.id) == 1
    assert questions.answer_of(question.id, bob.id) is None
    questions.reveal("ZZZZ", question.id)  # another room's teacher
    assert questions.of_room(code)[0].revealed is None
    questions.reveal(code, question.id)
    with pytest.raises(RoomError, match="in sight already"):
        questions.answer(question, bob.id, 0)
    assert questions.answers(question.id) == {ada.id: 1}


def test_the_newest_question_is_the_one_last_asked_or_revealed(room, store):
    code, questions = room[1], Questions(store)
    assert questions.newest(code) is None
    first, second = (questions.ask(code, "number", text) for text in ("One?", "Two?"))
    assert questions.newest(code).id == second
    questions.reveal(code, first)
    assert questions.newest(code).id == first
    third = questions.ask(code, "number", "Three?")
    assert questions.newest(code).id == third


def test_answers_to_a_page_that_was_changed_are_not_shown(room, store):
    rooms, code = room
    ada, bob, eve = (rooms.join(code, owner).id for owner in ("ada", "bob", "eve"))
    questions = Questions(store)
    questions.show_answers(code, "choice", "Which?", ["a", "b"], {ada: 1, bob: 2, eve: None})
    (question,) = questions.of_room(code)
    assert questions.answers(question.id) == {ada: 1}


def test_who_leaves_between_two_reads_breaks_neither_board_nor_record(room, store, monkeypatch):
    rooms, code = room
    rooms.join(code, "ada")
    run = store.create(Experiment(), owner="ada")
    store.set_status(run, "finished")
    begun = rooms.runs(code)
    monkeypatch.setattr(rooms, "runs", lambda code: {})  # read before they joined
    assert [tile.runs for tile in tiles(rooms, code)] == [0]
    rooms.leave("ada")
    monkeypatch.setattr(rooms, "runs", lambda code: begun)  # read before they left
    assert class_runs(rooms, code) == []


def test_nobody_answers_in_a_room_they_are_not_in(room, store):
    rooms, code = room
    other, _ = rooms.open()
    eve = rooms.join(other, "eve")
    questions = Questions(store)
    questions.ask(code, "number", "How low?")
    (question,) = questions.of_room(code)
    with pytest.raises(RoomError):
        questions.answer(question, eve.id, 0.5)
    assert questions.count(question.id) == 0


@pytest.mark.parametrize(
    ("kind", "text", "options"),
    [
        ("choice", "", ["a", "b"]),
        ("choice", "Which?", ["a"]),
        ("choice", "Which?", ["a", "a"]),
        ("choice", "Which?", list("abcdefg")),
        ("choice", "Which?", ["a", "b" * 100]),
        ("number", "x" * 201, []),
        ("curve", "Draw it.", []),
        ("curve", "Draw it.", ["nan"]),
        ("curve", "Draw it.", ["high"]),
    ],
)
def test_what_is_no_question(room, store, kind, text, options):
    with pytest.raises(RoomError, match=r"\.$"):
        Questions(store).ask(room[1], kind, text, options)


def test_the_board_shows_each_learners_newest_run_and_best_value(room, store):
    rooms, code = room
    ada, bob = rooms.join(code, "ada"), rooms.join(code, "bob")
    rule = ("persistence", 0.5)
    first = store.create(Experiment(), baseline=rule, owner="ada")
    store.add_metrics(first, [1, 2], [1.0, 0.9], [0.8, 0.2])
    store.set_status(first, "finished")
    elsewhere = store.create(GRU, baseline=("mean", 9.0), owner="ada")  # of other data
    store.add_metrics(elsewhere, [1], [1.0], [0.001])
    store.set_status(elsewhere, "finished")
    last = store.create(Experiment(training=Training(seed=1)), baseline=rule, owner="ada")
    store.add_metrics(last, [1, 2], [1.0, None], [0.7, 0.6])
    store.set_status(last, "diverged")
    rooms.look(ada.id)
    rooms.look(bob.id)
    rooms.ask_for_help("bob", True)
    board = tiles(rooms, code)
    assert [tile.member.id for tile in board] == [bob.id, ada.id]
    tile = board[1]
    assert (tile.need, tile.run.id, tile.best, tile.baseline) == ("failed", last, 0.2, 0.5)
    np.testing.assert_array_equal(tile.losses, [0.7, 0.6])
    assert tile.runs == 3
    assert board[0].best is None
    rooms.helped("ZZZZ", bob.id)
    assert rooms.member("bob").help is not None
    rooms.helped(code, bob.id)
    assert [tile.need for tile in tiles(rooms, code)] == ["failed", "working"]


def test_the_best_of_a_run_that_goes_on_is_read_anew(room, store):
    rooms, code = room
    rooms.join(code, "ada")
    run = store.create(Experiment(), baseline=("mean", 1.0), owner="ada")
    store.add_metrics(run, [1], [1.0], [0.5])
    store.set_status(run, "finished")
    assert rooms.bests([run]) == {run: (("mean", 1.0), 0.5)}
    store.claim(run, 9)
    store.set_status(run, "running")
    store.add_metrics(run, [2], [1.0], [0.4])
    assert rooms.bests([run])[run][1] == 0.4
    store.add_metrics(run, [3], [1.0], [0.3])
    assert rooms.bests([run])[run][1] == 0.3
    store.set_status(run, "finished")
    assert rooms.bests([run, "unknown"])[run][1] == 0.3


def test_rooms_that_nobody_uses_go_with_the_old_runs(room, store):
    rooms, code = room
    used, _ = rooms.open()
    rooms.join(used, "ada")
    store.write("UPDATE rooms SET opened = 0", ())
    rooms.forget(days=30)
    assert rooms.get(code).closed is not None
    assert rooms.get(used).closed is None


def test_a_store_of_an_earlier_version_gets_rooms(tmp_path):
    first = Store(tmp_path)
    first.write("DROP TABLE room_members", ())
    first.close()
    store = Store(tmp_path)
    rooms = Rooms(store)
    assert rooms.join(rooms.open()[0], "ada").nickname
    store.close()


def test_one_visitor_opens_few_rooms_and_an_unused_one_gives_way(store, monkeypatch):
    store_rooms = Rooms(store)
    monkeypatch.setattr(rooms, "MOST_ROOMS", 8)
    codes = [store_rooms.open("eve")[0] for _ in range(rooms.MOST_EACH)]
    with pytest.raises(RoomError, match="You have opened 5 rooms already"):
        store_rooms.open("eve")
    store_rooms.close(codes[0])
    store_rooms.open("eve")
    others = [store_rooms.open(f"teacher {i}")[0] for i in range(3)]
    with pytest.raises(RoomError, match="has 8 open rooms already"):
        store_rooms.open("ada")
    store.write("UPDATE rooms SET opened = opened - 4000", ())
    store_rooms.join(codes[1], "bob")
    code, _ = store_rooms.open("ada")
    closed = [each for each in (*codes[1:], *others) if store_rooms.get(each).closed is not None]
    assert closed == [codes[2]]
    assert store_rooms.get(code).closed is None
