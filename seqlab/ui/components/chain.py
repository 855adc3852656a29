"""The shape chain as a picture: each layer with its parameters, each shape with its axes."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from seqlab.experiment import Experiment
from seqlab.figures.style import BASELINE, TRUTH, WINDOW
from seqlab.network.shapes import Link, Shape

COLOURS = {"batch": BASELINE, "time steps": WINDOW, "features": TRUTH}
BARS = 12  # time steps that are drawn at most
LOW, HIGH, LARGEST = 7, 24, 512  # pixels of a bar for 1 feature and for the most there can be
ARROW = '<div class="seqlab-arrow">→</div>'
AND = '<div class="seqlab-arrow">and</div>'


def picture(chain: Sequence[Link]) -> str:
    """The chain as HTML. The classes are those of `style.css`.

    A bar stands for a time step, a higher one for more features; the hollow ones are states that
    a layer works out but does not hand on.
    """
    pieces: list[str] = []
    for i, link in enumerate(chain):
        assert link.part is not None
        before = chain[i - 1].output if i else ()
        dropped = 0
        if link.part.role == "recurrent" and len(link.output) == 2 and len(before) == 3:
            dropped = (before[1] or 1) - 1
        shape = _shape(link.output, _axes(link), dropped)
        if link.part.role == "input":  # a decoder has one of its own
            pieces += [AND] * bool(i) + [shape]
        else:
            pieces.append(f'<div class="seqlab-step">{ARROW}{_layer(link)}{ARROW}{shape}</div>')
    total = sum(link.parameters for link in chain)
    pieces.append(f'<div class="seqlab-total"><b>{total:,}</b> parameters</div>')
    shapes = " to ".join(f"{link.name} {link.output}" for link in chain)
    label = html.escape(f"From input to output: {shapes}", quote=True)
    return f'<div class="seqlab-chain" role="img" aria-label="{label}">{"".join(pieces)}</div>'


def axes_sentence(experiment: Experiment, chain: Sequence[Link]) -> str:
    """What the axes of the shapes are, and what `return_sequences` does to them; Markdown."""
    batch, size = chain[0].output[0], experiment.training.batch_size
    first = (
        f"`None` is the batch axis: any number of sequences side by side, {size} in training."
        if batch is None
        else f"{batch} is the batch axis, fixed by `stateful`: each place has a state of its own."
    )
    return f"{first} Then time steps, then features. {_time_axis(chain)}"


def _time_axis(chain: Sequence[Link]) -> str:
    """Which recurrent layers keep the time axis."""
    recurrent = [link for link in chain if link.part is not None and link.part.role == "recurrent"]
    on = [i for i, link in enumerate(recurrent, 1) if len(link.output) == 3]
    off = [i for i, link in enumerate(recurrent, 1) if len(link.output) == 2]
    texts = []
    if on:
        texts.append(f"on, {_layers(on)} on every state")
    if off:
        texts.append(f"off, {_layers(off)} on the last state alone, without time axis")
    return f"With `return_sequences` {'; '.join(texts)}."


def _layers(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"layer {numbers[0]} hands"
    return f"layers {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} hand"


def _axes(link: Link) -> tuple[str, ...]:
    """What each axis of a layer's output is."""
    assert link.part is not None
    if len(link.output) == 3:
        return "batch", "time steps", "features"
    tokens = link.part.role == "input"  # with features, an input has three axes
    return "batch", "time steps" if tokens else "features"


def _layer(link: Link) -> str:
    name = html.escape(link.name)
    count = ""
    if link.parameters:
        count = f"<span>{html.escape(link.formula)} = <b>{link.parameters:,}</b></span>"
    if link.broken:
        count += "<span>gets the wrong number of axes</span>"
    broken = " seqlab-broken" if link.broken else ""
    return f'<div class="seqlab-layer{broken}"><b>{name}</b>{count}</div>'


def _shape(shape: Shape, axes: Sequence[str], dropped: int) -> str:
    numbers = ", ".join(
        f'<span style="color:color-mix(in srgb, {COLOURS[axis]} 60%, currentcolor)" '
        f'title="{axis}">{size}</span>'
        for axis, size in zip(axes, shape, strict=True)
    )
    bars = _bars(dict(zip(axes, shape, strict=True)), dropped)
    return f'<div class="seqlab-shape"><div>{bars}</div><code>({numbers})</code></div>'


def _bars(sizes: dict[str, int | None], dropped: int) -> str:
    steps, features = sizes.get("time steps") or 1, sizes.get("features") or 1
    share = math.log(features) / math.log(LARGEST)
    height = round(LOW + (HIGH - LOW) * min(share, 1.0))
    full = '<i style="height:{}px; background:{}"></i>'.format(height, COLOURS["time steps"])
    hollow = f'<i class="seqlab-hollow" style="height:{height}px"></i>'
    if dropped:
        return hollow * min(dropped, BARS - 1) + full
    more = "…" if steps > BARS else ""
    return full * min(steps, BARS) + more
