"""Record words with the microphone, train on them, say one: in a real browser.

Chromium's microphone plays a file, which espeak-ng writes anew before each take.
"""

import io
import os
import re
import shutil
import subprocess

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect

from tests.ui.playground import Playground
from tests.ui.test_accessibility import violations

TAKES = ((120, 35), (150, 50), (180, 65))  # words a minute, pitch


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    """Lets somebody say a word into the microphone; its file is the microphone's."""
    if shutil.which("espeak-ng") is None:
        reason = "no espeak-ng on this machine (apt-get install espeak-ng)"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI this test must run")
        pytest.skip(reason)
    microphone = tmp_path_factory.mktemp("microphone") / "microphone.wav"

    def say(word: str, speed: int = 150, pitch: int = 50):
        """A quarter of a second of silence, the word, and silence: Chromium repeats the file."""
        command = ["espeak-ng", "-s", str(speed), "-p", str(pitch), "--stdout", word]
        spoken = subprocess.run(command, check=True, capture_output=True).stdout
        samples, rate = soundfile.read(io.BytesIO(spoken))
        parts = [np.zeros(rate // 4), samples, np.zeros(30 * rate)]
        new = microphone.with_suffix(".new.wav")
        soundfile.write(new, np.concatenate(parts), rate)
        new.replace(microphone)  # whole at once: Chromium reads it when a recording begins
        return microphone

    return say


@pytest.fixture
def page(playwright, browser_type_launch_args, voice):
    """A browser with a microphone of its own; it may use it without a question."""
    flags = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={voice('yes')}",
    ]
    arguments = [*browser_type_launch_args["args"], *flags]
    browser = playwright.chromium.launch(**{**browser_type_launch_args, "args": arguments})
    size = {"width": 1440, "height": 900}
    yield browser.new_context(viewport=size, permissions=["microphone"]).new_page()
    browser.close()


def record(playground: Playground, where: str) -> None:
    """Presses record, lets a second and a half pass, and presses stop."""
    place = playground.part(where)
    button = place.get_by_test_id("stAudioInputActionButton").first
    expect(button).to_be_enabled()
    button.click()
    clock = place.get_by_test_id("stAudioInputWaveformTimeCode")
    expect(clock).to_have_text("00:01")  # of sound that has arrived, however busy the machine is
    playground.page.wait_for_timeout(500)
    place.get_by_test_id("stAudioInputActionButton").first.click()


def test_two_words_are_recorded_trained_on_and_understood(page, server, voice):
    playground = Playground(page, f"{server.url}/?data=upload")
    page.get_by_text("Record words with the microphone").click()
    for word in ("yes", "no"):
        playground.enter("record_word", word)
        expect(playground.part("record")).to_contain_text(f"Say “{word}”")
        for number, (speed, pitch) in enumerate(TAKES, 1):
            voice(word, speed, pitch)
            record(playground, "record")
            said = re.compile(rf"Take {number} of “{word}”: \d\.\d\d seconds, 0\.[2-9]\d of them")
            expect(playground.part("record_said")).to_contain_text(said)
        if word == "yes":
            expect(playground.part("findings")).to_contain_text("all takes are of one word, “yes”")
    found = violations(page, "train, with the recorder")

    # What was recorded is there after a reload, as an uploaded file.
    expect(page).to_have_url(re.compile("file="))
    page.reload()
    expect(playground.part("record_words")).to_contain_text("yes · 3")
    expect(playground.part("record_words")).to_contain_text("no · 3")

    playground.enter("epochs", 80)
    playground.train()
    playground.expect_status("Finished: 80 epochs")
    for word in ("no", "yes"):
        voice(word, 165, 45)  # as it was never said before
        record(playground, "listen_take")
        answer = playground.part("listen_answer")
        expect(answer).to_contain_text(f"the network hears “{word}”")
    expect(playground.part("listen_spectrogram").locator(".js-plotly-plot")).to_be_visible()
    found += violations(page, "train, with a word that was said")
    # Streamlit's own upload box, which stood here before, has a role that contradicts its tabindex.
    ours = [each for each in found if "stFileUploaderDropzone" not in each]
    assert not ours, "\n".join(ours)


def test_without_a_microphone_it_is_said(new_context, server):
    """The browser of the other tests has none."""
    page = new_context().new_page()
    playground = Playground(page, f"{server.url}/?data=upload")
    page.get_by_text("Record words with the microphone").click()
    sentence = re.compile("No microphone was found|may not use the microphone")
    expect(playground.part("record_microphone")).to_contain_text(sentence)
