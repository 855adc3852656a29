"""The Room page and the strip, as teacher and learners: without a browser."""

import hashlib
import re

import pytest
from streamlit.testing.v1 import AppTest

from seqlab.experiment import Data, Experiment, Recurrent, Training
from seqlab.runs.board import tiles
from seqlab.runs.progress import ProgressStore
from seqlab.runs.room_questions import Questions
from seqlab.ui import services
from seqlab.ui.lesson import current
from seqlab.ui.places import PAGES
from seqlab.ui.room import strip, teacher
from seqlab.ui.room.tiles import lesson_places
from seqlab.ui.server.addresses import is_loopback, lan_addresses, reachable_page
from seqlab.ui.server.door import MOST_EACH, Tries
from tests.ui.conftest import tab
from tests.ui.test_pages import captions, opened

SMALL = Experiment(data=Data(source="sine", samples=120, window=8), training=Training(epochs=9))
GRU = SMALL.model_copy(update={"layers": (Recurrent(cell="GRU", units=4),)})


def owner(key):
    """What the store calls the browser with this key."""
    return hashlib.sha256(f"seqlab visitor {key}".encode()).hexdigest()[:32]


@pytest.fixture(autouse=True)
def no_tries(monkeypatch):
    for name in ("_keys", "_codes"):
        monkeypatch.setattr(teacher, name, Tries())


@pytest.fixture
def told(store, monkeypatch):
    """What reaches the pool."""
    told, pool = [], services.pool()
    monkeypatch.setattr(pool, "tell", lambda run, command: told.append((run, command["kind"])))
    monkeypatch.setattr(pool, "stop", lambda run: told.append((run, "stop")))
    return told


def room_page(app, **query):
    app.query_params.clear()
    app.run()
    app.switch_page(str(PAGES / "room.py"))
    return opened(app, **query)


def words(app):
    parts = (*app.markdown, *app.error, *app.warning, *app.info, *app.success, *app.caption)
    return " ".join(part.value.replace("\\", "") for part in parts)


def opens(key="teacher"):
    """A teacher's tab after a room was opened: the tab, its code and its key."""
    app = room_page(tab(key))
    app.button(key="room_open").click().run()
    assert not app.exception
    room, key = (_one(app.query_params[name]) for name in ("room", "key"))
    return app, room, key


def _one(value):
    return value[0] if isinstance(value, list) else value


def joins(key, code):
    """A learner's tab after they have joined by the link."""
    app = room_page(tab(key), room=code)
    assert "What is stored" in words(app)
    next(b for b in app.button if b.label == "Join").click().run()
    assert not app.exception
    assert f"You are in room {code}" in words(app).replace("*", "")
    return app


def test_a_teacher_opens_and_learners_join_by_link_or_code(store):
    app, code, _ = opens()
    assert "Nobody has joined yet" in words(app)
    joins("ada", code)
    bob = room_page(tab("bob"))
    bob.text_input(key="room_code").set_value(f" {code[:2].lower()}-{code[2:]} ")
    next(b for b in bob.button if b.label == "Join").click().run()
    assert "You are in room" in words(bob)
    assert len(services.rooms().members(code)) == 2
    app.run()
    assert "2 learners" in captions(app)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ABCD", "No code has the letter A"),
        ("KT", "four letters|4 letters"),
        ("KTMR", "no room KTMR"),
    ],
)
def test_a_code_of_no_room_is_refused_in_a_sentence(store, typed, said):
    app = room_page(tab("ada"))
    app.text_input(key="room_code").set_value(typed)
    next(b for b in app.button if b.label == "Join").click().run()
    assert not app.exception
    assert re.search(said, app.error[0].value.replace("\\", ""))


def test_codes_cannot_be_tried_without_end(store):
    _, code, _ = opens()
    app = room_page(tab("eve"))
    for _ in range(MOST_EACH + 1):
        app.text_input(key="room_code").set_value("ZZZZ")
        next(b for b in app.button if b.label == "Join").click().run()
    assert "Too many wrong tries" in app.error[0].value
    app.text_input(key="room_code").set_value(code)
    next(b for b in app.button if b.label == "Join").click().run()
    assert services.rooms().members(code) == []


