"""Recording, what is said about a recording, and testing live, without a browser."""

import numpy as np
import pytest

from seqlab.data import recordings
from seqlab.experiment import Data, Experiment
from seqlab.ui.draft import dataset_of, take
from tests.sounds import RATE, sound, tone, words
from tests.ui.conftest import new_tab
from tests.ui.test_data_page import messages, opened, uploaded
from tests.ui.test_data_page import words as words_on
from tests.ui.test_lens_page import finished
from tests.ui.test_lens_page import opened as opened_lens


def say(app, word, samples, rate=RATE):
    """Types the word and records a take of it."""
    app.text_input(key="record_word").set_value(word).run()
    (recorder,) = [each for each in app.audio_input if each.key.startswith("record_take")]
    recorder.upload("take.wav", sound(samples, rate), "audio/wav").run()
    assert not app.exception
    return "\n".join([words_on(app), *messages(app)])


@pytest.fixture
def recorder(app):
    app.query_params["data"] = "upload"
    app.run()
    return app


def test_takes_become_a_file_of_the_visitor_that_grows(recorder, store):
    first = say(recorder, "up", tone("up"))
    assert "Take 1 of “up”: 0.80 seconds, 0.4" in first
    assert "So far all takes are of one word, “up”. Record or add takes of another one" in first
    assert recorder.button(key="train").disabled
    before = recorder.session_state["file"]
    assert "So far there is one take of each word" in say(recorder, "down", tone("down"))
    for k in range(1, 4):
        say(recorder, "up", tone("up", seed=k))
        told = say(recorder, "down", tone("down", seed=k))
    assert "Take 4 of “down”" in told
    assert not recorder.button(key="train").disabled
    file = recorder.session_state["file"]
    assert store.about_upload(file)[0] == recordings.NAME
    assert store.about_upload(before) is None  # what it grew out of is gone
    dataset = dataset_of(Data(source="upload", file=file))
    assert dataset.goal.classes == ("down", "up")
    assert len(dataset.x) == 8

    # another tab, as after a reload, goes on where this one was
    again = new_tab()
    again.query_params.update({"data": "upload", "file": file})
    again.run()
    assert [b.label for b in again.button if b.key.startswith("record_go_on")] == [
        "down · 4",
        "up · 4",
    ]
    again.button(key="record_go_on_1").click().run()
    again.button(key="record_undo").click().run()
    assert "up · 3" in [b.label for b in again.button]


@pytest.mark.parametrize(
    ("samples", "rate", "sentence"),
    [
        (np.zeros(RATE), RATE, "it is silent: every sample is 0, as from a microphone"),
        (tone("up", 0.05, silence=0), RATE, "it lasts 0.05 seconds"),
        (np.clip(9 * tone("up"), -1, 1), RATE, "(clipped)"),
        (tone("up", rate=44_100), 44_100, "44,100 samples a second: resampled to 16,000"),
        (np.stack([tone("up")] * 2, axis=1), RATE, "2 channels (stereo): mixed to one"),
    ],
)
def test_what_is_odd_about_a_take_is_said(recorder, samples, rate, sentence):
    assert sentence in say(recorder, "up", samples, rate)


def test_a_take_without_a_word_is_not_kept(recorder):
    assert "Type the word first that you are going to say." in say(recorder, " ", tone("up"))
    assert not recorder.session_state["file"]


def test_a_take_that_cannot_be_used_leaves_the_others(recorder):
    say(recorder, "up", tone("up"))
    file = recorder.session_state["file"]
    assert "cannot be used" in say(recorder, "up", np.zeros(RATE))
    assert recorder.session_state["file"] == file


def test_the_last_take_of_all_can_go(recorder, store):
    say(recorder, "up", tone("up"))
    file = recorder.session_state["file"]
    recorder.button(key="record_undo").click().run()
    assert not recorder.exception
    assert not recorder.session_state["file"]
    assert store.about_upload(file) is None


def test_an_archive_is_shown_as_spectrograms_and_its_features_can_be_changed(app):
    uploaded(app, "words.zip", words(4))
    told = words_on(app)
    assert "8 takes of 2 words: “down” (4) and “up” (4)." in told
    assert "Log-mel features: 40 bands up to 8 kHz, frames of 25 ms every 10 ms" in told
    assert "6 of 8 takes, all from the training part, of 2 of 2 words." in told
    app.number_input(key="reading_hop_ms").set_value(20.0).run()
    app.number_input(key="reading_mel_bands").set_value(24).run()
    assert not app.exception
    told = words_on(app)
    assert "24 bands up to 8 kHz, frames of 25 ms every 20 ms" in told
    assert app.session_state["reading"] == {"hop_ms": 20.0, "mel_bands": 24}
    assert not messages(app)


def test_a_trained_network_says_what_it_hears(app, store):
    file = take(words(4), "words.zip")
    experiment = Experiment(data=Data(source="upload", file=file))
    run = finished(store, experiment)
    app.query_params["run"] = run
    app.run()
    assert not app.exception
    recorder = app.audio_input(key="listen_take")
    recorder.upload("take.wav", sound(tone("up", rate=48_000), 48_000), "audio/wav").run()
    assert not app.exception
    told = words_on(app)
    assert "You said: 0.80 seconds" in told
    assert "48,000 samples a second: resampled to 16,000" in told
    assert "After epoch 5 the network hears “" in told
    app.audio_input(key="listen_take").upload("b.wav", sound(np.zeros(RATE)), "audio/wav").run()
    assert any("it is silent" in message for message in messages(app))
    assert "the network hears" not in words_on(app)


def test_the_data_page_of_a_recording_can_be_opened(app):
    archive = recordings.with_take(None, "up", sound(tone("up")))
    uploaded(app, recordings.NAME, archive)
    assert any("all takes are of one word" in message for message in messages(app))
    opened(app)


def test_the_views_show_a_sound_and_a_frame_of_it_can_be_made_louder(app, store):
    experiment = Experiment(data=Data(source="upload", file=take(words(4), "words.zip")))
    run = finished(store, experiment)
    page = opened_lens(run, "Attribution")
    assert not page.exception
    slider = next(each for each in page.slider if each.label == "Louder by (dB)")
    slider.set_value(20).run()
    assert not page.exception
    assert "With all bands 20 dB louder at step" in words_on(page)
    page = opened_lens(run, "One cell", page)
    assert not page.exception
