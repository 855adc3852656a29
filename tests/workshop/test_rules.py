"""Rules are true of the state that they name, and of no other."""

import re
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from seqlab.workshop import numbers, predictions
from seqlab.workshop.lesson import Choice, Page
from seqlab.workshop.phrases import PHRASES, Language
from seqlab.workshop.rules import RESULTS, LessonRun, Situation, condition, setting_names
from seqlab.workshop.steps import next_step

RUN = LessonRun(
    "a",
    {
        "units_0": 32,
        "learning_rate": 0.01,
        "cell_0": "GRU",
        "epochs": 60,
        "loss": "mean_squared_error",
    },
    "finished",
    {"best_val_loss": 0.3, "baseline_loss": 0.4, "epochs_trained": 40},
)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("run ended", True),
        ("run finished", True),
        ("run diverged", False),
        ("run ended with units_0 >= 32", True),
        ("run ended with units_0 > 32", False),
        ("run ended with cell_0 == GRU and learning_rate <= 0.01", True),
        ("run ended with cell_0 == LSTM", False),
        ("run ended with best_val_loss < baseline_loss", True),
        ("run ended with best_val_loss > baseline_loss", False),
        ("run ended with last_val_accuracy > 0.5", False),  # not known of this run
        ('run ended with status == "finished"', True),
        ("run ended with epochs_trained == 40 and epochs == 60", True),
        ("run ended with epochs == epochs_trained", False),
        ("run ended with loss == mean_squared_error", True),
    ],
)
def test_a_condition_on_a_run(text, met):
    assert condition(text).met(Situation(runs=[RUN])) is met


def test_a_condition_must_hold_of_one_and_the_same_run():
    other = LessonRun("b", {"units_0": 8, "learning_rate": 0.5}, "finished")
    both = condition("run ended with units_0 >= 32 and learning_rate >= 0.1")
    assert not both.met(Situation(runs=[RUN, other]))


def test_several_runs_are_counted():
    wanted = condition("2 runs ended with cell_0 == GRU")
    other = replace(RUN, settings={"cell_0": "LSTM"})
    page = Page(title="A", text="B", done=("2 runs ended with cell_0 == GRU",))
    now = Situation(runs=[RUN, other, replace(RUN, status="running")])
    assert not wanted.met(now)
    assert next_step(page, now).startswith("1 of 2 runs")
    assert wanted.met(Situation(runs=[RUN, other, RUN]))


@pytest.mark.parametrize("status", ["queued", "running", "paused", "failed", "interrupted"])
def test_what_has_not_ended_does_not_count(status):
    assert not condition("run ended").met(Situation(runs=[replace(RUN, status=status)]))


@pytest.mark.parametrize(
    ("text", "now", "met"),
    [
        ("setting units_0 >= 32", {"settings": {"units_0": 32}}, True),
        ("setting units_0 >= 32", {"settings": {"units_0": 31}}, False),
        ("setting clipnorm == null", {"settings": {"clipnorm": None}}, True),
        ("setting return_sequences_0 == true", {"settings": {"return_sequences_0": True}}, True),
        ("moved units_0", {"settings": {"units_0": 2}, "at_start": {"units_0": 1}}, True),
        ("moved units_0", {"settings": {"units_0": 1}, "at_start": {"units_0": 1}}, False),
        ("player epoch == 0", {"epoch": 0}, True),
        ("player epoch == 0", {"epoch": None}, False),
        ("player epoch >= 10", {"epoch": 12}, True),
        ("finding head_mismatch", {"findings": frozenset({"head_mismatch"})}, True),
        ("finding head_mismatch", {}, False),
        ("no error", {"has_error": True}, False),
        ("no error", {}, True),
    ],
)
def test_a_condition_on_the_page(text, now, met):
    assert condition(text).met(Situation(**now)) is met


