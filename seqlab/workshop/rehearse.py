"""Simulated learners in a room, over the real websocket: `python -m seqlab.workshop.rehearse`.

So a teacher sees the board alive before the lesson; with `--minutes` it is the load test of a room.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import sys
import time
import urllib.error
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

import numpy as np
import websockets

from seqlab.workshop.visitor import Visitor, site_of

PATIENCE = 60.0  # seconds after which an action counts as never answered
PAUSE = 4.0, 14.0  # seconds between two actions of a learner
PROBE = 5.0  # seconds between two measurements of the board
BEHIND = 3.0  # seconds that a board may be behind (95th percentile)
GONE = ("Failed after", "Interrupted after")  # what a page says of a run that was lost
QUESTIONS = "room_answer_", "lesson_choice_", "lesson_number_"  # keys of what one answers with
ASKED = re.compile(r"(\d+) asked for help")


@dataclass
class Diary:
    """What all simulated learners did and saw.

    Attributes:
        seconds: that each kind of action took to be answered.
        behind: seconds from a learner's click until the board showed it.
        runs: ids of the runs that they began.
        lost: those that were gone or had failed at the end.
        errors: what was shown as an error or exception, or went unanswered.
        joined: how many came in.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    behind: list[float] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    joined: int = 0

    async def time(self, action: str, answer: Awaitable[float]) -> None:
        """Notes how long an action took."""
        try:
            taken = await asyncio.wait_for(answer, PATIENCE)
            self.seconds.setdefault(action, []).append(taken)
        except TimeoutError:
            self.errors.append(f"{action} was not answered in {PATIENCE:g} s")

    def report(self) -> str:
        """What was measured, a line each."""
        lost = f"{len(self.lost)} of them are lost" if self.lost else "none of them is lost"
        lines = [f"{self.joined} learners joined and began {len(self.runs)} runs; {lost}."]
        for name, seconds in [*self.seconds.items(), ("board behind", self.behind)]:
            if seconds:
                half, most = np.percentile(seconds, [50, 95])
                lines.append(
                    f"{name}: {len(seconds)} times, median {1000 * half:,.0f} ms, "
                    f"95th percentile {1000 * most:,.0f} ms"
                )
        lines += [f"Error: {problem}" for problem in self.problems]
        return "\n".join(lines)

    @property
    def problems(self) -> list[str]:
        """What must not be: errors, a lost run, a board that is too far behind."""
        sentences = sorted(set(self.errors))
        sentences += [f"run {run} was lost" for run in sorted(self.lost)]
        if self.behind and (late := float(np.percentile(self.behind, 95))) > BEHIND:
            sentences.append(
                f"the board was {late:.1f} s behind, and at most {BEHIND:g} s are wanted"
            )
        return sentences


async def join(visitor: Visitor, code: str, diary: Diary) -> bool:
    """Opens the link, joins, goes to the playground; whether that worked.

    Args:
        visitor: the learner.
        code: of the room.
        diary: keeps how long that took.
    """
    await diary.time("open", visitor.open())
    await diary.time("join link", visitor.go("room", urlencode({"room": code})))
    if not visitor.has("room_code"):
        diary.errors.append("the page asks for no code")
        return False
    await diary.time("join", visitor.submit("room_enter", room_code=code))
    if not visitor.says("You are in room"):
        diary.errors.append("the room took no learner")
        return False
    diary.joined += 1
    await diary.time("playground", visitor.go(_playground(visitor)))
    return True


async def find_lost(visitor: Visitor, runs: set[str], diary: Diary) -> None:
    """Opens each of a learner's runs once more and notes those that are gone or have failed.

    Args:
        visitor: the learner.
        runs: their ids.
        diary: keeps what is lost.
    """
    for run in sorted(runs):
        await asyncio.wait_for(visitor.go(_playground(visitor), f"run={run}"), PATIENCE)
        if visitor.run != run or any(map(visitor.says, GONE)):
            diary.lost.add(run)


def _playground(visitor: Visitor) -> str:
    return "train" if "train" in visitor.pages else ""


