"""Pictures of every page and view, to look at: `python -m tests.bench.pictures FOLDER`.

Light and dark, 1440, 900 and 390 pixels wide, with the default network trained.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from seqlab.ui.inspect import TEXT, VIEWS
from tests.ui.conftest import chromium, running
from tests.ui.playground import Playground

SIZES = ((1440, 900), (900, 900), (390, 844))
PAGES = ("examples", "data", "runs")


def settled(page: Page) -> None:
    page.locator("[data-test-script-state=running]").wait_for(state="detached")
    page.wait_for_timeout(1500)  # charts come after the script has ended


def take(page: Page, url: str, folder: Path, name: str) -> None:
    playground = Playground(page, url)
    settled(page)
    page.screenshot(path=folder / f"{name}_before.png")
    run = playground.train()
    playground.expect_status("Finished")
    settled(page)
    page.screenshot(path=folder / f"{name}_playground.png")
    for each in PAGES:
        page.goto(f"{url}/{each}")
        settled(page)
        page.screenshot(path=folder / f"{name}_{each}.png")
    page.goto(f"{url}/lens?run={run}")
    for view in VIEWS:
        if view == TEXT:
            continue
        page.get_by_role("radio", name=view, exact=True).click()
        settled(page)
        page.screenshot(path=folder / f"{name}_inspect_{view.replace(' ', '_')}.png")


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
