"""Pictures of every page and view, to look at: `python -m tests.bench.pictures FOLDER`.

Light and dark, 1440, 900 and 390 pixels wide, with the default network trained; and a file of
someone's own, of which another reading is offered.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from seqlab.ui.controls.data import SOURCES, UPLOAD
from seqlab.ui.inspect import VIEWS
from tests.ui.conftest import chromium, running
from tests.ui.playground import Playground

SIZES = ((1440, 900), (900, 900), (390, 844))
PAGES = ("learn", "examples", "data", "compare", "forecast", "runs", "room")
CASES = "name,visit 1,visit 2,visit 3,outcome\n" + "".join(
    f"case {i},{i * 37 % 101},{i * 53 % 97},{i * 71 % 89},{'well' if i % 3 else 'ill'}\n"
    for i in range(60)
)


def settled(page: Page) -> None:
    page.locator("h1").first.wait_for()
    page.locator("[data-test-script-state=running]").wait_for(state="detached")
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_timeout(1500)  # charts come after the script has ended


def take(page: Page, url: str, folder: Path, name: str) -> None:
    playground = Playground(page, url)
    settled(page)
    page.screenshot(path=folder / f"{name}_before.png")
    uploaded(playground, folder, name)
    run = playground.train()
    playground.expect_status("Finished")
    settled(page)
    page.screenshot(path=folder / f"{name}_playground.png")
    for each in PAGES:
        page.goto(f"{url}/{each}?run={run}")
        settled(page)
        page.screenshot(path=folder / f"{name}_{each}.png")
    page.goto(f"{url}/lens?run={run}")
    for view in VIEWS:
        if VIEWS[view].of_texts:
            continue
        page.get_by_role("radio", name=view, exact=True).click()
        settled(page)
        page.screenshot(path=folder / f"{name}_inspect_{view.replace(' ', '_')}.png")


def uploaded(playground: Playground, folder: Path, name: str) -> None:
    """A file of one's own, on the playground and on the Data page; then the beginning again."""
    page = playground.page
    playground.choose("data", SOURCES[UPLOAD])
    playground.upload("cases.csv", CASES.encode())
    expect(page.get_by_text("Using cases.csv")).to_be_visible()
    settled(page)
    page.screenshot(path=folder / f"{name}_file_playground.png")
    address = page.url
    page.goto(address.replace("/?", "/data?"))
    settled(page)
    page.screenshot(path=folder / f"{name}_file_data.png")
    page.goto(address.partition("?")[0])
    settled(page)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as home,
        running(Path(home)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for width, height in SIZES:
            for scheme in ("light", "dark"):
                size = {"width": width, "height": height}
                context = browser.new_context(viewport=size, color_scheme=scheme)
                page = context.new_page()
                page.set_default_timeout(60_000)
                take(page, server.url, folder, f"{width}_{scheme}")
                context.close()
                print(f"{width} {scheme}", flush=True)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
