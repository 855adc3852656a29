"""How quickly the page answers, in a real browser: `python -m tests.bench.browser [REPEATS]`.

Medians and worst of each: a click on Train until the first loss is drawn (a program that is kept;
one that must be compiled), a changed number until the picture of the network has it, a view of
Inspect, a change of page; the first visit's bytes and the time until a chart is there; how far the
layout jumps (cumulative layout shift) over open, train, and findings.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from seqlab.ui.inspect import TEXT, VIEWS
from tests.ui.conftest import chromium, running
from tests.ui.playground import Playground

SIZE = {"width": 1440, "height": 900}
SHIFTS = """() => {
  window.seqlabShift = 0
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.seqlabShift += each.value
  }).observe({ type: "layout-shift", buffered: true })
}"""
# Resolved in the page itself, so that the way through Playwright does not count.
UNTIL = """async ([script, clicked]) => {
  const holds = new Function(`return ${script}`)
  const start = performance.now()
  document.querySelector(clicked)?.click()
  while (!holds()) await new Promise((done) => setTimeout(done, 4))
  return performance.now() - start
}"""
DRAWN = "document.querySelector('.st-key-loss_chart .js-plotly-plot')?._fullData?.[0]?.x?.length"


def until(page: Page, script: str, click: str) -> float:
    """Milliseconds from a click until a script gives something true."""
    return page.evaluate(UNTIL, [script, click])


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
    box = playground.part("units_0").locator("input")
    box.fill(str(units))
    start = time.perf_counter()
    box.press("Enter")
    page.wait_for_function(
        f"document.querySelector('.st-key-network').textContent.includes('LSTM({units})')"
    )
    return 1000 * (time.perf_counter() - start)


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


def say(name: str, measure: Callable[[], float], repeats: int) -> None:
    values = [measure() for _ in range(repeats)]
    print(f"| {name} | {statistics.median(values):.0f} | {max(values):.0f} |", flush=True)


def main(repeats: int) -> None:
    with (
        tempfile.TemporaryDirectory() as home,
        running(Path(home)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        visits = [first_visit(browser, server.url) for _ in range(3)]
        size, took, shift = (statistics.median(each) for each in zip(*visits, strict=True))
        print(f"first visit: {size:.2f} MB, a chart after {took:.0f} ms, shift {shift:.3f}")
        context = browser.new_context(viewport=SIZE)
        page = context.new_page()
        page.add_init_script(f"({SHIFTS})()")
        playground = Playground(page, server.url)
        run = playground.train()
        playground.expect_status("Finished")
        page.wait_for_timeout(1000)
        shifted = page.evaluate("window.seqlabShift")
        print(f"layout shift over open, train and findings: {shifted:.3f}")
        print("| what | median ms | worst ms |\n|--|--|--|")
        say("Train again, kept program", lambda: first_loss(page, playground), repeats)
        fresh = iter(range(17, 200))

        def looked_at(seconds: float) -> float:
            playground.enter("units_0", next(fresh))
            page.wait_for_timeout(1000 * seconds)
            return first_loss(page, playground)

        say("Train, new program, at once", lambda: looked_at(0.3), min(repeats, 5))
        say("Train, new program, looked at for 3 s", lambda: looked_at(3), min(repeats, 5))
        say("a number to the picture", lambda: knob(page, playground, next(fresh)), repeats)
        page.goto(f"{server.url}/lens?run={run}")
        page.get_by_role("radio", name="Gates", exact=True).wait_for()
        page.wait_for_timeout(1500)
        views = [view for view in VIEWS if view != TEXT]
        for view in views[1:]:
            say(f"Inspect: {view}", lambda view=view: look_at(page, views[0], view), repeats)
        browser.close()


def look_at(page: Page, home: str, view: str) -> float:
    """A click on a view until the script has ended that draws it."""
    for name in (home, view):
        button = page.get_by_role("radio", name=name, exact=True)
        start = time.perf_counter()
        button.click()
        page.wait_for_function(
            "document.querySelector('[data-test-script-state]').dataset.testScriptState"
            " !== 'running'"
        )
        took = 1000 * (time.perf_counter() - start)
        page.wait_for_timeout(400)
    return took


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
