"""Every page against axe's rules, in light and dark, with a trained network on it."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.ui.playground import Playground

PAGES = ("train", "learn", "examples", "data", "lens", "compare", "forecast", "runs", "room")
# The curves of charts, thousands of elements without a control or a rule; their frame stays in.
WITHOUT_CURVES = {"exclude": [".main-svg"]}
BACKGROUND_IS_DARK = """dark => {
    const colour = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
    return (Number(colour.match(/\\d+/)[0]) < 128) === dark;
}"""
AT_ONCE = "*, *::before, *::after { transition: none !important; animation: none !important }"
CHARTS_ARE_DRAWN = """() => [...document.querySelectorAll(".seqlab-chart")]
    .every((chart) => chart.matches(".js-plotly-plot") || !chart.checkVisibility())"""
COLOURS = {"runOnly": ["color-contrast"]}  # all that is another in the dark
POPOVERS = (
    "network_terms",
    "loss_terms",
    "code",
    "more_data",
    "more_0",
    "more_training",
    "history",
)
VIEWS = (
    "One cell",
    "Statistics",
    "Gradient through time",
    "Attribution",
    "State trajectory (PCA)",
    "Untrained cells",
)


def violations(page, where: str) -> list[str]:
    """What axe finds in light and in dark, one line for each kind of thing.

    A page follows the wish of its browser without being loaded anew.
    """
    expect(page.locator("[data-test-script-state=running]")).to_have_count(0)
    page.mouse.move(0, 0)  # where nothing has a tooltip, which stands outside of all landmarks
    page.add_style_tag(content=AT_ONCE)
    page.wait_for_timeout(700)  # charts are drawn after the script has ended
    page.wait_for_function(CHARTS_ARE_DRAWN)
    found = []
    for scheme, options in (("light", None), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(BACKGROUND_IS_DARK, arg=scheme == "dark")
        for each in Axe().run(page, context=WITHOUT_CURVES, options=options).response["violations"]:
            what = f"{where}, {scheme}: {each['id']} ({each['impact']}): {each['help']}"
            found += [f"{what}: {node['html'][:160]}" for node in each["nodes"][:3]]
    return found


def test_axe_finds_nothing_on_any_page(new_context, server):
    page = new_context().new_page()
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
    page.locator(".st-key-room_open").get_by_role("button").click()
    expect(page.locator(".st-key-room_lead")).to_be_visible()
    leading = page.url
    found += violations(page, "room, leading")
    page.goto(re.sub("&key=.*", "", leading))
    page.locator(".st-key-room_enter").get_by_role("button").click()
    expect(page.locator(".st-key-room_strip")).to_be_visible()
    found += violations(page, "room, joined")
    page.goto(leading)
    page.locator(".seqlab-board button").click()
    expect(page.locator(".st-key-learner")).to_be_visible()
    found += violations(page, "room, board")
    page.get_by_text("Questions", exact=True).click()
    page.get_by_label("Question", exact=True).fill("How will it fall?")
    page.get_by_text("a curve, drawn over the epochs").click()
    expect(page.get_by_label("Greatest value of the curve")).to_be_visible()
    page.locator(".st-key-ask_do").get_by_role("button").click()
    expect(page.get_by_text("0 of 1 have answered")).to_be_visible()
    found += violations(page, "room, Questions")
    playground.open(server.url)
    playground.train()
    playground.expect_status("Finished")
    found += violations(page, "train, with a question to draw")
    page.goto(leading)
    page.get_by_text("Class plot", exact=True).click()
    expect(page.get_by_text("in 1 run")).to_be_visible()
    found += violations(page, "room, Class plot")
    page.get_by_text("Before the lesson", exact=True).click()
    expect(page.get_by_text("How others get in")).to_be_visible()
    found += violations(page, "room, Before the lesson")
    page.goto(f"{server.url}/learn")
    page.locator(".st-key-begin_learning_rate").get_by_role("button").click()
    expect(page.locator(".st-key-lesson_card")).to_be_visible()
    found += violations(page, "train, with a lesson that covers the results")
    assert not found, "\n".join(found)


def test_axe_finds_nothing_in_an_open_popover(new_context, server):
    """In a low window, where they scroll."""
    page = new_context().new_page()
    page.set_viewport_size({"width": 1280, "height": 480})
    playground = Playground(page, server.url)
    playground.train()
    playground.expect_status("Finished")
    found = []
    for key in POPOVERS:
        playground.part(key).get_by_role("button").first.click()
        body = page.get_by_test_id("stPopoverBody")
        expect(body).to_be_visible()
        found += violations(page, f"train, {key}")
        if key == "network_terms":
            assert body.evaluate("e => e.scrollHeight > e.clientHeight")
            body.focus()
            page.keyboard.press("End")
            page.wait_for_function("e => e.scrollTop > 0", arg=body.element_handle())
        page.keyboard.press("Escape")
        expect(body).to_have_count(0)
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
