"""A learner's tile in words."""

from __future__ import annotations

from seqlab.figures.sparkline import loss_line
from seqlab.inspection.words import beside
from seqlab.runs.board import Tile
from seqlab.ui.components.board import BoardTile
from seqlab.ui.lesson.current import lessons
from seqlab.ui.words import duration

RUNS = {"queued": "waits for a worker", "running": "trains", "paused": "paused"}


def flag(tile: Tile) -> str:
    """What the teacher should know first, "" for nothing."""
    match tile.need:
        case "asked":
            return f"asks for help, {duration(tile.asked or 0.0)}"
        case "stuck":
            return f"stuck {duration(tile.changed)}"
        case "failed":
            return tile.run.status if tile.run else ""
        case "training":
            return RUNS.get(tile.run.status, "") if tile.run else ""
        case "away":
            return "away" if tile.seen is None else f"away {duration(tile.seen)}"
    return ""


def result(tile: Tile) -> str:
    """The best value beside the rule to beat."""
    if tile.best is None:
        return "no result yet" if tile.runs else "no run yet"
    text = f"best {tile.best:.3g}"
    if tile.baseline:
        text += f", {beside(tile.best / tile.baseline, 'below', 'above')} baseline"
    return text


def detail(tile: Tile, place: str = "") -> str:
    """Where the learner is, how many runs, what they did last.

    Args:
        tile: of the learner.
        place: their page of the lesson, "" without one.
    """
    runs = f"{tile.runs} run{'' if tile.runs == 1 else 's'}"
    ago = f"{tile.member.change}, {duration(tile.changed)} ago"
    return " · ".join(part for part in (place, runs, ago) if part)


def lesson_places(tiles: list[Tile]) -> dict[str, str]:
    """The page of the lesson on which each learner is, by member."""
    places, catalogue = {}, lessons()
    for tile in tiles:
        if tile.progress is None:
            continue
        lesson = catalogue.find(tile.progress.lesson, tile.progress.language)
        if lesson is not None:
            page = tile.progress.page + 1
            places[tile.member.id] = f"{lesson.title}, page {page} of {len(lesson.pages)}"
    return places


def in_words(tile: Tile, name: str, place: str = "") -> BoardTile:
    """The tile for the board.

    Args:
        tile: of the learner.
        name: what they are called there.
        place: their page of the lesson.
    """
    line = loss_line(tile.losses, tile.baseline)
    return BoardTile(
        tile.member.id, tile.need, name, flag(tile), line, result(tile), detail(tile, place)
    )


def without_names(tiles: list[Tile]) -> list[BoardTile]:
    """The tiles for a projector: no names, no order by need, nothing that shows who needs help."""
    return [
        BoardTile(
            str(number),
            "training" if tile.need == "training" else "working",
            "",
            RUNS.get(tile.run.status, "") if tile.run else "",
            loss_line(tile.losses, tile.baseline),
            result(tile),
            f"{tile.runs} run{'' if tile.runs == 1 else 's'}",
        )
        for number, tile in enumerate(sorted(tiles, key=lambda tile: tile.member.id))
    ]
