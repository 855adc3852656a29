import asyncio

import pytest

from seqlab.workshop import rehearse
from seqlab.workshop.visitor import site_of


@pytest.mark.parametrize(
    ("url", "site", "page", "query"),
    [
        ("localhost:8501", "http://localhost:8501", "", {}),
        ("http://a.b/", "http://a.b", "", {}),
        (
            "https://a.b/base/room?room=K&key=x",
            "https://a.b/base",
            "room",
            {"room": "K", "key": "x"},
        ),
    ],
)
def test_an_address_is_taken_apart(url, site, page, query):
    assert site_of(url) == (site, page, query)


@pytest.mark.parametrize("url", ["", "ftp://a", "http://"])
def test_what_is_no_address(url):
    with pytest.raises(ValueError, match="expected http://HOST:PORT"):
        site_of(url)


def test_a_rehearsal_without_a_server_says_so(capsys):
    assert rehearse.main(["http://127.0.0.1:9", "--learners", "1"]) == 2
    assert "did not begin" in capsys.readouterr().err


class Page:
    """A playground that knows some runs, and says of one that it has failed."""

    def __init__(self):
        self.pages, self.run = {"train": "hash"}, None

    async def go(self, path, query):
        wanted = query.removeprefix("run=")
        self.run = None if wanted == "gone" else wanted
        return 0.1

    def says(self, words):
        return words in (f"Failed after 3 of {self.run} epochs." if self.run == "failed" else "")


def test_a_lost_run_and_a_late_board_are_problems():
    diary = rehearse.Diary(runs={"gone", "failed", "well"}, behind=[0.5] * 9)
    assert diary.problems == []
    assert "none of them is lost" in diary.report()
    asyncio.run(rehearse.find_lost(Page(), diary.runs, diary))
    assert diary.lost == {"gone", "failed"}
    diary.behind = [1.0, 9.0]
    lost, gone, late = diary.problems
    assert (lost, gone) == ("run failed was lost", "run gone was lost")
    assert "8.6 s behind, and at most 3 s are wanted" in late
    assert "2 of them are lost" in diary.report()
