"""A lesson as a learner takes it: predict, train, see both together, reload, go on."""

import re

from playwright.sync_api import expect

from seqlab.experiment import LIMITS
from tests.ui.playground import LONG, Playground


def test_predict_train_see_both_and_reload(new_context, server):
    page = new_context().new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{server.url}/learn?lesson=learning_rate&language=en")
    card = page.locator(".st-key-lesson_card")
    expect(card).to_contain_text("A step that is far too small", timeout=LONG)
    covered = page.locator(".st-key-loss_chart .seqlab-chart")
    expect(covered).to_have_count(1)
    expect(covered).to_be_hidden()
    assert_beside(page)

    pad = card.locator(".seqlab-draw-series")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 90, steps=8)
    page.mouse.up()
    answer = page.locator(".st-key-lesson_answer").get_by_role("button")
    expect(answer).to_be_enabled()
    answer.focus()
    page.keyboard.press("Enter")
    expect(covered).to_be_visible()

    page.locator(".st-key-train").get_by_role("button").click()
    after = page.locator(".st-key-lesson_after")
    expect(after).to_contain_text("You drew a curve that ends at", timeout=LONG)
    expect(after).to_contain_text(re.compile(r"From [23]\.\d+ to [23]\.\d+ in 40 epochs"))
    names = "e => e._fullData.map(trace => trace.name)"
    both = after.locator(".js-plotly-plot").evaluate(names)
    assert both == ["your prediction", "the run"]

    page.reload()
    expect(after).to_contain_text("You drew a curve that ends at", timeout=LONG)
    page.locator(".st-key-lesson_next").get_by_role("button").click()
    expect(card).to_contain_text("A step that is far too large")
    expect(page.locator(".st-key-learning_rate input")).to_have_value("1")
    expect(page.locator(".st-key-learning_rate input")).to_be_disabled()

    page.locator(".st-key-lesson_fold").get_by_role("button").click()
    expect(card).not_to_contain_text("A step that is far too large")
    page.locator(".st-key-lesson_fold").get_by_role("button").click()
    page.locator(".st-key-lesson_leave").get_by_role("button").click()
    expect(card).to_have_count(0)
    playground = Playground.__new__(Playground)
    playground.page = page
    playground.enter("learning_rate", LIMITS["learning_rate"][0])  # free again


def test_questions_are_answered_by_the_keyboard_alone(new_context, server):
    page = new_context().new_page()
    page.set_default_timeout(30_000)
    page.goto(f"{server.url}/learn?lesson=learning_rate&language=en")
    card, answer = page.locator(".st-key-lesson_card"), page.locator(".st-key-lesson_answer button")
    expect(card).to_contain_text("A step that is far too small", timeout=LONG)

    def next_page(title: str) -> None:
        page.locator(".st-key-lesson_next button").focus()
        page.keyboard.press("Enter")
        expect(card).to_contain_text(title)

    next_page("A step that is far too large")
    card.locator("input[type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(answer).to_be_focused()
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Your answer: Jump up and down")

    next_page("The same number, another optimizer")
    next_page("Mend it")
    next_page("When to stop")
    answer.focus()
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Enter a number first")
    card.locator("input[type=number]").focus()
    page.keyboard.type("12")
    page.keyboard.press("Tab")
    expect(answer).to_be_focused()
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Your answer: 12")
    expect(answer).to_have_count(0)


# As a browser counts it, but also what moves after a click: the sum of all shifts.
SHIFTS = """() => {
  window.shifts = 0
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) window.shifts += each.value
  }).observe({ type: "layout-shift", buffered: true })
}"""


def shifted(page) -> float:
    """What has moved since it was last asked."""
    expect(page.locator("[data-test-script-state=running]")).to_have_count(0)
    page.wait_for_timeout(1500)  # charts and widgets come after the script has ended
    return page.evaluate("() => { const all = window.shifts; window.shifts = 0; return all }")


def test_beside_a_lesson_everything_has_its_place_from_the_first_paint(new_context, server):
    page = new_context().new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.set_default_timeout(30_000)
    page.add_init_script(f"({SHIFTS})()")
    page.goto(f"{server.url}/learn?lesson=learning_rate&language=en")
    card = page.locator(".st-key-lesson_card")
    expect(card).to_contain_text("A step that is far too small", timeout=LONG)
    assert shifted(page) <= 0.05
    page.locator(".st-key-lesson_next").get_by_role("button").click()
    expect(card).to_contain_text("A step that is far too large")
    shifted(page)
    page.reload()
    expect(card).to_contain_text("A step that is far too large")
    assert shifted(page) <= 0.05
    fold = page.locator(".st-key-lesson_fold").get_by_role("button")
    fold.click()
    expect(card).not_to_contain_text("A step that is far too large")
    fold.click()
    expect(card).to_contain_text("A step that is far too large")
    assert shifted(page) <= 0.05
    card.get_by_text("Become infinite").click()
    shifted(page)
    covered = page.locator(".st-key-loss_chart .seqlab-chart")
    expect(covered).to_be_hidden()
    page.locator(".st-key-lesson_answer").get_by_role("button").click()
    expect(covered).to_be_visible()
    assert shifted(page) <= 0.05
    end = "() => { const e = document.querySelector('[data-testid=stMain]'); "
    end += "return e.scrollHeight - e.querySelector('.st-key-playground').offsetHeight }"
    assert page.evaluate(end) < 400  # the column of the card makes no page longer


def assert_beside(page) -> None:
    """The card lies beside the playground, never over it."""
    card, network, train = (
        page.locator(f".st-key-{key}").bounding_box() for key in ("lesson_card", "network", "train")
    )
    assert card["x"] >= network["x"] + network["width"]
    assert train["x"] + train["width"] <= card["x"]
