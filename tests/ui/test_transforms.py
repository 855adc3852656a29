"""Differences, logarithm, calendar and what is known ahead on the pages; the doctor's proposal."""

import math

from tests.ui.test_data_page import opened, tables, uploaded, words

MONTHS = [f"{1949 + i // 12}-{1 + i % 12:02}-01" for i in range(144)]


def passengers() -> bytes:
    """Seasons that grow with the level, twelve years of months."""
    rows = [
        f"{month},{110 * 1.0101**i * (1 + 0.15 * math.sin(i * math.pi / 6)) + i % 5:.1f}"
        for i, month in enumerate(MONTHS)
    ]
    return "\n".join(["month,passengers", *rows]).encode()


def test_a_series_that_grows_is_learned_as_changes_after_one_click(app):
    uploaded(app, "air.csv", passengers())
    assert "of the validation part lies above" in words(app)
    (fix,) = [one for one in app.button if one.label.startswith("Learn changes")]
    fix.click().run()
    assert not app.exception
    assert app.selectbox(key="difference").value == "season"
    assert app.selectbox(key="logarithm").value == "log"
    assert "of the validation part lies above" not in words(app)
    assert "change of log(passengers) against 12 rows before" in words(app)
    app.selectbox(key="difference").select("none").run()
    app.selectbox(key="logarithm").select("none").run()
    assert "of the validation part lies above" in words(app)


def test_the_calendar_offers_what_the_step_between_rows_makes_meaningful(app):
    opened(app, data="co2")
    calendar = app.multiselect(key="calendar")
    assert calendar.options == ["month", "day of year"]
    calendar.select("month").run()
    assert not app.exception
    assert any("month (sine)" in table.to_string() for table in tables(app))
    app.selectbox(key="data").select("sunspots").run()
    assert not app.exception
    assert not [one for one in app.multiselect if one.key == "calendar"]
    assert app.session_state["calendar"] == []


def test_what_cannot_be_transformed_is_said_with_a_way_out(app):
    opened(app, data="sunspots", logarithm="log")
    assert "reaches down to 0: the logarithm needs values above 0" in words(app)
    app.button(key="fix_0").click().run()
    assert app.selectbox(key="logarithm").value == "log1p"
    assert "reaches down" not in words(app)


def test_another_file_begins_without_the_transforms_of_the_one_before(app):
    opened(app, data="co2", difference="both", calendar='["month"]')
    assert app.selectbox(key="difference").value == "both"
    app.selectbox(key="data").select("upload").run()
    app.file_uploader(key="upload").upload("air.csv", passengers()).run()
    assert not app.exception
    assert app.selectbox(key="difference").value == "none"
    assert app.multiselect(key="calendar").value == []


def test_columns_that_are_known_ahead_are_chosen_beside_the_inputs(app):
    opened(app, data="macro", inputs='["unemp"]', known_ahead='["infl", "nobody"]')
    ahead = app.multiselect(key="known_ahead")
    assert ahead.value == ["infl"]
    assert "unemp" not in ahead.options  # the target
    assert any("infl (1 row ahead)" in table.to_string() for table in tables(app))
    app.selectbox(key="data").select("sunspots").run()
    assert not app.exception
    assert not [one for one in app.multiselect if one.key == "known_ahead"]
    assert app.session_state["known_ahead"] == []
