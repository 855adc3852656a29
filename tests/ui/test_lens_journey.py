"""The parts of the lens that run in the browser: the player, the cell, the sketch."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from seqlab.experiment import Data, Experiment, Recurrent
from seqlab.inspection.networks import network_of
from seqlab.lens import snapshot
from seqlab.lens.forward import run as traces_of
from seqlab.runs.store import Store
from seqlab.ui.draft import dataset_of
from tests.ui.playground import LONG

UNITS, EPOCHS = 5, (0, 1, 2, 4)
ADDING = Experiment(
    data=Data(source="adding", window=8, samples=50), layers=(Recurrent(units=UNITS),)
)


def weights(epoch: int) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(epoch)
    shapes = {
        "lstm_0/kernel": (2, 4 * UNITS),
        "lstm_0/recurrent_kernel": (UNITS, 4 * UNITS),
        "lstm_0/bias": (4 * UNITS,),
        "head/kernel": (UNITS, 1),
        "head/bias": (1,),
    }
    scale = 0.1 + epoch / 2
    return {n: draw.normal(0, scale, shape).astype(np.float32) for n, shape in shapes.items()}


@pytest.fixture
def run(server) -> str:
    """A finished run, put into the server's store by hand."""
    store = Store(server.home / "home")
    run = store.create(ADDING)
    store.set_status(run, "finished")
    for epoch in EPOCHS:
        store.add_snapshot(run, epoch, snapshot.pack(weights(epoch)))
    store.close()
    return run


def trace(epoch: int):
    dataset = dataset_of(ADDING.data)
    network = network_of(weights(epoch), ADDING, dataset)
    return traces_of(network, dataset.x[dataset.validation[:1]])["lstm_0"]


def test_player_and_cell_show_the_numbers_of_the_run(page: Page, server, run) -> None:
    page.set_default_timeout(30_000)
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket))
    page.goto(f"{server.url}/lens?run={run}")
    player = page.locator(".seqlab-player")
    said, slider = player.locator("output"), player.get_by_role("slider")
    expect(said).to_have_text("Epoch 4", timeout=LONG)

    # The sentence is computed in the browser, from bytes: it must agree with the floats.
    for press, epoch in (("Home", 0), ("ArrowRight", 1), ("End", 4)):
        slider.press(press)
        moment = "Before training" if epoch == 0 else f"Epoch {epoch}"
        expect(said).to_have_text(moment)
        found = trace(epoch)
        share = f"{int(100 * (found.forget_gate > 0.9).mean() + 0.5)}%"
        most = f"{np.abs(found.hidden).max():.2f}"
        sentence = player.locator(".sentence")
        expect(sentence).to_contain_text(f"{moment}.")
        expect(sentence).to_contain_text(f"forget gate f: {share} above 0.9")
        spoken = float(re.search(r"hidden h reaches (\d\.\d+)", sentence.inner_text())[1])
        assert spoken == pytest.approx(float(most), abs=0.011)

    player.get_by_role("button", name="Play").click()
    expect(said).to_have_text("Before training")
    expect(said).to_have_text("Epoch 4", timeout=LONG)
    expect(player.get_by_role("button", name="Play")).to_be_visible()

    # Side by side both epochs are there: the picture of the first epoch does not change.
    alone = pixels(player)
    player.get_by_label("before and after side by side").check()
    both = pixels(player)
    assert both != alone
    slider.press("Home")
    expect(said).to_have_text("Before training")
    assert pixels(player) != both
    slider.press("End")
    player.get_by_label("before and after side by side").uncheck()
    assert pixels(player) == alone

    # The keyboard goes through time; the tip says what is there.
    player.locator("canvas").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    x = dataset_of(ADDING.data)
    value = float(x.x[x.validation[0], 2, 0])
    expect(player.locator(".tip")).to_contain_text("step 3 ·")
    told = re.search(r"value ([\d.e-]+)", player.locator(".tip").inner_text())[1]
    assert float(told) == pytest.approx(value, rel=0.05)

    # A unit that is chosen in the heat maps is the one whose cell is drawn.
    canvas = player.locator("canvas")
    canvas.focus()
    with sockets[-1].expect_event("framesent", lambda sent: b'"unit":1' in sent):
        canvas.press("ArrowUp")
        canvas.press("ArrowUp")
    page.locator(".st-key-lens_view button", has_text="One cell").click()
    cell = page.locator(".seqlab-cell")
    expect(cell.locator("svg.picture")).to_have_attribute(
        "aria-label", re.compile("unit 2 at step 5")
    )
    cell.get_by_role("slider").press("ArrowRight")
    found, t, u = trace(4), 5, 1
    text = cell.locator(".equations").inner_text().replace("−", "-")
    numbers = {
        "i": found.input_gate,
        "f": found.forget_gate,
        "g": found.candidate,
        "o": found.output_gate,
        "h": found.hidden,
    }
    for letter, array in numbers.items():
        (line,) = [line for line in text.splitlines() if line.lstrip("▌").startswith(f"{letter} =")]
        assert float(line.rsplit("= ", 1)[1]) == pytest.approx(float(array[0, t, u]), abs=6e-4)
    sums = re.search(
        r"= ([-\d.]+) × \(?([-\d.]+)\)? \+ ([-\d.]+) × \(?([-\d.]+)\)? = ([-\d.]+)", text
    )
    f, c_before, i, g, c = map(float, sums.groups())
    assert f * c_before + i * g == pytest.approx(c, abs=4e-3)
    assert c == pytest.approx(float(found.cell[0, t, u]), abs=6e-4)


def pixels(player) -> str:
    return player.locator("canvas").evaluate("canvas => canvas.toDataURL()")


def test_every_picture_can_be_kept(page: Page, server, run) -> None:
    page.set_default_timeout(30_000)
    page.goto(f"{server.url}/lens?run={run}")
    expect(page.locator(".seqlab-player output")).to_have_text("Epoch 4", timeout=LONG)
    for view, place in {
        "Gates": ".seqlab-player button.png",
        "One cell": ".seqlab-cell button.png",
        "Statistics": ".seqlab-png >> nth=0",
    }.items():
        page.locator(".st-key-lens_view button", has_text=view).click()
        if view == "Statistics":
            page.wait_for_selector(".st-key-lens_saturation .main-svg")
        with page.expect_download() as download:
            page.locator(place).click()
        assert download.value.suggested_filename.endswith(".png")
        assert download.value.path().read_bytes()[:4] == b"\x89PNG"


def test_a_drawn_line_is_what_the_network_reads(page: Page, server, run) -> None:
    page.set_default_timeout(30_000)
    page.goto(f"{server.url}/lens?run={run}")
    expect(page.locator(".seqlab-player output")).to_have_text("Epoch 4", timeout=LONG)
    page.locator(".st-key-lens_order button", has_text="Custom input").click()
    sketch = page.locator("svg.seqlab-draw-series")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    sketch.hover(position={"x": 3, "y": 2})
    box = sketch.bounding_box()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 2, steps=20)
    page.mouse.up()
    numbers = page.locator(".stTextArea textarea")
    # The upper edge is a quarter of the range above the largest value of the training part.
    expect(numbers).to_have_value(re.compile(r"^(1\.2\d*, ){7}1\.2\d*$"))
