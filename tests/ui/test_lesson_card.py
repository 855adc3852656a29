"""The card of a lesson: asks before it shows, says one step, keeps place and answers."""

import pytest

from seqlab.runs.progress import ProgressStore
from seqlab.runs.storage import StoreError
from seqlab.ui import visitor
from seqlab.ui.lesson import current, question
from tests.ui.test_pages import captions, finished_run, opened

LESSON = """+++
title = "Two pages"
+++

## What comes?

Words of the first page.

```toml
lock = ["learning_rate"]
hide = ["add_layer"]
point_at = "train"
done = ["run ended with learning_rate <= 0.001"]

[start]
data = "sunspots"
learning_rate = 1e-4
epochs = 2

[question]
kind = "choice"
ask = "Will it learn?"
choices = ["yes", "no"]
answer = 2
```

### Hint

Slow.

### Afterwards

It ended at {last_val_loss}.

## Draw

```toml
done = ["run ended", "player epoch == 0"]

[question]
kind = "curve"
ask = "Draw it."
high = 2.0
epochs = 2
```

Words of the second page.
"""


@pytest.fixture
def lesson(store, tmp_path, monkeypatch):
    folder = tmp_path / "lessons"
    folder.mkdir()
    (folder / "two.md").write_text(LESSON, encoding="utf-8")
    (folder / "broken.md").write_text("nothing", encoding="utf-8")
    monkeypatch.setenv("SEQLAB_LESSONS", str(folder))
    monkeypatch.setattr(visitor, "owner", lambda: "anna")
    return ProgressStore(store)


@pytest.fixture
def begun(app, lesson):
    lesson.open("anna", "two")
    return opened(app)


def texts(app):
    found = [text.value for text in app.markdown]
    return " ".join([*found, *(box.value for box in app.info)])


def has(app, key):
    return any(button.key == key for button in app.button)


def trained(app, store):
    """The run that Train queued, ended."""
    app.button(key="train").click().run()
    run = store.runs()[0].id
    store.add_metrics(run, [1, 2], [1.0, 0.9], [3.0, 2.9])
    store.set_status(run, "finished")
    return app.run()


def covers(app):
    return any("visibility: hidden" in each.proto.body for each in app.get("html"))


def test_the_first_page_sets_up_its_experiment_and_asks_before_it_shows(begun):
    assert begun.number_input(key="learning_rate").value == 1e-4
    assert begun.number_input(key="learning_rate").disabled
    assert not begun.number_input(key="units_0").disabled
    assert "Words of the first page." in texts(begun)
    assert covers(begun)
    assert "Covered until you have answered" in texts(begun)
    assert begun.button(key="lesson_next").label == "Skip this page"


def test_predict_train_and_both_are_told(begun, store):
    begun.radio(key="lesson_choice_two_0").set_value(0).run()
    begun.button(key="lesson_answer").click().run()
    assert not covers(begun)
    assert "Your answer: yes" in texts(begun)
    assert "It ended at" not in texts(begun)
    trained(begun, store)
    assert "You expected “yes”. It was “no”." in texts(begun).replace("\\", "")
    assert "It ended at 2.9." in texts(begun)
    assert begun.button(key="lesson_next").label == "Next"
    begun.button(key="lesson_next").click().run()
    assert "Words of the second page." in texts(begun)
    assert not begun.number_input(key="learning_rate").disabled
    assert not begun.exception


def test_without_an_answer_the_button_says_what_is_missing(begun, lesson):
    begun.button(key="lesson_answer").click().run()
    assert [box.value for box in begun.warning] == ["Choose an answer first."]
    assert lesson.current("anna").answer is None
    lesson.go("anna", "two", 1)
    begun.run()
    assert not begun.warning
    begun.number_input(key="lesson_two_1_first").set_value(2.0)
    begun.button(key="lesson_answer").click().run()
    assert [box.value for box in begun.warning] == [
        "Draw the curve first, or enter all three points."
    ]


