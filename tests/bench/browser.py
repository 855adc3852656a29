"""How quickly the page answers, in a real browser: `python -m tests.bench.browser
[REPEATS [PART ...]]`, with the parts visit, train, inspect, pages and long; all if none is named.

Medians and worst of each: a click on Train until the first loss is drawn (a program that is kept;
one that must be compiled), a changed number until the picture of the network has it, a view of
Inspect, a change of page; the first visit's bytes and the time until a chart is there; how far the
layout jumps (cumulative layout shift) over open, train, and findings, and over changes of page; of
`IN_A_ROW` runs how far the slowest is from the median; what a look at a run of `LONG_RUN` epochs
sends.
"""

import base64
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from seqlab.ui.inspect import VIEWS
from seqlab.ui.playground.earlier import LOSS_PLOT
from tests.ui.conftest import chromium, running
from tests.ui.playground import Playground

SIZE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
IN_A_ROW = 40  # runs, none of which shall take more than three times the median
LONG_RUN = 10_000  # epochs
HEAD = "| what | median ms | worst ms |\n|--|--|--|"
PAGES = ("Data", "Inspect", "Runs", "Playground")
SHIFTS = """() => {
  window.seqlabShift = 0
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.seqlabShift += each.value
  }).observe({ type: "layout-shift", buffered: true })
}"""
# Resolved in the page itself: the way through Playwright does not count. What held before the click
# would measure nothing. That a script runs is not waited for: of a short one the page may never say
# so, if it gets its beginning and its end together.
UNTIL = """async ([script, place, key]) => {
  const holds = new Function(`return ${script}`)
  const next = () => new Promise((done) => setTimeout(done, 4))
  const element = document.querySelector(place)
  if (holds()) throw new Error(`holds already: ${script}`)
  const start = performance.now()
  if (key) element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))
  else element.click()
  while (!holds()) {
    await next()
    if (performance.now() - start > 20000) throw new Error(`does not hold after 20 s: ${script}`)
  }
  return performance.now() - start
}"""
DRAWN = "document.querySelector('.st-key-loss_chart .js-plotly-plot')?._fullData?.[0]?.x?.length"
ENDED = "document.querySelector('[data-test-script-state=notRunning]')"
# Of what is drawn later than its script has ended: the charts in sight (`chart.js` draws those that
# one must scroll to when the browser is idle), and the canvas of the gates.
PICTURES = (
    "![...document.querySelectorAll('.seqlab-chart:not(.js-plotly-plot),"
    " [data-testid=stSkeleton]')].some((e) => e.getBoundingClientRect().top <= innerHeight)"
)
# Each view begins with its own; only Python writes them.
CAPTIONS = (
    "[...document.querySelectorAll('[data-testid=stCaptionContainer]')]"
    ".map((caption) => caption.textContent).join()"
)


def until(page: Page, script: str, place: str, key: str = "") -> float:
    """Milliseconds from a click, or a key in a field, until a script gives something true."""
    return page.evaluate(UNTIL, [script, place, key])


def first_loss(page: Page, playground: Playground) -> float:
    """A click on Train until the chart shows a loss of the new run."""
    before = playground.run()
    page.evaluate("document.querySelector('.st-key-loss_chart .js-plotly-plot')._fullData = []")
    script = f"!location.search.includes({before!r}) && {DRAWN} > 0"
    took = until(page, script, ".st-key-train button")
    playground.expect_status("Finished")
    page.wait_for_timeout(300)
    return took


def knob(page: Page, playground: Playground, units: int) -> float:
    """A number until the picture of the network has it."""
    field = ".st-key-units_0 input"
    playground.part("units_0").locator("input").fill(str(units))
    has = f"document.querySelector('.st-key-network').textContent.includes('LSTM({units})')"
    took = until(page, has, field, "Enter")
    page.wait_for_timeout(300)
    return took