def test_codes_cannot_be_tried_in_the_address_without_end(store):
    _, code, _ = opens()
    ada = joins("ada", code)
    wrong = [f"ZZZ{letter}" for letter in "BCDFGH"]
    for each in wrong[:MOST_EACH]:
        eve = room_page(tab("eve"), room=each)
        assert f"no room {each}" in words(eve)
        eve.run()  # it is no other guess
    for asked in (wrong[-1], code):
        assert "Too many wrong tries" in words(room_page(tab("eve"), room=asked))
    projector = room_page(tab("eve"), room=code, view="projector")
    assert "Too many wrong tries" in words(projector)
    assert "You are in room" in words(ada.run())


def test_only_the_teachers_link_leads(store):
    _, code, key = opens()
    second = room_page(tab("second teacher"), room=code, key=key)
    assert second.button(key="room_pause")
    wrong = room_page(tab("eve"), room=code, key=key[:-1])
    assert "not the teacher's link" in words(wrong)
    assert "room_pause" not in [button.key for button in wrong.button]
    learner = room_page(tab("ada"), room=code)
    assert "room_pause" not in [button.key for button in learner.button]


def test_keys_cannot_be_tried_without_end_but_who_leads_goes_on(store):
    app, code, key = opens()
    for _ in range(MOST_EACH):
        room_page(tab("eve"), room=code, key="wrong")
    assert "Too many wrong tries" in words(room_page(tab("eve"), room=code, key="wrong"))
    app.button(key="room_pause").click().run()
    assert services.rooms().get(code).paused is not None
    again = room_page(tab("eve"), room=code, key=key)  # the right key is never refused
    assert again.button(key="room_pause")


def test_every_callback_asks_for_the_key(store, told):
    """The buttons are not drawn for others; a forged message acts through the callbacks."""
    _, code, _ = opens()
    joins("ada", code)
    rooms = services.rooms()
    rooms.ask_for_help(owner("ada"), True)
    questions = Questions(store)
    questions.ask(code, "number", "How low?")
    before = rooms.get(code), rooms.members(code), questions.of_room(code)
    script = f"""
import streamlit as st
from seqlab.ui import visitor
from seqlab.ui.room import board_view, check_view, lead, questions_view, strip
st.session_state[visitor._KEY] = "ada"
st.session_state["_room_keys"] = {{{code!r}: "guessed"}}
st.session_state["room_hidden"] = ["look"]
lead._pause({code!r}, True)
lead._pause({code!r}, False)
lead._send({code!r})
lead._hide({code!r})
lead._close({code!r})
strip.send_shown({code!r})
st.session_state["room_lesson"] = ("learning_rate", "en")
lead._start_lesson({code!r})
lead._open_pages({code!r}, 3)
st.session_state["ask_text"] = "Why?"
st.session_state["ask_kind"] = "number"
questions_view._ask({code!r})
questions_view._reveal({code!r}, questions_view.questions().of_room({code!r})[0])
check_view._measure({code!r})
board_view._helped({code!r}, {rooms.members(code)[0].id!r})
"""
    app = AppTest.from_string(script, default_timeout=60).run()
    assert not app.exception
    assert (rooms.get(code), rooms.members(code), questions.of_room(code)) == before
    assert store.runs() == []
    assert told == []


def test_a_nickname_can_be_changed_and_a_taken_one_is_told(store):
    _, code, _ = opens()
    joins("bob", code)
    services.rooms().rename(owner("bob"), "Bob")
    app = joins("ada", code)
    app.text_input(key="room_nickname").set_value("bob")
    next(b for b in app.button if b.label == "Change").click().run()
    assert "“bob” is taken in this room" in words(app)
    app.text_input(key="room_nickname").set_value("*Ada* [x](http://x)")
    next(b for b in app.button if b.label == "Change").click().run()
    assert "begins with a letter" in words(app)
    app.text_input(key="room_nickname").set_value("Ada *x*")
    next(b for b in app.button if b.label == "Change").click().run()
    # As it stands: no markup.
    assert any("Ada \\*x\\*" in text.value for text in (*app.success, *app.markdown))