def test_place_and_answer_survive_a_new_session(begun, lesson, store):
    from tests.ui.conftest import new_tab

    begun.radio(key="lesson_choice_two_0").set_value(1).run()
    begun.button(key="lesson_answer").click().run()
    begun.number_input(key="epochs").set_value(7).run()
    again = opened(new_tab(), epochs="7")
    assert "Your answer: no" in texts(again)
    assert again.number_input(key="epochs").value == 7  # not set up anew


def test_an_answer_is_given_once(begun, lesson):
    begun.radio(key="lesson_choice_two_0").set_value(1).run()
    begun.button(key="lesson_answer").click().run()
    now = current.Current(current.lessons().find("two", "en"), lesson.current("anna"))
    from seqlab.ui.lesson.question import _take

    _take(now, 0)
    assert lesson.current("anna").answer == 1


def test_an_answer_lands_on_the_page_that_asked(begun, lesson):
    now = current.Current(current.lessons().find("two", "en"), lesson.current("anna"))
    lesson.go("anna", "two", 1)  # in another tab
    for choice in (0, 1):
        question._take(now, choice)
    assert lesson.current("anna").answers == {"0": 0}


def test_an_answer_that_fits_the_page_no_longer_is_none(begun, lesson):
    lesson.answer("anna", "two", 0, 7)  # the lesson had more choices then
    begun.run()
    assert not begun.exception
    assert has(begun, "lesson_answer")
    begun.radio(key="lesson_choice_two_0").set_value(1).run()
    begun.button(key="lesson_answer").click().run()
    assert lesson.current("anna").answer == 1


def test_a_curve_is_entered_by_the_keyboard(begun, lesson, store):
    lesson.go("anna", "two", 1)
    begun.run()
    for name, value in (("first", 2.0), ("middle", 1.0), ("last", 0.5)):
        begun.number_input(key=f"lesson_two_1_{name}").set_value(value).run()
    begun.button(key="lesson_answer").click().run()
    answer = lesson.current("anna").answer
    assert (answer[0], answer[-1], len(answer)) == (2.0, 0.5, 40)
    assert not begun.exception


def test_who_is_stuck_is_told_one_step_and_others_nothing(begun, lesson, monkeypatch):
    assert "Next step" not in texts(begun)
    monkeypatch.setattr("seqlab.ui.lesson.card.STUCK", 0.0)
    begun.run()
    assert "Next step: Answer the question first" in texts(begun)


def test_hints_come_one_by_one(begun):
    assert "Slow." not in texts(begun)
    begun.button(key="lesson_hint").click().run()
    assert "Slow." in texts(begun)
    assert not has(begun, "lesson_hint")


def test_folded_it_leaves_its_title(begun):
    begun.button(key="lesson_fold").click().run()
    assert "Two pages" in texts(begun)
    assert "Words of the first page." not in texts(begun)
    begun.button(key="lesson_fold").click().run()
    assert "Words of the first page." in texts(begun)


def test_leaving_the_lesson_leaves_the_experiment(begun):
    begun.button(key="lesson_leave").click().run()
    assert not has(begun, "lesson_next")
    assert begun.number_input(key="learning_rate").value == 1e-4
    assert not begun.number_input(key="learning_rate").disabled


def test_the_settings_of_the_page_come_back_by_a_click(begun):
    assert not has(begun, "lesson_set_up")
    begun.number_input(key="units_0").set_value(3).run()
    begun.button(key="lesson_set_up").click().run()
    assert begun.number_input(key="units_0").value == 16


def test_the_card_is_beside_the_forecast_too(begun, lesson, store):
    run = trained(begun, store).session_state["run"]
    begun.switch_page("../../pages/forecast.py").run()
    assert not begun.exception
    assert "Words of the first page." in texts(begun)
    assert "Covered until you have answered" in texts(begun)
    begun.radio(key="lesson_choice_two_0").set_value(1).run()
    begun.button(key="lesson_answer").click().run()
    assert "Covered until you have answered" not in texts(begun)
    assert begun.session_state["run"] == run
    begun.button(key="lesson_next").click().run()  # it sets up its experiment on the playground
    assert not begun.exception
    assert begun.number_input(key="units_0")
    assert "Words of the second page." in texts(begun)


def test_without_a_lesson_nothing_is_there(app, lesson, store):
    opened(app, run=finished_run(store))
    assert not has(app, "lesson_next")
    assert not covers(app)