@pytest.mark.parametrize(
    "text",
    ["", "run", "run away", "setting", "setting units_0", "moved", "moved nothing", "player at 0",
     "finding", "no errors", "run ended with", "setting units_0 => 3", "run ended with colour > 1",
     "0 runs ended", "3 runs", "100 runs ended"],
)  # fmt: skip
def test_what_is_no_condition_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"expected run ended|no setting or result"):
        condition(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("run ended with loss < 0.3", "'loss' is a word, and 0.3 is none. Did you mean last_loss?"),
        ("run ended with cell_0 > 3", "'cell_0' is a word"),
        ("setting epochs <= many", "'many' is no number"),
        ("run ended with best_val_loss < baselineloss", "Did you mean baseline_loss?"),
        ("run ended with status == 1", "'status' is a word"),
    ],
)
def test_a_comparison_that_could_never_be_met_is_refused(text, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        condition(text)


def test_no_setting_has_the_name_of_a_result():
    assert not {*RESULTS} & {*setting_names()}


def test_a_setting_that_sounds_like_a_result_is_a_next_step():
    page = Page(title="A", text="B", done=("setting epochs >= 60",))
    now = Situation(settings={"epochs": 40})
    assert next_step(page, now) == "Set `epochs` to at least `60`."


def test_braces_of_a_formula_are_no_numbers_of_a_run():
    text = r"$\frac{1}{2} h_{t}$ and {best_val_loss} $$\sigma^{n}$$, \$5 {units_0} \$"
    assert numbers.names_in(text) == ["best_val_loss", "units_0"]
    filled = r"$\frac{1}{2} h_{t}$ and 0.3 $$\sigma^{n}$$, \$5 32 \$"
    assert numbers.fill(text, RUN) == filled


PAGE = Page(
    title="A",
    text="B",
    question=Choice(kind="choice", ask="?", choices=("a", "b")),
    done=("run ended with units_0 >= 32 and best_val_loss < 0.2", "player epoch == 0"),
)


def test_one_next_step_at_a_time_from_the_question_to_the_player():
    now = Situation(settings={"units_0": 8})
    assert next_step(PAGE, now) == "Answer the question first: what do you expect?"
    now = replace(now, answer=0)
    assert next_step(PAGE, now) == "Set `units` of layer 1 to at least `32`."
    now = replace(now, settings={"units_0": 64}, has_error=True)
    assert "Read the message in red" in next_step(PAGE, now)
    now = replace(now, has_error=False)
    assert next_step(PAGE, now) == "Press **Train**."
    now = replace(now, runs=[replace(RUN, status="running")])
    assert next_step(PAGE, now) == "Wait until the run has ended."
    now = replace(now, runs=[RUN])
    assert "`best_val_loss < 0.2`" in next_step(PAGE, now)
    now = replace(now, runs=[RUN, replace(RUN, numbers={"best_val_loss": 0.1})])
    assert next_step(PAGE, now) == "Move the slider of the gates to epoch 0."
    assert next_step(PAGE, now) is not None
    now = replace(now, epoch=0)
    assert next_step(PAGE, now) is None


def test_every_phrase_stands_in_every_language_with_the_same_values():
    for name, phrase in PHRASES.items():
        assert set(phrase) == set(get_args(Language)), name
    now = Situation(settings={"units_0": 8}, answer=0)
    assert next_step(PAGE, now, "zh") == "把 第 1 层的 `units` 设为至少 `32`。"


def test_the_numbers_of_a_run():
    loss, val_loss = np.array([1.0, 0.5, 0.4]), np.array([1.1, 0.6, np.nan])
    found = numbers.results(
        loss, val_loss, {"forget_bias_0": 1.0}, baseline=("mean", 0.9), scale=2.0
    )
    assert found["best_val_loss"] == 0.6
    assert found["best_epoch"] == 2
    assert "last_val_loss" not in found  # not finite
    assert (found["epochs_trained"], found["last_loss"]) == (3, 0.4)
    assert found["best_rmse"] == pytest.approx(2 * 0.6**0.5)
    # sigmoid(1)^n = 1/2, by hand
    assert (1 / (1 + np.exp(-1.0))) ** found["half_life"] == pytest.approx(0.5)
    assert numbers.results(np.zeros(0), np.zeros(0), {}) == {"epochs_trained": 0.0}


def test_a_text_is_filled_with_the_run_and_the_one_before():
    earlier = replace(RUN, numbers={"best_val_loss": 0.6})
    text = "{best_val_loss}, {best_val_loss vs earlier.best_val_loss}; {units_0} units; {seconds}"
    assert numbers.fill(text, RUN, earlier) == "0.3, 50% below; 32 units; –"
    assert numbers.fill("{last_loss vs last_val_loss} {earlier.last_loss}", RUN) == "– –"
    assert numbers.fill("{best_val_loss vs baseline_loss}", RUN, language="zh") == "低 25%"


def test_a_drawn_curve_is_laid_over_the_epochs_that_came():
    pair = predictions.beside([1.0, 0.0], np.array([1.0, 1.0, 1.0]), 5)
    np.testing.assert_allclose(pair.expected, [1, 0.75, 0.5, 0.25, 0])
    np.testing.assert_array_equal(pair.real[:3], 1)
    assert np.isnan(pair.real[3:]).all()
    words = predictions.curve_sentence(pair)
    assert "ends at 0.5; it ended at 1" in words
    assert "epoch 3: 0.5 drawn, 1 there" in words
    empty = predictions.beside([1.0], np.zeros(0), 1)
    assert "no curve" in predictions.curve_sentence(empty)


@pytest.mark.parametrize(
    ("given", "real", "words"),
    [
        (1.0, 1.02, "as good as equal"),
        (0.5, 0.25, "50% less"),
        (0.2, 0.3, "50% more"),
        (0.1, 0.5, "5 times as much"),
        (0.0, 0.5, "You answered"),
    ],
)
def test_the_difference_of_a_number_in_words(given, real, words):
    assert words in predictions.number_sentence(given, real)


def test_the_difference_of_a_choice_in_words():
    assert predictions.choice_sentence(("a", "b"), 1, 1) == "You expected that."
    assert predictions.choice_sentence(("a", "b"), 0, 1) == "You expected “a”. It was “b”."
    assert predictions.choice_sentence(("a", "b"), 0, None) == "You answered “a”."