def test_what_a_learner_does_is_on_the_board(store, told):
    app, code, _ = opens()
    ada = joins("ada", code)
    ada.switch_page(str(PAGES / "train.py"))
    opened(ada, **SMALL.to_query())
    ada.number_input(key="units_0").set_value(4).run()
    (member,) = services.rooms().members(code)
    assert member.change == "units 16 → 4"
    assert member.experiment.layers[0].units == 4
    ada.button(key="train").click().run()
    (member,) = services.rooms().members(code)
    assert (member.change, member.run) == ("pressed Train", store.runs()[0].id)
    ada.button(key="room_help").click().run()
    app.run()
    assert "1 learner: 1 asked for help" in captions(app)
    app.session_state["_room_opened"] = member.id
    app.run()
    assert not app.exception
    assert "units 4" in captions(app)
    app.button(key="room_helped").click().run()
    assert services.rooms().members(code)[0].help is None


def test_a_pause_holds_all_pages(store, told):
    app, code, _ = opens()
    ada = joins("ada", code)
    ada.switch_page(str(PAGES / "train.py"))
    opened(ada, **SMALL.to_query())
    ada.button(key="train").click().run()
    run = store.runs()[0].id
    store.set_status(run, "running")
    app.button(key="room_pause").click().run()
    assert (run, "pause") in told
    store.set_status(run, "paused")
    ada.run()
    assert "Eyes up" in words(ada)
    assert ada.button(key="train").disabled
    assert ada.button(key="pause").disabled
    told.clear()
    forged = AppTest.from_string(  # a browser can send any click
        f"""
import streamlit as st
from seqlab.ui import visitor
from seqlab.ui.playground import steering, training_controls
st.session_state[visitor._KEY] = "ada"
training_controls.train()
steering.tell({run!r}, "resume")
""",
        default_timeout=60,
    ).run()
    assert not forged.exception
    assert told == []
    assert len(store.runs()) == 1
    app.button(key="room_pause").click().run()
    assert told == [(run, "resume")]
    ada.run()
    assert "Eyes up" not in words(ada)
    assert not ada.button(key="train").disabled


def test_an_experiment_for_all_reaches_each_once_and_they_can_go_back(store):
    app, code, _ = opens()
    ada = joins("ada", code)
    ada.switch_page(str(PAGES / "train.py"))
    opened(ada, **SMALL.to_query())
    services.rooms().send(code, GRU)
    ada.run()
    assert ada.selectbox(key="cell_0").value == "GRU"
    ada.number_input(key="units_0").set_value(7).run()
    ada.run()
    assert ada.number_input(key="units_0").value == 7  # it is theirs now
    late = joins("late", code)
    late.switch_page(str(PAGES / "train.py")).run()
    assert late.selectbox(key="cell_0").value == "GRU"
    ada.button(key="room_back").click().run()
    assert ada.selectbox(key="cell_0").value == "LSTM"
    assert "room_back" not in [button.key for button in ada.button]
    assert not app.exception


def test_a_second_experiment_for_all_keeps_the_way_back_to_ones_own(store):
    _, code, _ = opens()
    ada = joins("ada", code)
    ada.switch_page(str(PAGES / "train.py"))
    opened(ada, **SMALL.to_query())
    for units in (4, 5):
        layers = (Recurrent(cell="GRU", units=units),)
        services.rooms().send(code, SMALL.model_copy(update={"layers": layers}))
        ada.run()
        assert ada.number_input(key="units_0").value == units
        assert services.rooms().member(owner("ada")).before == SMALL


