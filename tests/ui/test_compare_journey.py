"""Comparisons in a real browser with real training: begun, reloaded, read; and the Runs page."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.playground import LONG, Playground
from tests.ui.test_accessibility import violations

SEVERAL_RUNS = 3 * LONG  # milliseconds


class Comparing(Playground):
    """The Compare page, with an experiment that trains in a moment."""

    def __init__(self, page, server) -> None:
        super().__init__(page)
        page.goto(f"{server.url}/compare?epochs=3&units_0=4")
        expect(self.part("compare_start").get_by_role("button")).to_be_enabled(timeout=LONG)

    def ask(self, kind: str) -> None:
        self.part("compare_kind").get_by_text(kind, exact=True).click()

    def start(self) -> None:
        self.part("compare_start").get_by_role("button").click()
        expect(self.page).to_have_url(re.compile(r"study=\w+"))

    def ends(self, words: str) -> None:
        expect(self.part("compare_status")).to_contain_text(words, timeout=SEVERAL_RUNS)


@pytest.fixture
def comparing(new_context, server):
    return Comparing(new_context().new_page(), server)


def test_a_race_of_two_variants_survives_a_reload_and_ends_in_a_table(comparing):
    page, part = comparing.page, comparing.part
    remove = part("compare_variants").get_by_role("button", name="Remove")
    expect(remove).to_have_count(3, timeout=LONG)
    remove.first.click()
    expect(remove).to_have_count(2)
    comparing.enter("compare_seeds", 2)
    expect(page.get_by_text("2 variants × 2 seeds = 4 runs")).to_be_visible()
    comparing.start()
    page.reload()
    comparing.ends("Finished: 4 of 4 runs")
    rows = part("compare_table").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("LSTM")
    expect(rows.nth(1)).to_contain_text("GRU")
    expect(part("compare_table")).to_contain_text(re.compile(r"LSTM and GRU: .*2 seeds"))
    drawn = part("compare_chart").locator(".js-plotly-plot").first
    names = "e => e.data.filter(t => t.showlegend !== false).map(t => t.name)"
    assert drawn.evaluate(names)[:2] == ["LSTM", "GRU"]
    for view in ("Gates", "Gradient through time"):
        part("compare_view").get_by_text(view, exact=True).click()
        expect(part("compare_side_by_side").locator(".js-plotly-plot").first).to_be_visible()
    expect(part("compare_side_by_side")).to_contain_text("Of the last step's gradient")
    assert not violations(page, "a race that has ended")


def test_a_search_ends_in_a_check_that_nobody_asked_for_and_its_best_is_used(comparing):
    page, part = comparing.page, comparing.part
    comparing.ask("Search")
    part("search_unit").get_by_text("trials", exact=True).click()
    comparing.enter("search_trials", 3)
    comparing.enter("search_range_units", "2, 3")
    comparing.start()
    comparing.ends("Finished: 3 of 3 trials ended, 0 of them given up early. Honest check: 10")
    check = part("search_check")
    expect(check).to_contain_text(re.compile(r"The search said [\d.]+ against [\d.]+"))
    expect(check).to_contain_text("on the last tenth, which the search has not seen")
    expect(part("search_together").locator(".parcoords").first).to_be_visible()
    assert not violations(page, "a search that has ended")
    units = re.search(r"The best: units (\d+)", check.inner_text())[1]
    part("search_use").get_by_role("button").click()
    expect(part("units_0").locator("input")).to_have_value(units)
    expect(page).to_have_url(re.compile("epochs=3"))


def test_a_grid_fills_its_cells(comparing):
    page, part = comparing.page, comparing.part
    comparing.ask("Grid")
    comparing.enter("grid_across_values_units", "2, 4")
    comparing.enter("grid_down_values_learning_rate", "0.01, 0.1")
    comparing.enter("compare_seeds", 1)
    expect(page.get_by_text("4 cells × 1 seed = 4 runs")).to_be_visible()
    comparing.start()
    comparing.ends("Finished: 4 of 4 runs")
    drawn = part("grid_map").locator(".js-plotly-plot").first
    cells = drawn.evaluate("e => e.layout.annotations.map(a => a.text)")
    assert len(cells) == 4
    assert all(0 < float(cell) < 10 for cell in cells)
    lowest = re.search(r"best val_loss: ([\d.]+) with", part("compare_chart").inner_text())
    assert float(lowest[1]) == pytest.approx(min(map(float, cells)), rel=0.01)
    assert not violations(page, "a grid that has ended")


def test_runs_are_chosen_laid_over_each_other_and_deleted_by_the_keyboard(new_context, server):
    page = new_context().new_page()
    playground = Playground(page, server.url)
    playground.enter("epochs", 2)
    runs = []
    for units in (2, 3):
        playground.enter("units_0", units)
        expect(page).to_have_url(re.compile(f"units_0={units}"))
        runs.append(playground.train())
        playground.expect_status("Finished: 2 epochs")
    page.goto(f"{server.url}/runs")
    expect(playground.part("runs").locator("canvas").first).to_be_visible(timeout=LONG)

    def tab_to(selector):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("s => Boolean(document.activeElement.closest(s))", selector):
                return
        raise AssertionError(f"the Tab key never comes to {selector}")

    tab_to(".st-key-runs canvas")
    page.keyboard.press("ArrowUp")  # it goes no higher than the newest run
    page.keyboard.press("Shift+Space")
    expect(playground.part("run_actions")).to_contain_text("1 run chosen")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(playground.part("run_actions")).to_contain_text("2 runs chosen")
    names = "e => e.data.filter(t => t.showlegend !== false).map(t => t.name)"
    overlay = playground.part("run_overlay").locator(".js-plotly-plot")
    expect(overlay).to_be_visible()
    assert {name.split()[0] for name in overlay.evaluate(names)} == {"LSTM(2)", "LSTM(3)"}
    tab_to(".st-key-run_delete")
    page.keyboard.press("Enter")
    tab_to(".st-key-run_delete_for_good")
    page.keyboard.press("Enter")
    expect(playground.part("run_actions")).to_have_count(0)
    for run in runs:
        assert not (server.home / "home" / "runs" / run).exists()