def test_a_lesson_that_is_gone_leaves_the_playground(app, lesson):
    lesson.open("anna", "lesson_that_was_deleted")
    opened(app)
    assert not has(app, "lesson_next")


def test_learn_lists_lessons_names_broken_ones_and_opens_one(app, lesson):
    opened(app)
    app.switch_page("../../pages/learn.py").run()
    assert not app.exception
    assert "The learning rate first" in texts(app)
    (told,) = [box.value.replace("\\", "") for box in app.warning]
    assert "broken.md, line 1: A lesson begins with a header" in told
    app.button(key="begin_two").click().run()
    assert lesson.current("anna").lesson == "two"
    assert not app.exception


def test_learn_speaks_chinese(app, lesson):
    opened(app)
    app.switch_page("../../pages/learn.py").run()
    app.segmented_control(key="lesson_language").set_value("zh").run()
    assert "先调学习率" in texts(app)
    assert "约 12 分钟" in captions(app)


def test_a_link_opens_a_lesson_and_an_unknown_one_is_told(app, lesson):
    app.query_params["lesson"] = "nothing"
    app.switch_page("../../pages/learn.py").run()
    assert any("no lesson called “nothing”" in box.value.replace("\\", "") for box in app.error)


def test_a_lesson_that_cannot_be_kept_says_why(app, begun, lesson, monkeypatch):
    def full(*_):
        raise StoreError("The disk is full.")

    for name in ("open", "acted"):
        monkeypatch.setattr(ProgressStore, name, full)
    begun.number_input(key="units_0").set_value(3).run()  # something is done
    begun.run()
    assert not begun.exception
    assert "The disk is full" in " ".join(box.value for box in begun.error)
    app.query_params["lesson"] = "two"
    app.switch_page("../../pages/learn.py").run()
    assert "The disk is full" in " ".join(box.value for box in app.error)
    assert app.button(key="begin_two")  # still on the page of lessons


def test_a_run_counts_only_with_what_the_page_has_locked(begun, lesson, store):
    begun.radio(key="lesson_choice_two_0").set_value(1).run()
    begun.button(key="lesson_answer").click().run()
    state = begun.session_state
    state["learning_rate"] = 5e-4  # by a Fix or a link: the rule of the page alone would be met
    trained(begun, store)
    assert lesson.current("anna").completed == ()
    assert "Next step" in texts(begun)  # a run has ended and was not it
    begun.button(key="lesson_set_up").click().run()
    trained(begun, store)
    assert lesson.current("anna").completed == (0,)


def test_a_finished_lesson_says_so_and_names_the_next(begun, lesson):
    lesson.go("anna", "two", 1)
    begun.run()
    begun.button(key="lesson_next").click().run()
    assert not begun.exception
    assert lesson.get("anna", "two").finished
    assert "Your place, your answers and your experiment stay." in texts(begun)
    begun.button(key="lesson_coming").click().run()
    assert not begun.exception
    assert lesson.current("anna").lesson not in (None, "two")


def test_the_next_lesson_is_the_one_that_follows(begun, lesson):
    lesson.open("anna", "long_memory", "en")
    lesson.go("anna", "long_memory", 5)
    begun.run()
    begun.button(key="lesson_next").click().run()
    assert not begun.exception
    assert begun.button(key="lesson_coming").label == "Next: One seed proves nothing"


@pytest.mark.parametrize(
    ("typed", "said"), [(0.044, "0.0436: that is right."), (0.1, "Not yet: 0.0436 is right.")]
)
def test_what_is_right_whatever_is_trained_is_told_at_once(begun, lesson, typed, said):
    lesson.open("anna", "gates_by_hand", "en")
    lesson.go("anna", "gates_by_hand", 2)
    begun.run()
    assert begun.button(key="lesson_answer").label == "Answer"  # no prediction
    begun.number_input(key="lesson_number_gates_by_hand_2").set_value(typed)
    begun.button(key="lesson_answer").click().run()
    assert not begun.exception
    assert said in texts(begun).replace("\\", "")
    assert "That number is called the" in texts(begun).replace("\n", " ")
