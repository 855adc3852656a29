"""From a training to the rows that come, in a real browser with the real pool."""

import csv
import io
import re

from playwright.sync_api import expect

from tests.ui.playground import Playground


def test_a_visitor_trains_on_sunspots_and_sees_the_next_years(page, server):
    playground = Playground(page, server.url)
    playground.train()
    playground.expect_status("Finished")
    run = playground.run()
    page.get_by_role("link", name="The rows that come: Forecast").click()
    chart = playground.part("forecast_chart")
    expect(chart.locator(".js-plotly-plot")).to_be_visible()
    expect(page).to_have_url(re.compile(f"forecast.*run={run}"))
    expect(chart).to_contain_text("The next 22 rows, 2009 to 2030: sunspots")
    expect(chart).to_contain_text(re.compile(r"On [\d,]+ earlier forecasts .* the 90 % band held"))
    drawn = chart.locator(".js-plotly-plot").evaluate("e => e._fullData.map(t => t.name)")
    assert drawn == ["90% band", "series", "forecast"]
    playground.enter("forecast_steps", 5)
    expect(chart).to_contain_text("The next 5 rows, 2009 to 2013")
    playground.enter("forecast_level", 80)
    expect(chart).to_contain_text("the 80 % band held")
    with page.expect_download() as download:
        playground.part("forecast_csv").get_by_role("button").click()
    with open(download.value.path(), newline="") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    assert [row["time"] for row in rows] == ["2009", "2010", "2011", "2012", "2013"]
    assert all(float(row["low"]) < float(row["forecast"]) < float(row["high"]) for row in rows)