def first_visit(browser: Browser, url: str) -> tuple[float, float, float]:
    """Megabytes, milliseconds until a chart is drawn, and the shift of the layout."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.add_init_script(f"({SHIFTS})()")
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    start = time.perf_counter()
    page.goto(url)
    page.wait_for_function(f"{DRAWN} !== undefined")
    took = 1000 * (time.perf_counter() - start)
    page.wait_for_timeout(2000)
    shift = page.evaluate("window.seqlabShift")
    context.close()
    return sum(sizes) / 1e6, took, shift


def say(name: str, measure: Callable[[], float], repeats: int) -> list[float]:
    values = [measure() for _ in range(repeats)]
    print(f"| {name} | {statistics.median(values):.0f} | {max(values):.0f} |", flush=True)
    return values


def change_page(page: Page, name: str) -> float:
    """A click on a page of the menu until it is there with its title and its pictures."""
    link = page.locator("header").get_by_role("link", name=name, exact=True)
    title = "Recurrent network playground" if name == "Playground" else name
    titled = f"document.querySelector('h1')?.textContent.includes({title!r})"
    return _marked(page, link, f"{titled} && {ENDED} && {PICTURES}")


def _marked(page: Page, target: Locator, script: str) -> float:
    """`until` after a click on what Playwright has found."""
    target.evaluate("e => e.setAttribute('data-next', '')")
    took = until(page, script, "[data-next]")
    page.evaluate("document.querySelectorAll('[data-next]').forEach((e) => delete e.dataset.next)")
    page.wait_for_timeout(600)
    return took


def sent_at_a_look(browser: Browser, url: str) -> tuple[float, float]:
    """Kilobytes that the server sends between two looks at the last fifth of a long run, medians.

    All of them, and those of the loss chart.
    """
    page = browser.new_context(viewport=SIZE).new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    frames: list[bytes] = []
    session.on(
        "Network.webSocketFrameReceived",
        lambda event: frames.append(base64.b64decode(event["response"]["payloadData"])),
    )
    playground = Playground(page, f"{url}?cell_0=SimpleRNN&units_0=1&window=4&epochs={LONG_RUN}")
    playground.train()
    looks: list[tuple[int, int]] = []
    while (done := playground.epoch_told()) < LONG_RUN:
        frames.clear()
        playground.wait_until(lambda done=done: playground.epoch_told() != done, seconds=60)
        if done > 0.8 * LONG_RUN:
            of_loss = [len(frame) for frame in frames if LOSS_PLOT.encode() in frame]
            looks.append((sum(map(len, frames)), sum(of_loss)))
    page.context.close()
    if not looks:
        return math.nan, math.nan
    both = [statistics.median(each) / 1000 for each in zip(*looks, strict=True)]
    return both[0], both[1]


def shifts_on_a_phone(browser: Browser, url: str) -> float:
    """The shift of the layout over open, train and findings, where all stands in one column."""
    page = browser.new_context(viewport=PHONE).new_page()
    page.add_init_script(f"({SHIFTS})()")
    playground = Playground(page, url)
    playground.train()
    playground.expect_status("Finished")
    page.wait_for_timeout(1000)
    shift = page.evaluate("window.seqlabShift")
    page.context.close()
    return shift


def visits(browser: Browser, url: str, _: int) -> None:
    """First visits, and the shift of the layout until a first run has ended."""
    each = [first_visit(browser, url) for _ in range(3)]
    size, took, shift = (statistics.median(values) for values in zip(*each, strict=True))
    print(f"first visit: {size:.2f} MB, a chart after {took:.0f} ms, shift {shift:.3f}")
    page, _run = _trained(browser, url)
    shifted = page.evaluate("window.seqlabShift")
    print(f"layout shift over open, train and findings: {shifted:.3f}")
    page.context.close()
    phone = shifts_on_a_phone(browser, url)
    print(f"the same at {PHONE['width']}x{PHONE['height']}: {phone:.3f}")


def trains(browser: Browser, url: str, repeats: int) -> None:
    """From Train to the first loss, and from a number to the picture."""
    page, _run = _trained(browser, url)
    playground = Playground(page)
    print(HEAD)
    runs = max(repeats, IN_A_ROW if repeats >= 20 else 0)
    again = say("Train again, kept program", lambda: first_loss(page, playground), runs)
    fresh = iter(range(17, 200))

    def looked_at(seconds: float) -> float:
        playground.enter("units_0", next(fresh))
        page.wait_for_timeout(1000 * seconds)
        return first_loss(page, playground)

    say("Train, new program, at once", lambda: looked_at(0.3), min(repeats, 5))
    say("Train, new program, looked at for 3 s", lambda: looked_at(3), min(repeats, 5))
    say("a number to the picture", lambda: knob(page, playground, next(fresh)), repeats)
    print(f"slowest of {len(again)} runs: {max(again) / statistics.median(again):.1f} x median")
    page.context.close()


def inspects(browser: Browser, url: str, repeats: int) -> None:
    """The views of Inspect."""
    page, run = _trained(browser, url)
    page.goto(f"{url}/lens?run={run}")
    page.get_by_role("radio", name="Gates", exact=True).wait_for()
    page.wait_for_timeout(1500)
    views = [name for name, view in VIEWS.items() if not view.of_texts]
    print(HEAD)
    for view in views[1:]:
        say(f"Inspect: {view}", lambda view=view: look_at(page, views[0], view), repeats)
    page.context.close()


def changes_of_page(browser: Browser, url: str, repeats: int) -> None:
    """From page to page, after each has been there once."""
    page, _run = _trained(browser, url)
    page.evaluate("window.seqlabShift = 0")
    for name in PAGES:
        change_page(page, name)  # its scripts are fetched
    print(f"layout shift over changes of page: {page.evaluate('window.seqlabShift'):.3f}")
    print(HEAD)
    for name in PAGES:
        say(f"to the page {name}", lambda name=name: _there(page, name), repeats)
    page.context.close()


def long_run(browser: Browser, url: str, _: int) -> None:
    """What a look at a long run sends."""
    whole, of_loss = sent_at_a_look(browser, url)
    print(f"a look at a long run: {whole:.0f} kB, of these the loss chart {of_loss:.0f} kB")


PARTS = {
    "visit": visits,
    "train": trains,
    "inspect": inspects,
    "pages": changes_of_page,
    "long": long_run,
}


def main(repeats: int, parts: Sequence[str]) -> None:
    with (
        tempfile.TemporaryDirectory() as home,
        running(Path(home), SEQLAB_NICE="10") as server,  # as a server has it, unlike tests
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        _wait_for_workers(browser, server.url)
        for name in parts:
            PARTS[name](browser, server.url, repeats)
        browser.close()


def _wait_for_workers(browser: Browser, url: str) -> None:
    """Comes back when TensorFlow is warm, which takes both cores of a small machine for a while."""
    page = browser.new_context(viewport=SIZE).new_page()
    while True:
        playground = Playground(page, url)
        playground.expect_status("TensorFlow is warming up|Once you press")
        if "warming" not in playground.part("status").inner_text():
            break
        page.wait_for_timeout(1000)
    page.context.close()


def _trained(browser: Browser, url: str) -> tuple[Page, str]:
    """A tab with the playground on which a first run has ended, and that run."""
    page = browser.new_context(viewport=SIZE).new_page()
    page.add_init_script(f"({SHIFTS})()")
    playground = Playground(page, url)
    run = playground.train()
    playground.expect_status("Finished")
    page.wait_for_timeout(1000)
    return page, run


def _there(page: Page, name: str) -> float:
    """A change to a page from another one."""
    change_page(page, "Examples")
    return change_page(page, name)


def look_at(page: Page, home: str, view: str) -> float:
    """A click on a view until all of it is drawn."""
    took = math.nan
    for name in (home, view):
        radio = page.get_by_role("radio", name=name, exact=True)
        if radio.is_checked():
            continue  # a click on it would run no script
        other = f"{CAPTIONS} !== {json.dumps(page.evaluate(CAPTIONS))}"
        took = _marked(page, radio, f"{other} && {ENDED} && {PICTURES}")
    return took


if __name__ == "__main__":
    repeats, *chosen = sys.argv[1:] or ["20"]
    main(int(repeats), chosen or list(PARTS))
