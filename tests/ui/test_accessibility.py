"""Every page against axe's rules, in light and dark, with a trained network on it."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.ui.playground import Playground

PAGES = ("train", "examples", "data", "lens", "runs")
# The curves of charts, thousands of elements without a control or a rule; their frame stays in.
WITHOUT_CURVES = {"exclude": [".main-svg"]}
VIEWS = (
    "One cell",
    "Statistics",
    "Gradient through time",
    "Attribution",
    "State trajectory (PCA)",
)


def violations(page, where: str) -> list[str]:
    """What axe finds, one line for each kind of thing."""
    expect(page.locator("[data-test-script-state=running]")).to_have_count(0)
    page.wait_for_timeout(700)  # charts are drawn after the script has ended
    found = Axe().run(page, context=WITHOUT_CURVES).response["violations"]
    return [
        f"{where}: {each['id']} ({each['impact']}): {each['help']}: {node['html'][:160]}"
        for each in found
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(new_context, server, scheme):
    page = new_context(color_scheme=scheme).new_page()
    playground = Playground(page, server.url)
    found = violations(page, "train, before the first run")
    playground.train()
    playground.expect_status("Finished")
    run = playground.run()
    for name in PAGES:
        page.goto(f"{server.url}/{name}?run={run}")
        expect(page.locator("h1")).to_have_count(1)
        found += violations(page, name)
        if name == "lens":
            for view in VIEWS:
                page.get_by_text(view, exact=True).first.click()
                found += violations(page, f"Inspect, {view}")
    assert not found, "\n".join(found)


def test_a_screen_reader_hears_how_the_training_goes(new_context, server):
    page = new_context().new_page()
    playground = Playground(page, server.url)
    playground.train()
    playground.expect_status("Finished")
    heard = page.get_by_role("status").filter(has_text="epoch 40 of 40")
    expect(heard).to_have_text(
        re.compile(r"Finished: epoch 40 of 40, best validation loss 0\.3\d*\.")
    )
    assert heard.bounding_box()["width"] <= 1


def test_a_charts_buttons_are_entered_and_left_by_the_keyboard(new_context, server):
    page = new_context().new_page()
    playground = Playground(page, server.url)
    chart = playground.part("loss_chart").locator(".seqlab-chart.js-plotly-plot")
    expect(chart).to_be_visible()
    buttons = chart.locator(".modebar-btn")
    expect(buttons.first).to_have_attribute("tabindex", "-1")
    chart.focus()
    page.keyboard.press("Enter")
    expect(buttons.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(chart).to_be_focused()
    expect(buttons.first).to_have_attribute("tabindex", "-1")
