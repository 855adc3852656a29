"""A report of a run: one HTML file with everything in it, for whoever has a browser."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from seqlab.report.blocks import Chart, Player
from seqlab.report.sections import Subject, sections

HERE = Path(__file__).parent
_MOUNT = re.compile(r"^export default function ?\(", re.M)


@dataclass(frozen=True)
class Browser:
    """What draws charts and players in a browser: the same scripts as on the pages.

    Attributes:
        plotly: a script that defines `window.Plotly`.
        chart, player: modules whose default export is called with what Streamlit would give it.
        player_html: the elements of a player.
        css: style sheets of both.
    """

    plotly: str
    chart: str
    player: str
    player_html: str
    css: str


def report(subject: Subject, browser: Browser) -> str:
    """The report as HTML. It asks no other place for anything, also when it is opened as a file.

    Args:
        subject: the run.
        browser: what draws in the browser.
    """
    parts = sections(subject)
    drawn = [block for each in parts for block in each.blocks if isinstance(block, Chart | Player)]
    names = {id(block): f"drawn-{number}" for number, block in enumerate(drawn)}
    places = jinja2.Environment(
        autoescape=True, loader=jinja2.FileSystemLoader(HERE), trim_blocks=True, lstrip_blocks=True
    )
    places.filters["name"] = lambda block: names[id(block)]
    return places.get_template("page.html").render(
        title=subject.title,
        summary=_summary(subject),
        sections=parts,
        css=(HERE / "page.css").read_text("utf-8") + _safe(browser.css),
        data=_json({names[id(block)]: _told(block) for block in drawn}),
        player=browser.player_html,
        plotly=_safe(browser.plotly),
        scripts=[
            _mounted(browser.chart, "mountChart"),
            _mounted(browser.player, "mountPlayer"),
        ],
        js=(HERE / "page.js").read_text("utf-8"),
    )


def _summary(subject: Subject) -> str:
    training = subject.run.experiment.training
    return (
        f"Trained with {training.optimizer}, learning rate {training.learning_rate:g}, batches of "
        f"{training.batch_size:,}, seed {training.seed}. One seed proves nothing: another one may "
        "end elsewhere."
    )


def _told(block: Chart | Player) -> dict[str, Any]:
    """What a script is given to draw a block."""
    if isinstance(block, Player):
        return block.data
    block.figure.update_layout(height=block.height)
    inline = {"script": "inline", "whole": "inline"}
    return {
        "figure": block.figure.to_json(),
        "alt": block.sentence,
        "height": block.height,
        **inline,
    }


def _mounted(module: str, name: str) -> str:
    """A module that leaves its default export where the page finds it."""
    script = _MOUNT.sub(
        f";(window.seqlabReport ??= {{}}).{name} = {name}\nfunction {name}(", module
    )
    return _safe(script)


def _safe(script: str) -> str:
    """A script or a style sheet that cannot end the element that it stands in."""
    return re.sub(r"</(?=script|style)", r"<\\/", script, flags=re.I)


def _json(value: object) -> str:
    """JSON that cannot end the script element that it stands in."""
    return json.dumps(value).replace("<", "\\u003c")