def test_who_comes_late_gets_the_lesson_and_no_way_back_from_it(store):
    _, code, _ = opens()
    rooms = services.rooms()
    rooms.send(code, GRU)
    rooms.start_lesson(code, "learning_rate", "en", None)
    ada = joins("ada", code)
    ada.switch_page(str(PAGES / "train.py")).run()
    assert not ada.exception
    assert ada.number_input(key="learning_rate").value == 1e-5  # the lesson's
    assert "room_back" not in [button.key for button in ada.button]
    rooms.send(code, GRU)  # another one, later
    ada.run()
    assert ada.selectbox(key="cell_0").value == "GRU"
    ada.run()  # the strip stands above the page
    assert ada.button(key="room_back")


def test_the_teacher_sends_what_their_own_playground_shows(store):
    app, code, _ = opens()
    app.switch_page(str(PAGES / "train.py"))
    opened(app, **GRU.to_query())
    assert f"You lead room {code}" in words(app).replace("*", "")
    app.button(key="room_send").click().run()
    assert services.rooms().get(code).pushed == GRU
    app.number_input(key="units_0").set_value(6).run()
    app.switch_page(str(PAGES / "room.py")).run()  # from the board it is the same playground
    app.button(key="room_send_do").click().run()
    assert services.rooms().get(code).pushed.layers[0].units == 6
    assert services.rooms().get(code).pushed.layers[0].cell == "GRU"


def test_controls_are_taken_out_of_sight_for_all(store):
    _, code, _ = opens()
    ada = joins("ada", code)
    services.rooms().hide(code, ["training_controls"])
    ada.switch_page(str(PAGES / "train.py")).run()
    styles = [block.proto.body for block in ada.get("html") if "display: none" in block.proto.body]
    assert styles == ["<style>.st-key-training_controls { display: none !important; }</style>"]


def test_answers_of_others_are_not_seen_before_all_are(store):
    _, code, _ = opens()
    questions = Questions(store)
    questions.ask(code, "choice", "Which is *better*?", ["LSTM", "GRU"])
    (question,) = questions.of_room(code)
    ada, bob = joins("ada", code), joins("bob", code)
    key = f"room_answer_{question.id}"
    bob.radio(key=key).set_value(1).run()
    ada.run()
    assert "1 answered" in captions(ada)
    assert "chose" not in words(ada)
    assert not [c for c in ada.get("component") + ada.get("bidi_component") if "revealed" in str(c)]
    ada.radio(key=key).set_value(1).run()
    ada.radio(key=key).set_value(0).run()
    assert sorted(questions.answers(question.id).values()) == [0, 1]
    questions.reveal(code, question.id)
    ada.run()
    assert "“LSTM” and “GRU” have 1 of 2 answers each" in captions(ada)
    ada.button(key="room_question_away").click().run()
    assert "have 1 of 2" not in captions(ada)


def test_a_closed_room_is_told_and_the_link_leads_nowhere(store, told):
    app, code, key = opens()
    ada = joins("ada", code)
    ada.switch_page(str(PAGES / "train.py")).run()
    app.button(key="room_close").click().run()
    assert not app.exception
    assert f"room {code} was closed" in words(app)
    ada.run()
    assert f"room {code} was closed" in words(ada)
    again = room_page(tab("teacher"), room=code, key=key)
    assert "room_pause" not in [button.key for button in again.button]
    late = room_page(tab("late"), room=code)
    assert f"room {code} was closed" in words(late)


def test_a_learner_deletes_a_run_and_leaves(store):
    _, code, _ = opens()
    ada = joins("ada", code)
    mine = owner("ada")
    run, other = store.create(SMALL, owner=mine), store.create(GRU, owner=mine)
    store.set_status(run, "finished")
    store.set_status(other, "finished")
    ada.run()
    ada.button(key=f"room_delete_{run}").click().run()
    assert store.get(run) is None
    ada.button(key="room_leave").click().run()
    assert not ada.exception
    assert services.rooms().members(code) == []
    assert store.get(other) is not None


