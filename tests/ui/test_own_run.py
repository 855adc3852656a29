"""A tab and its run, in a real browser: the tab knows it after a reload too."""

from playwright.sync_api import Page, expect

from seqlab.runs.store import Store
from tests.ui.playground import Playground, start_long_run


def stop_all(store: Store, url: str, *pages: Page) -> None:
    """Leaves the workers to the next test. A visitor can only stop what is that visitor's own."""
    for page in pages:
        Playground(page).stop_if_it_trains()  # what it shows
    for run in store.runs():  # after a failure there may be more
        for page in pages if run.active else ():
            Playground(page, f"{url}/?run={run.id}").stop_if_it_trains()


def test_train_after_a_reload_stops_the_run_of_this_tab_alone(page, server, browser):
    mine, other = Playground(page, server.url), browser.new_context().new_page()
    store = Store(server.home / "home")
    try:
        start_long_run(mine)
        first = mine.run()
        guest = Playground(other, page.url)  # looks at it too, and trains something else
        guest.click("train")
        mine.wait_until(lambda: guest.run() != first)
        assert store.get(first).active
        page.reload()
        mine.expect_status(r"Epoch \d+ of 9999")
        page.wait_for_timeout(1000)  # the tab has told what it knew
        mine.click("train")
        mine.wait_until(lambda: mine.run() != first)
        mine.wait_until(lambda: not store.get(first).active)
        assert store.get(first).status == "stopped"
        assert store.get(guest.run()).active
        expect(mine.part("stop").get_by_role("button")).to_be_enabled()
    finally:
        stop_all(store, server.url, page, other)
        other.context.close()
        store.close()


def test_only_the_browser_that_has_begun_a_run_stops_it(page, server, browser):
    mine, other = Playground(page, server.url), browser.new_context().new_page()
    store = Store(server.home / "home")
    try:
        run = start_long_run(mine)
        guest = Playground(other, page.url)
        guest.expect_status(r"Epoch \d+ of 9999")
        expect(guest.part("stop").get_by_role("button")).to_be_disabled()
        expect(other.get_by_text("Another visitor's run")).to_be_visible()
        address = page.url
        again = page.context.new_page()  # another tab of the same browser
        page.close()
        mine = Playground(again, address)
        expect(mine.part("stop").get_by_role("button")).to_be_enabled()
        mine.click("stop")
        mine.expect_status("Stopped after")
        assert store.get(run).status == "stopped"
    finally:
        stop_all(store, server.url, mine.page, other)
        other.context.close()
        store.close()
