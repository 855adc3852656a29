"""What a click in the browser does: on an earlier curve, and on a word of the glossary."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.playground import Playground

pytestmark = pytest.mark.alone
EPOCHS = 12
PLACE = """(e, epochs) => {
  const curve = e._fullData.find((trace) => trace.meta?.acts)
  const ended = (trace) => trace.name === "val_loss" && trace.x.length === epochs
  if (!curve || !e._fullData.some(ended)) return null
  const { xaxis, yaxis } = e._fullLayout, { x, y } = e.getBoundingClientRect()
  return [x + xaxis._offset + xaxis.d2p(curve.x[0]), y + yaxis._offset + yaxis.d2p(curve.y[0])]
}"""


def choose(playground: Playground, act: str, clicks: int) -> None:
    """Clicks on the first epoch of the earlier run, and chooses from the menu there."""
    page = playground.page
    chart = playground.part("loss_chart").locator(".js-plotly-plot")
    places: list = [None]

    def at_rest() -> bool:
        """Whether the chart is drawn whole, and has moved no more since the last look."""
        places.append(chart.evaluate(PLACE, EPOCHS))
        return places[-1] is not None and places[-1] == places[-2]

    playground.wait_until(at_rest)
    x, y = places[-1]
    page.mouse.click(x, y, click_count=clicks)
    page.get_by_role("group", name="Earlier run: units 9").get_by_role("button", name=act).click()


def test_a_grey_curve_is_pinned_and_opened_and_a_word_leads_to_its_place(page, server):
    playground = Playground(page, f"{server.url}?units_0=9&epochs={EPOCHS}")
    first = playground.train()
    playground.expect_status(f"Finished: {EPOCHS} epochs")
    playground.enter("units_0", 3)
    expect(playground.part("network")).to_contain_text("LSTM(3)")
    playground.train()
    playground.expect_status(f"Finished: {EPOCHS} epochs")
    choose(playground, "Pin", 1)
    playground.wait_until(
        lambda: (
            playground.part("loss_chart")
            .locator(".js-plotly-plot")
            .evaluate("e => e._fullData.some((trace) => trace.meta?.acts?.pin === 'Unpin')")
        )
    )
    # Two clicks are a double click to Plotly, which moved the axes before the menu came.
    choose(playground, "Open", 2)
    expect(page).to_have_url(re.compile(f"run={first}"))
    expect(playground.part("network")).to_contain_text("LSTM(9)")

    playground.part("gate_terms").get_by_role("button").first.click()
    page.get_by_role("button", name="forget gate", exact=True).click()
    picture = page.get_by_role("img", name=re.compile("The LSTM cell of unit"))
    expect(picture.locator(".box.marked")).to_have_count(1)
    expect(page.get_by_text("From the glossary: forget gate is marked")).to_be_visible()
    page.get_by_role("radio", name="Statistics", exact=True).click()
    page.get_by_role("radio", name="One cell", exact=True).click()
    expect(picture).to_be_visible()
    expect(picture.locator(".box.marked")).to_have_count(0)