def test_the_projector_has_no_names_and_leads_nothing(store):
    _, code, _ = opens()
    joins("ada", code)
    services.rooms().rename(owner("ada"), "Adalovelace")
    services.rooms().ask_for_help(owner("ada"), True)
    app = room_page(tab("projector"), room=code, view="projector")
    assert not app.exception
    assert "1 learner, 0 runs" in captions(app)
    assert not list(app.button)
    assert "Adalovelace" not in str(app)


def test_addresses_to_give_out():
    lan = ["192.168.1.7", "10.0.0.2"]
    page, problem = reachable_page("http://127.0.0.1:8501/room?room=A&key=B", "127.0.0.1", lan)
    assert page == "http://127.0.0.1:8501/room"
    assert "Only this machine" in problem
    assert (
        reachable_page("http://localhost:8501/room", "", lan)[0] == "http://192.168.1.7:8501/room"
    )
    assert reachable_page("https://lab.example/room", "0.0.0.0", lan) == (
        "https://lab.example/room",
        None,
    )
    assert "in no network" in reachable_page("http://localhost/room", "0.0.0.0", [])[1]
    assert not any(is_loopback(address) for address in lan_addresses())


def views(app, view):
    app.segmented_control(key="room_view").set_value(view).run()
    assert not app.exception
    return app


def test_a_teacher_asks_and_shows_all_answers(store):
    app, code, _ = opens()
    ada = joins("ada", code)
    views(app, "Questions")
    app.button(key="ask_do").click().run()
    assert "Type a question" in words(app)
    app.text_input(key="ask_text").set_value("Which is *better*?")
    app.text_area(key="ask_options").set_value("LSTM\nGRU")
    app.button(key="ask_do").click().run()
    (question,) = Questions(store).of_room(code)
    ada.run()
    ada.radio(key=f"room_answer_{question.id}").set_value(1).run()
    app.run()
    assert "1 of 1 have answered" in captions(app)
    app.button(key=f"reveal_{question.id}").click().run()
    assert "1 of 1 chose “GRU”" in captions(app)
    app.segmented_control(key="ask_kind").set_value("curve").run()
    app.text_input(key="ask_text").set_value("How will it fall?")
    app.button(key="ask_do").click().run()
    assert Questions(store).of_room(code)[0].options == ("1",)
    projector = room_page(tab("projector"), room=code, view="projector")
    projector.segmented_control(key="projector_view").set_value("Questions").run()
    assert not projector.exception
    assert "0 have answered" in words(projector)
    questions = Questions(store)
    earlier = questions.newest(code)
    questions.ask(code, "number", "How low?")
    projector.run()
    assert "How low?" in " ".join(header.value for header in projector.header)
    questions.reveal(code, earlier.id)
    projector.run()
    assert "Nobody has answered yet" in captions(projector)


def test_the_class_plot_draws_all_runs_of_the_room(store):
    app, code, _ = opens()
    joins("ada", code)
    views(app, "Class plot")
    assert "No run of this room has ended yet" in captions(app)
    for i in range(24):
        rate = 10 ** (-4 + i / 8)
        experiment = SMALL.model_copy(
            update={"training": Training(epochs=9, learning_rate=rate, seed=i)}
        )
        run = store.create(experiment, baseline=("mean", 1.0), owner=owner("ada"))
        store.add_metrics(run, [1], [1.0], [0.5 + 0.01 * i])
        store.set_status(run, "finished")
    app.run()
    assert not app.exception
    assert "Together we beat the baseline by 50%" in words(app)
    assert "24 runs: learning_rate against best val_loss" in captions(app)
    assert "Of what sets the best tenth of the runs apart" in captions(app)
    app.selectbox(key="class_x").set_value("seed").run()
    app.selectbox(key="class_y").set_value("against_baseline").run()
    assert not app.exception
    assert "24 runs: seed against best val_loss / baseline" in captions(app)


