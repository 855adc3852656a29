"""A lesson in a real browser: a teacher leads, two learners join and train, all is deleted."""

import re
from contextlib import closing

from playwright.sync_api import expect

from seqlab.runs.store import Store
from seqlab.workshop.rehearse import rehearse
from seqlab.workshop.visitor import Visitor
from tests.ui.apart import apart
from tests.ui.playground import LONG, Playground

JOINED = re.compile("You are in room")


def part(page, key):
    return page.locator(f".st-key-{key}")


def click(page, key):
    part(page, key).get_by_role("button").first.click()


def test_a_lesson_with_two_learners(new_context, server):
    teacher = new_context().new_page()
    teacher.goto(f"{server.url}/room")
    click(teacher, "room_open")
    expect(part(teacher, "room_lead")).to_be_visible()
    code = re.search(r"room=(\w{4})", teacher.url)[1]
    assert re.search(r"key=[\w-]{20,}", teacher.url)

    learners = []
    for _ in range(2):
        page = new_context().new_page()
        page.goto(f"{server.url}/room?room={code}")
        expect(page.get_by_text("What is stored")).to_be_visible()
        click(page, "room_enter")
        expect(page.get_by_text(JOINED)).to_be_visible()
        learners.append(page)
    board = part(teacher, "board")
    expect(board.get_by_role("button")).to_have_count(2)

    first, second = (Playground(page, server.url) for page in learners)
    first.enter("epochs", 9999)
    run = first.train()
    first.expect_status(r"Epoch \d+ of 9999")
    click(second.page, "room_help")
    second.train()
    second.expect_status("Finished")
    tiles = board.get_by_role("button")
    expect(tiles.first).to_contain_text("asks for help")
    expect(tiles.first).to_contain_text(re.compile(r"best 0\.\d+"))
    expect(tiles.nth(1)).to_contain_text(re.compile(r"trains|best"))

    tiles.first.click()
    opened = part(teacher, "learner")
    expect(opened.get_by_text("LSTM(16)")).to_be_visible()
    expect(opened.locator(".js-plotly-plot")).to_have_count(2)
    click(teacher, "room_helped")
    expect(part(second.page, "room_help")).to_contain_text("Ask for help")

    click(teacher, "room_pause")
    for page in learners:
        expect(part(page, "eyes_up")).to_contain_text("Eyes up")
        expect(part(page, "train").get_by_role("button")).to_be_disabled()
    first.expect_status("Paused after epoch")
    click(teacher, "room_pause")
    expect(part(first.page, "eyes_up")).to_have_count(0)
    first.expect_status(r"Epoch \d+ of 9999")

    late = new_context().new_page()  # after a reload and without the key, it is a learner's page
    late.goto(f"{server.url}/room?room={code}&view=projector")
    expect(part(late, "board").get_by_role("listitem")).to_have_count(2)
    first_tile, second_tile = (
        tile.bounding_box() for tile in part(late, "board").locator(".tile").all()
    )
    assert first_tile["x"] + first_tile["width"] <= second_tile["x"]
    expect(part(late, "board").get_by_role("button")).to_have_count(0)
    teacher.reload()
    expect(part(teacher, "board").get_by_role("button")).to_have_count(2)

    click(teacher, "room_close_menu")
    click(teacher, "room_close")
    for page in (teacher, *learners):
        expect(page.get_by_text(f"room {code} was closed")).to_be_visible(timeout=LONG)
    first.page.goto(f"{server.url}/runs")
    expect(first.page.locator("h1")).to_have_text("Runs")
    first.wait_until(lambda: not is_kept(first.page, server, run))


def test_a_learner_on_another_page_is_told_and_taken_to_the_playground(new_context, server):
    teacher, learner = new_context().new_page(), new_context().new_page()
    teacher.goto(f"{server.url}/room")
    click(teacher, "room_open")
    expect(part(teacher, "room_lead")).to_be_visible()
    code = re.search(r"room=(\w{4})", teacher.url)[1]
    learner.goto(f"{server.url}/room?room={code}")
    click(learner, "room_enter")
    expect(learner.get_by_text(JOINED)).to_be_visible()
    learner.locator("header").get_by_role("link", name="Data", exact=True).click()
    expect(learner.locator("h1")).to_contain_text("Data")
    click(teacher, "room_lesson_menu")
    click(teacher, "room_lesson_start")
    expect(learner.get_by_text("Your teacher has started a lesson.")).to_be_visible()
    expect(part(learner, "lesson_card")).to_be_visible()
    learner.locator("header").get_by_role("link", name="Runs", exact=True).click()
    expect(learner.locator("h1")).to_have_text("Runs")
    teacher.keyboard.press("Escape")
    click(teacher, "room_send_menu")
    click(teacher, "room_send_do")
    expect(learner.get_by_text("Your teacher has sent an experiment.")).to_be_visible()
    expect(part(learner, "room_back")).to_be_visible()
    expect(part(learner, "lesson_card")).to_be_visible()


def is_kept(page, server, run):
    """Whether an address of a run still shows it."""
    page.goto(f"{server.url}/?run={run}")
    expect(part(page, "train").get_by_role("button")).to_be_visible(timeout=LONG)
    return run in page.url


def members(server):
    with closing(Store(server.home / "home")) as store:
        return store.read("SELECT id FROM room_members ORDER BY id")


def test_simulated_learners_work_in_a_room_and_leave_nothing(server):
    before = members(server)  # of rooms that other tests have left open
    diary = apart(rehearse(server.url, learners=3, seconds=20, password=None, lesson=True))
    assert diary.errors == []
    assert diary.lost == set()
    assert diary.joined == 4  # and the one who asks for help again and again
    assert diary.behind
    assert "board behind" in diary.report()
    assert members(server) == before


async def first_and_second_run(url):
    """Two runs that a simulated visitor begins, and those that the page shows when they go back."""
    async with Visitor(url) as visitor:
        await visitor.open()
        runs = []
        for epochs in (1, 2):
            await visitor.enter("epochs", epochs)
            await visitor.press("train")
            runs.append(visitor.run)
        page, shown = "train" if "train" in visitor.pages else "", []
        for run in runs:
            await visitor.go(page, f"run={run}")
            shown.append(visitor.run)
        return runs, shown


def test_a_simulated_visitor_goes_from_run_to_run(server):
    runs, shown = apart(first_and_second_run(server.url))
    assert len({*runs}) == 2
    assert shown == runs