async def act(visitor: Visitor, draw: random.Random, diary: Diary, runs: set[str]) -> None:
    """One thing that a learner could do on the playground as it is; notes the run it begins.

    Args:
        visitor: the learner.
        draw: decides what they do.
        diary: keeps how long that took.
        runs: the ids of theirs; the new one is added.
    """
    choices: list[tuple[str, float]] = [("change", 5.0)]
    if visitor.has("train"):
        choices.append(("train", 2.0))
    if visitor.has("lesson_next"):
        choices.append(("lesson_next", 1.0))
    answers = [key for key in visitor.drawn if key.startswith(QUESTIONS)]
    if answers:
        choices.append(("answer", 4.0))
    names, weights = zip(*choices, strict=True)
    match draw.choices(names, weights)[0]:
        case "train":
            await diary.time("train", visitor.press("train"))
            if visitor.run is not None:
                runs.add(visitor.run)
        case "lesson_next":
            await diary.time("lesson", visitor.press("lesson_next"))
        case "answer":
            await _answer(visitor, draw, diary, answers[0])
        case _:
            await _change(visitor, draw, diary)


async def _change(visitor: Visitor, draw: random.Random, diary: Diary) -> None:
    wanted: dict[str, float] = {
        "units_0": float(draw.choice((4, 8, 16, 24, 32))),
        "learning_rate": draw.choice((0.0003, 0.001, 0.003, 0.01, 0.03)),
        "seed": float(draw.randint(0, 20)),
    }
    free = [key for key in wanted if visitor.has(key)]
    if free:
        key = draw.choice(free)
        await diary.time("change", visitor.change(key, double_value=wanted[key]))


async def _answer(visitor: Visitor, draw: random.Random, diary: Diary, key: str) -> None:
    kind, content = visitor.drawn[key]
    if kind == "radio":
        option = draw.choice(list(content.options))
        await diary.time("answer", visitor.change(key, string_value=option))
    elif kind == "number_input":
        value = max(round(draw.uniform(0.1, 1.0), 2), content.min if content.has_min else 0.0)
        await diary.time("answer", visitor.change(key, double_value=value))
    if key.startswith("lesson_") and visitor.has("lesson_answer"):
        await diary.time("answer", visitor.press("lesson_answer"))


async def learner(
    site: str, code: str, seed: int, ended: asyncio.Event, diary: Diary, password: str | None
) -> None:
    """One simulated learner until `ended`: most work, some get stuck, some ask for help.

    Args:
        site: the address of the server.
        code: of the room.
        seed: of what they do.
        ended: set when they are to leave.
        diary: keeps what happened.
        password: of the server, if it has one.
    """
    draw = random.Random(seed)
    gets_stuck, asks = draw.random() < 0.15, draw.random() < 0.15
    try:
        async with Visitor(site, password=password) as visitor:
            if not await join(visitor, code, diary):
                return
            actions, runs = 0, set[str]()
            while not ended.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), draw.uniform(*PAUSE))
                if ended.is_set() or (gets_stuck and actions > 2):
                    continue
                await act(visitor, draw, diary, runs)
                actions += 1
                if asks and actions == 4 and visitor.has("room_help"):
                    await diary.time("ask for help", visitor.press("room_help"))
            diary.runs |= runs
            await find_lost(visitor, runs, diary)
            diary.errors += visitor.errors
    except TimeoutError:
        diary.errors.append(f"a run was not shown again in {PATIENCE:g} s")
    except (OSError, websockets.WebSocketException, urllib.error.URLError) as error:
        diary.errors.append(f"the connection was lost: {error!r}")