def test_a_lesson_is_started_for_all_page_by_page(store):
    app, code, _ = opens()
    ada = joins("ada", code)
    app.checkbox(key="room_paced").set_value(True).run()
    app.button(key="room_lesson_start").click().run()
    room = services.rooms().get(code)
    assert (room.lesson is not None, room.pages) == (True, 1)
    assert re.search(r"page 1 of \d+ is open", words(app))
    news = "Your teacher has started a lesson: open it"
    links = [link.proto.label for link in ada.run().get("page_link")]
    assert links.count(news) == 1  # they are still on the Room page
    ada.switch_page(str(PAGES / "train.py")).run()
    assert not ada.exception
    lessons = ProgressStore(store)
    assert lessons.current(owner("ada")).lesson == room.lesson
    assert ada.button(key="lesson_next").disabled
    forged = AppTest.from_string(
        """
import streamlit as st
from seqlab.ui import visitor
from seqlab.ui.lesson import card, current
st.session_state[visitor._KEY] = "ada"
card._go(current.current(), 1)
""",
        default_timeout=60,
    ).run()
    assert not forged.exception
    assert lessons.current(owner("ada")).page == 0
    lessons.open(owner("bob"), room.lesson)
    lessons.go(owner("bob"), room.lesson, 2)  # before they joined
    bob = joins("bob", code)
    bob.switch_page(str(PAGES / "train.py")).run()
    assert lessons.current(owner("bob")).page == 0
    services.rooms().leave(owner("bob"))
    lesson = current.lessons().find(room.lesson, room.language)
    lessons.complete(owner("ada"), lesson.key, 0)
    ada.run()
    assert "Your teacher opens the next page" in captions(ada)
    assert news not in [link.proto.label for link in ada.get("page_link")]
    services.rooms().open_pages(code, 2)
    ada.run()
    ada.button(key="lesson_next").click().run()
    assert lessons.current(owner("ada")).page == 1
    assert ada.button(key="lesson_next").disabled
    app.run()
    (tile,) = tiles(services.rooms(), code)
    assert ", page 2 of " in lesson_places([tile])[tile.member.id]
    lessons.close(owner("ada"))
    ada.run()
    assert lessons.current(owner("ada")) is None  # who leaves it has left it
    app.button(key="room_next_page").click().run()
    assert services.rooms().get(code).pages == 3
    app.button(key="room_all_pages").click().run()
    assert services.rooms().get(code).pages is None


def test_answers_to_a_page_of_the_lesson_are_shown_once_and_then_with_those_that_came_late(store):
    app, code, _ = opens()
    learners = [joins(name, code) for name in ("ada", "bob")]
    services.rooms().start_lesson(code, "learning_rate", "en", None)
    key = "reveal_page_1"
    views(app, "Questions")
    for number, name in enumerate(("ada", "bob")):
        learners[number].switch_page(str(PAGES / "train.py")).run()
        ProgressStore(store).go(owner(name), "learning_rate", 1)
        ProgressStore(store).answer(owner(name), "learning_rate", 1, number)
        app.run()
        label = app.button(key=key).label
        assert label == ("Show all answers", "Show 1 more answer")[number] + " to everybody"
        app.button(key=key).click().run()
        assert not [button for button in app.button if button.key == key]
        (question,) = Questions(store).of_room(code)
        assert len(Questions(store).answers(question.id)) == number + 1
    assert "2 have answered. Everybody sees the answers." in captions(app)


def test_before_the_lesson_the_machine_is_looked_at(store, told, monkeypatch):
    app, code, _ = opens()
    services.rooms().send(code, SMALL)
    submitted = []
    monkeypatch.setattr(services.pool(), "submit", lambda run, *_: submitted.append(run))
    views(app, "Before the lesson")
    assert "runs train at once" in words(app)
    app.button(key="check_measure").click().run()
    assert not app.exception
    (first,) = submitted
    store.write("UPDATE runs SET started = 100, ended = 103, status = 'finished'", ())
    app.run()
    assert len(submitted) == 2
    store.write(
        "UPDATE runs SET started = 100, ended = 102, status = 'finished' WHERE id != ?", (first,)
    )
    app.run()
    # 2 workers: 3 s, and fourteen times 2 s.
    assert "30 learners: about 31 s for all" in words(app)


