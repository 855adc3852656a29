"""The playground page as a visitor uses it, for tests in a real browser."""

import re
import time
from contextlib import suppress
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NotInTime

LONG = 180_000  # milliseconds: a first training may wait for TensorFlow to warm up


class Playground:
    """What a visitor can do and see, in words."""

    def __init__(self, page: Page, url: str | None = None) -> None:
        self.page = page
        page.set_default_timeout(30_000)
        if url is not None:  # otherwise the page is open
            self.open(url)

    def open(self, url: str) -> None:
        self.page.goto(url)
        expect(self.part("train").get_by_role("button")).to_be_visible(timeout=LONG)

    def part(self, key: str):
        return self.page.locator(f".st-key-{key}")

    def choose(self, key: str, option: str) -> None:
        box = self.part(key).get_by_role("combobox")
        box.click()
        box.fill(option)  # a long list draws only a part of its options
        self.page.get_by_role("option", name=option, exact=True).click()

    def enter(self, key: str, value: object) -> None:
        box = self.part(key).locator("input")
        box.fill(str(value))
        box.press("Enter")

    def upload(self, name: str, content: bytes) -> None:
        file = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.part("upload").locator("input[type=file]").set_input_files(file)

    def click(self, key: str) -> None:
        button = self.part(key).get_by_role("button")
        expect(button).to_be_enabled()
        button.click()

    def expect_status(self, words: str, timeout: float = LONG) -> None:
        expect(self.part("status")).to_contain_text(re.compile(words), timeout=timeout)

    def epoch_told(self) -> int:
        """The epoch that the status names; -1 while it names none."""
        found = re.search(r"(?:[Ee]poch|after|Finished:) (\d+)", self.part("status").inner_text())
        return int(found[1]) if found else -1

    def epochs_drawn(self) -> int:
        """The last epoch of the curve; of a long run some before it are left out."""
        script = "e => e._fullData?.[0]?.x?.at(-1) ?? 0"
        chart = self.part("loss_chart").locator(".js-plotly-plot")
        return chart.evaluate(script) if chart.count() else 0

    def gates(self, when: str) -> str:
        """The picture of the gates at that epoch, as the browser has drawn it."""
        player = self.part("gate_chart").locator(".seqlab-player")
        expect(player.get_by_text(re.compile(rf"^{when}\."))).to_be_visible(timeout=LONG)
        return player.locator("canvas").evaluate("e => e.toDataURL()")

    def gates_in_words(self, when: str) -> str:
        """What is said of the gates at that epoch; the picture's scale follows later epochs too."""
        player = self.part("gate_chart").locator(".seqlab-player")
        sentence = player.get_by_text(re.compile(rf"^{when}\."))
        expect(sentence).to_be_visible(timeout=LONG)
        return sentence.inner_text()

    def stop_if_it_trains(self) -> None:
        """Leaves the worker to the next test, also after a failure."""
        button = self.part("stop").get_by_role("button")
        end = time.monotonic() + LONG / 1000
        while button.count() and button.is_enabled():
            assert time.monotonic() < end, "the run does not stop"
            # It may end by itself in this moment; a busy machine may not come to the click in time.
            with suppress(NotInTime, AssertionError):
                button.click(timeout=5000)
                expect(button).to_be_disabled(timeout=15_000)

    def run(self) -> str | None:
        """The run that the URL names."""
        return parse_qs(urlparse(self.page.url).query).get("run", [None])[0]

    def rmse(self) -> float:
        words = self.part("prediction_chart").get_by_text("RMSE").inner_text()
        return float(re.search(r"RMSE ([\d.]+)", words)[1])

    def slide(self, key: str, name: str, press: str) -> None:
        slider = self.part(key).get_by_role("slider", name=name)
        slider.focus()
        slider.press(press)

    def wait_until(self, condition, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "waited too long"
            self.page.wait_for_timeout(50)

    def train(self) -> str:
        """Presses Train; returns the new run once the URL names it."""
        before = self.run()
        self.click("train")
        self.wait_until(lambda: self.run() not in (None, before))
        return self.run()


def prepare_long_run(playground: Playground) -> None:
    """Settings of a run that no machine finishes during a test."""
    playground.choose("data", "Adding problem")
    expect(playground.part("network")).to_contain_text(", 2)")
    playground.enter("window", 60)
    expect(playground.part("network")).to_contain_text("(None, 60, 2)")
    playground.enter("epochs", 9999)
    expect(playground.page).to_have_url(re.compile("epochs=9999"))


def train_long(playground: Playground) -> str:
    """Starts the run with these settings; returns it once it trains."""
    run = playground.train()
    playground.expect_status(r"Epoch \d+ of 9999")
    return run


def start_long_run(playground: Playground) -> str:
    """A run that trains for longer than any test."""
    prepare_long_run(playground)
    return train_long(playground)