async def watch(
    site: str, teacher: dict[str, str], ended: asyncio.Event, diary: Diary, password: str | None
) -> None:
    """A teacher's board, and a learner who asks for help to see when the board shows it.

    Args:
        site: the address of the server.
        teacher: the parameters of the teacher's link.
        ended: set when they are to leave.
        diary: keeps what happened.
        password: of the server, if it has one.
    """
    async with (
        Visitor(site, password=password) as board,
        Visitor(site, password=password) as probe,
    ):
        await board.open()
        await board.go("room", urlencode(teacher))
        if not await join(probe, teacher["room"], diary):
            return
        while not ended.is_set():
            before, begin = _asked(board), time.perf_counter()
            await diary.time("ask for help", probe.press("room_help"))
            while _asked(board) == before and not ended.is_set():
                if time.perf_counter() - begin > PATIENCE:
                    diary.errors.append("the board never showed who asks for help")
                    return
                await asyncio.sleep(0.02)
            if not ended.is_set():
                diary.behind.append(time.perf_counter() - begin)
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), PROBE)
        diary.errors += board.errors + probe.errors
        diary.seconds["board answers"] = board.looks


def _asked(board: Visitor) -> int:
    """How many ask for help, as the board says."""
    matches = (ASKED.search(text) for text in board.texts.values())
    return next((int(match[1]) for match in matches if match), 0)


async def open_room(site: str, password: str | None, *, lesson: bool) -> dict[str, str]:
    """Opens a room of one's own; returns the parameters of the teacher's link.

    Args:
        site, password: of the server.
        lesson: whether its first lesson is started for all.
    """
    async with Visitor(site, password=password) as visitor:
        await visitor.open()
        await visitor.go("room")
        await visitor.press("room_open")
        if lesson:
            await visitor.press("room_lesson_start")
        return site_of(f"{site}/room?{visitor.query}")[2]


async def close_room(site: str, teacher: dict[str, str], password: str | None) -> None:
    """Closes it again, with all that is kept of it.

    Args:
        site: the address of the server.
        teacher: the parameters of the teacher's link.
        password: of the server, if it has one.
    """
    async with Visitor(site, password=password) as visitor:
        await visitor.open()
        await visitor.go("room", urlencode(teacher))
        await visitor.press("room_close")


async def rehearse(
    url: str, learners: int, seconds: float, password: str | None, *, lesson: bool = False
) -> Diary:
    """Lets simulated learners join a room and work.

    Args:
        url: of the server, or a link of a room. With a teacher's link the board is watched, too;
            without a room one is opened, and closed afterwards.
        learners: how many.
        seconds: for how long.
        password: the server's pass phrase, if it has one.
        lesson: whether they are in a lesson, if the room is opened here.

    Raises:
        ValueError: if the address is none.
        OSError: if nothing answers there.
    """
    site, _, query = site_of(url)
    own = "room" not in query
    if own:
        query = await open_room(site, password, lesson=lesson)
        print(f"The teacher's link: {site}/room?{urlencode(query)}", flush=True)  # noqa: T201
    diary, ended = Diary(), asyncio.Event()
    tasks = [
        asyncio.create_task(learner(site, query["room"], seed, ended, diary, password))
        for seed in range(learners)
    ]
    if "key" in query:
        tasks.append(asyncio.create_task(watch(site, query, ended, diary, password)))
    try:
        await asyncio.wait(tasks, timeout=seconds)
    finally:
        ended.set()
        await asyncio.gather(*tasks)
        if own:
            await close_room(site, query, password)
    return diary


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m seqlab.workshop.rehearse", description=__doc__.splitlines()[0]
    )
    parser.add_argument("url", help="the server, or the teacher's or learners' link of a room")
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument(
        "--lesson", action="store_true", help="all are in a lesson, if the room is opened here"
    )
    options = parser.parse_args(arguments)
    password = os.environ.get("SEQLAB_PASSWORD") or None
    try:
        seconds = 60 * options.minutes
        whole = rehearse(options.url, options.learners, seconds, password, lesson=options.lesson)
        diary = asyncio.run(whole)
    except KeyboardInterrupt:
        return 130
    except KeyError as error:
        print(f"The rehearsal did not begin: the page shows no {error}.", file=sys.stderr)  # noqa: T201
        return 2
    except (ValueError, OSError, websockets.WebSocketException) as error:
        print(f"The rehearsal did not begin: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(diary.report())  # noqa: T201
    return 1 if diary.problems else 0


if __name__ == "__main__":
    sys.exit(main())