def test_a_drawn_question_is_answered_by_the_keyboard(store):
    _, code, _ = opens()
    ada = joins("ada", code)
    questions = Questions(store)
    question = questions.ask(code, "curve", "How will it fall?", ["2"])
    key = f"room_answer_{question}"
    ada.run()
    for place, value in (("first", 2.0), ("middle", 1.0), ("last", 0.5)):
        assert questions.answers(question) == {}
        ada.number_input(key=f"{key}_{place}").set_value(value).run()
    ((line,),) = [questions.answers(question).values()]
    assert (line[0], line[-1], len(line)) == (2.0, 0.5, 40)
    assert "Your answer is kept" in words(ada)
    later = tab("ada")  # after a reload
    later.run()
    assert later.number_input(key=f"{key}_last").value == 0.5


@pytest.mark.parametrize("lesson_first", [True, False])
def test_what_came_last_counts_for_a_learner_who_was_away(store, lesson_first):
    _, code, _ = opens()
    ada, rooms = joins("ada", code), services.rooms()
    sent = [lambda: rooms.start_lesson(code, "learning_rate", "en", None)]
    sent.insert(lesson_first, lambda: rooms.send(code, GRU))
    for each in sent:
        each()
    ada.switch_page(str(PAGES / "runs.py")).run()
    assert not ada.exception
    assert ProgressStore(store).current(owner("ada")).lesson == "learning_rate"
    assert ada.selectbox(key="cell_0").value == ("GRU" if lesson_first else "LSTM")
    (told,) = [toast.value for toast in ada.toast]
    assert told.startswith("Your teacher has started a lesson")
    ada.run()
    assert not ada.toast


@pytest.mark.parametrize("page", ["data", "lens", "compare", "forecast", "runs", "examples"])
def test_a_learner_on_another_page_is_taken_to_what_was_sent(store, page):
    _, code, _ = opens()
    ada = joins("ada", code)
    ada.switch_page(str(PAGES / f"{page}.py")).run()
    services.rooms().send(code, GRU)
    ada.run()
    assert not ada.exception
    assert ada.selectbox(key="cell_0").value == "GRU"
    assert ["Your teacher has sent an experiment" in toast.value for toast in ada.toast] == [True]


def test_who_joins_after_a_room_was_closed_may_look_around(store):
    app, code, _ = opens()
    ada = joins("ada", code)
    ada.session_state[strip._CALLED] = True  # as its look at the closed room leaves it
    ada.session_state[strip._BROUGHT] = "Your teacher has started a lesson"
    app.button(key="room_close").click().run()
    ada.run()
    _, second, _ = opens("another")
    services.rooms().start_lesson(second, "learning_rate", "en", None)
    room_page(ada)
    ada.text_input(key="room_code").set_value(second)
    next(button for button in ada.button if button.label == "Join").click().run()
    assert f"You are in room {second}" in words(ada).replace("*", "")
    assert not ada.toast


def test_the_teacher_sees_how_many_are_right(store):
    app, code, _ = opens()
    services.rooms().start_lesson(code, "shapes", "en", None)
    for name, answers in (("ada", {0: 1, 2: 320.0}), ("bob", {0: 0, 2: 320.0})):
        joins(name, code)
        lessons = ProgressStore(store)
        lessons.open(owner(name), "shapes")
        for page, answer in answers.items():
            lessons.answer(owner(name), "shapes", page, answer)
    views(app, "Questions")
    assert not app.exception
    assert "2 have answered. 1 is right." in captions(app)
    assert "2 have answered. 2 are right." in captions(app)
