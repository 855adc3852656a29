"""The main journeys, in a real browser, against the real server and training pool."""

import re
import signal
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from seqlab.runs.store import Store
from tests.ui.playground import Playground, prepare_long_run, start_long_run, train_long

SUNSPOTS = Path(__file__).parents[2] / "seqlab/data/bundled/sunspots_yearly.csv"
XRANGE = "e => e.layout.xaxis.range"


@pytest.fixture
def visit(new_context, server):
    """Opens the playground as another visitor, in a browser of their own."""
    with ExitStack() as afterwards:

        def begin(url: str = server.url) -> Playground:
            playground = Playground(new_context().new_page(), url)
            afterwards.callback(playground.stop_if_it_trains)
            return playground

        yield begin


@pytest.fixture
def playground(visit):
    return visit()


def test_upload_train_beat_persistence_and_look_inside(playground, visit):
    playground.choose("data", "My own file or voice (CSV, text, NumPy, sound)")
    playground.upload("my sunspots.csv", SUNSPOTS.read_bytes())
    expect(playground.part("preview")).to_contain_text("sunspots")
    playground.choose("cell_0", "LSTM")
    playground.enter("units_0", 32)
    expect(playground.part("network")).to_contain_text("LSTM(32)")
    expect(playground.part("network")).to_contain_text("4 × (32 × (32 + 1) + 32) = 4,352")
    playground.enter("epochs", 300)
    playground.click("train")

    # The curve grows on one and the same chart.
    playground.wait_until(lambda: playground.epochs_drawn() > 0, seconds=120)
    chart = playground.part("loss_chart").locator(".js-plotly-plot").element_handle()
    playground.expect_status(r"Finished: 300 epochs")
    playground.wait_until(lambda: playground.epochs_drawn() == 300)
    trained = playground.gates("Epoch 300")
    assert chart.evaluate("e => e.isConnected"), "the chart was built anew"

    # It beats persistence, whose RMSE is 33.3; the best rule stands beside it.
    expect(playground.part("prediction_chart")).to_contain_text("linear autoregression (19.98)")
    assert playground.rmse() < 28

    # The gates of another epoch are other gates, and the prediction is the one of that epoch.
    playground.slide("gate_chart", "Epoch of the weights", "Home")
    assert playground.gates("Before training") != trained
    expect(playground.part("prediction_chart")).to_contain_text("Before training")
    assert playground.rmse() > 33
    playground.slide("gate_chart", "Epoch of the weights", "End")
    assert playground.gates("Epoch 300") == trained

    # The best epoch is one click away.
    status = playground.part("status").inner_text()
    best = re.search(r"best val_loss [\d.]+ in epoch (\d+)", status)[1]
    playground.part("gate_chart").get_by_role("button", name="Best epoch").click()
    assert playground.gates(f"Epoch {best}") != trained
    expect(playground.part("prediction_chart")).to_contain_text(f"After epoch {best}:")

    # A reload, and somebody else's browser, show the same run.
    playground.page.reload()
    playground.expect_status("Finished: 300 epochs")
    assert playground.gates("Epoch 300") == trained
    other = visit(playground.page.url)
    other.expect_status("Finished: 300 epochs")
    assert other.gates("Epoch 300") == trained
    expect(other.part("units_0").locator("input")).to_have_value("32")


def test_a_zoom_survives_new_epochs(playground):
    start_long_run(playground)
    chart = playground.part("loss_chart").locator(".js-plotly-plot")
    playground.wait_until(lambda: playground.epochs_drawn() > 2)
    element = chart.element_handle()
    field, mouse = chart.locator(".nsewdrag").first, playground.page.mouse
    field.hover(position={"x": 20, "y": 20})
    box = field.bounding_box()
    mouse.down()
    mouse.move(box["x"] + 120, box["y"] + box["height"] - 20, steps=5)
    mouse.up()
    playground.wait_until(lambda: chart.evaluate(XRANGE)[1] < 9999)
    zoomed = chart.evaluate(XRANGE)
    seen = playground.epochs_drawn()
    playground.wait_until(lambda: playground.epochs_drawn() > seen + 3)
    assert chart.evaluate(XRANGE) == zoomed
    assert element.evaluate("e => e.isConnected"), "the chart was built anew"
    playground.click("stop")
    playground.expect_status("Stopped after")


