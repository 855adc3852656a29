"""The report of a run, opened as a file by a browser that has no network."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from seqlab.experiment import Data, Experiment, Recurrent
from seqlab.lens import snapshot
from seqlab.ui import report
from tests.ui.test_forecast_horizon import finished
from tests.ui.test_lens_page import weights

SUNSPOTS = Experiment(data=Data(window=11), layers=(Recurrent(units=3),))
WATCH = """() => {
  const output = document.querySelector(".seqlab-player output")
  const seen = window.seen = []
  const note = () => seen.at(-1) !== output.textContent && seen.push(output.textContent)
  new MutationObserver(note).observe(output, { childList: true, subtree: true })
}"""


@pytest.mark.alone
def test_it_draws_and_plays_offline_on_a_phone_light_and_dark(new_context, store, tmp_path):
    run, _, dataset = finished(store, SUNSPOTS)
    for epoch in (0, 2):
        store.add_snapshot(run, epoch, snapshot.pack(weights(SUNSPOTS, dataset, epoch)))
    file = tmp_path / "run.html"
    file.write_text(report.report_of(store.get(run), dataset, "anna"), "utf-8")
    context = new_context(offline=True, color_scheme="dark")
    page, asked, wrong = context.new_page(), [], []
    page.set_viewport_size({"width": 390, "height": 844})
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(error))
    page.goto(file.as_uri())
    charts = page.locator(".seqlab-chart .main-svg")
    expect(charts.first).to_be_visible()
    expect(page.locator(".seqlab-chart.js-plotly-plot")).to_have_count(4)
    epoch = page.locator(".seqlab-player output")
    expect(epoch).to_have_text("Epoch 4")
    page.evaluate(WATCH)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)  # it has played to the end
    assert page.evaluate("window.seen") == ["Before training", "Epoch 2", "Epoch 4"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(20, 24, 31)"
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(background) == "rgb(253, 252, 249)"
    violations = Axe().run(page, context={"exclude": [".main-svg"]}).response["violations"]
    assert [each["id"] for each in violations] == []
    assert asked == [file.as_uri()]
    assert not wrong