# By the clock of the browser, which is that of the server: both are on this machine.
WATCH_STOP = """() => {
  const seen = window.seen = {}
  const note = (event) => {
    if (event.target.closest(".st-key-stop")) seen.click = Date.now() / 1000
  }
  addEventListener("click", note, {capture: true})
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".st-key-status")?.textContent.includes("Stopped after")) return
    seen.end = Date.now() / 1000
    removeEventListener("click", note, {capture: true})
    observer.disconnect()
  }).observe(document.body, {subtree: true, childList: true, characterData: true})
}"""


def test_stop_acts_within_a_second_and_keeps_the_weights(playground, server):
    def seconds_to_stop():
        """From the click until the run has ended, and until the page says so."""
        run = train_long(playground)
        playground.page.evaluate(WATCH_STOP)
        playground.click("stop")
        playground.expect_status("Stopped after")
        seen = playground.page.evaluate("window.seen")
        with closing(Store(server.home / "home")) as store:
            return store.get(run).ended - seen["click"], seen["end"] - seen["click"]

    prepare_long_run(playground)
    slow = []
    for _ in range(3):  # more than one, should another process have taken the machine during it
        ended, told = seconds_to_stop()
        if ended < 1 and told < 2.5:  # the next tick, and the browser's own time
            break
        slow.append((ended, told))
    assert len(slow) < 3, slow
    assert playground.gates(r"Epoch \d+")
    expect(playground.part("stop").get_by_role("button")).to_be_disabled()


def test_the_gates_of_an_early_epoch_stay_while_the_run_goes_on(playground):
    start_long_run(playground)
    playground.wait_until(lambda: playground.epochs_drawn() > 2)
    playground.slide("gate_chart", "Epoch of the weights", "Home")
    before = playground.gates_in_words("Before training")
    seen = playground.epochs_drawn()
    playground.wait_until(lambda: playground.epochs_drawn() > seen + 3)
    assert playground.gates_in_words("Before training") == before
    expect(playground.part("prediction_chart")).to_contain_text("Before training")
    playground.click("stop")
    playground.expect_status("Stopped after")


def test_pause_step_another_rate_and_more_epochs(playground):
    start_long_run(playground)
    playground.click("pause")
    playground.expect_status(r"Paused after epoch \d+ of 9999")
    paused = playground.epoch_told()
    playground.page.reload()
    playground.expect_status(f"Paused after epoch {paused} of 9999")
    playground.click("step")
    playground.wait_until(lambda: playground.epoch_told() == paused + 1)
    playground.expect_status(f"Paused after epoch {paused + 1} of 9999")
    playground.enter("new_rate", 0.002)
    expect(playground.part("pause")).to_contain_text("Resume")
    playground.click("pause")
    playground.expect_status(r"Epoch \d+ of 9999")
    playground.wait_until(lambda: playground.epoch_told() > paused + 2)
    playground.click("stop")
    playground.expect_status("Stopped after")
    stopped = playground.epoch_told()
    playground.click("more_epochs")
    playground.expect_status(f"Finished: {stopped + 20} epochs")
    playground.click("history")
    history = playground.page.get_by_test_id("stPopoverBody")
    for words in (
        f"Paused after epoch {paused}",
        "Learning rate 0.002",
        f"until epoch {stopped + 20}",
    ):
        expect(history).to_contain_text(words)


def test_a_reload_in_mid_training_shows_the_run_live(playground):
    start_long_run(playground)
    playground.page.reload()
    playground.expect_status(r"Epoch \d+ of 9999")
    seen = playground.epochs_drawn()
    playground.wait_until(lambda: playground.epochs_drawn() > seen)
    playground.click("stop")
    playground.expect_status("Stopped after")


def test_two_train_at_once_and_a_third_waits(visit):
    pages = [visit() for _ in range(3)]
    for page in pages[:2]:
        start_long_run(page)
    pages[2].click("train")
    pages[2].expect_status("number 1 in the queue")
    before = [page.epochs_drawn() for page in pages[:2]]
    for page, seen in zip(pages[:2], before, strict=True):
        page.wait_until(lambda page=page, seen=seen: page.epochs_drawn() > seen)
    pages[0].click("stop")
    pages[2].expect_status("Finished: 40 epochs")
    pages[1].click("stop")
    pages[1].expect_status("Stopped after")


def test_the_wrong_return_sequences_is_explained_and_fixed(playground):
    playground.click("add_layer")
    expect(playground.part("findings")).to_contain_text("hands over only its last state")
    expect(playground.part("train").get_by_role("button")).to_be_disabled()
    playground.click("fix_0")
    expect(playground.part("findings")).not_to_contain_text("hands over")
    expect(playground.part("network")).to_contain_text("(None, 22, 16)")
    playground.enter("epochs", 3)
    playground.click("train")
    playground.expect_status("Finished: 3 epochs")


def test_bad_files_get_a_sentence_and_nothing_is_lost(playground):
    playground.enter("epochs", 5)
    playground.click("train")
    playground.expect_status("Finished: 5 epochs")
    playground.choose("data", "My own file or voice (CSV, text, NumPy, sound)")
    for name, content, sentence in (
        ("empty.csv", b"", "is empty"),
        ("binary.csv", bytes(range(256)) * 20, "binary data"),
        ("words.csv", b"name,colour\nann,red\nbob,blue\n", "no column of numbers"),
    ):
        playground.upload(name, content)
        expect(playground.part("findings")).to_contain_text(sentence)
        playground.expect_status("Finished: 5 epochs")
        expect(playground.part("epochs").locator("input")).to_have_value("5")
    playground.upload("short.csv", b"t,v\n" + b"".join(b"%d,%d\n" % (i, i) for i in range(15)))
    expect(playground.part("findings")).to_contain_text("longest that fits is 11")
    playground.click("fix_0")
    expect(playground.part("window").locator("input")).to_have_value("2")
    playground.train()
    playground.expect_status("Finished: 5 epochs")


def test_a_dead_worker_fails_its_run_in_words_and_the_next_one_works(playground, server):
    start_long_run(playground)
    for worker in server.workers():
        worker.send_signal(signal.SIGKILL)
    playground.expect_status("worker process died")
    playground.enter("epochs", 3)
    playground.click("train")
    playground.expect_status("Finished: 3 epochs")


def test_a_nan_loss_is_told_and_the_next_training_works(playground):
    playground.choose("optimizer", "SGD")
    playground.choose("cell_0", "SimpleRNN")
    playground.enter("learning_rate", 10)
    playground.enter("epochs", 200)
    playground.click("train")
    playground.expect_status("Diverged in epoch")
    playground.enter("learning_rate", 0.01)
    playground.enter("epochs", 3)
    playground.click("train")
    playground.expect_status("Finished: 3 epochs")


def test_back_returns_to_the_settings_before(playground):
    playground.enter("units_0", 24)
    expect(playground.page).to_have_url(re.compile("units_0=24"))
    playground.enter("units_0", 8)
    expect(playground.page).to_have_url(re.compile("units_0=8"))
    playground.page.go_back()  # at once
    expect(playground.part("units_0").locator("input")).to_have_value("24")
    expect(playground.part("network")).to_contain_text("LSTM(24)")
    playground.page.go_forward()
    expect(playground.part("units_0").locator("input")).to_have_value("8")
    expect(playground.part("network")).to_contain_text("LSTM(8)")


def test_another_page_and_back_loses_nothing(playground):
    playground.enter("units_0", 9)
    expect(playground.part("network")).to_contain_text("LSTM(9)")
    playground.choose("data", "Noisy sine")
    expect(playground.page).to_have_url(re.compile("data=sine"))  # its own window came with it
    playground.enter("window", 17)
    for name in ("Data", "Runs"):
        playground.page.get_by_role("link", name=name, exact=True).click()
        expect(playground.page.get_by_role("heading", name=name)).to_be_visible()
        playground.page.get_by_role("link", name="Playground", exact=True).click()
        expect(playground.part("units_0").locator("input")).to_have_value("9")
        expect(playground.part("window").locator("input")).to_have_value("17")
        expect(playground.part("network")).to_contain_text("(None, 17, 1)")
        expect(playground.page).to_have_url(re.compile("units_0=9"))
