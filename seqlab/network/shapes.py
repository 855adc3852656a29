"""The shape chain and the parameter counts of a network, as Keras would find them."""

from __future__ import annotations

from dataclasses import dataclass

from seqlab.cells import CELLS
from seqlab.network.plan import Part, Plan

Shape = tuple[int | None, ...]  # None stands for the batch axis, as in Keras


@dataclass(frozen=True)
class Link:
    """One layer in the chain.

    Attributes:
        name: as a Keras user would write it, "LSTM(32)".
        output: the shape that it hands on.
        parameters: how many numbers it learns.
        formula: how that count comes about, with the numbers filled in.
        broken: whether its input has an axis too few or too many.
        part: the layer with all its arguments.
    """

    name: str
    output: Shape
    parameters: int
    formula: str
    broken: bool = False
    part: Part | None = None


def links(planned: Plan) -> tuple[Link, ...]:
    """The layers from the input to the head, one link for each Keras layer, input included.

    A layer whose input has the wrong number of axes is marked as broken; the chain goes on as if
    it had got the right one, so that the rest can still be read. With teacher forcing the
    decoder's input, embedding and layers follow those of the encoder, as in `model.layers`.
    """
    chain = []
    shape: Shape = ()
    steps: int | None = None
    for part in planned.parts:
        link = _link(part, shape, steps)
        chain.append(link)
        shape = link.output
        if part.role in ("input", "repeat"):
            steps = shape[1]
    return tuple(chain)


def _link(part: Part, shape: Shape, steps: int | None) -> Link:
    """The link of a layer that reads `shape`, in a part of the network with that many steps."""
    keywords = dict(part.keywords)
    if part.role == "input":
        (sizes,) = part.positional
        assert isinstance(sizes, tuple)
        batch = keywords.get("batch_size")
        assert batch is None or isinstance(batch, int)
        return Link("Input", (batch, *sizes), 0, "", part=part)
    width = shape[-1] or 0
    batch_axis, broken = shape[0], False
    count, formula, label = 0, "", part.kind
    output = shape
    if part.role == "embedding":
        tokens, size = _ints(part)
        count, formula = tokens * size, f"{tokens} × {size}"
        label, output = f"Embedding({tokens}, {size})", (*shape, size)
    elif part.role == "recurrent":
        (units,) = _ints(part)
        broken = len(shape) != 3
        biased = keywords.get("use_bias", True) is True
        cell = CELLS[part.kind]
        count, formula = cell.parameters(units, width, biased)
        label, out = f"{part.kind}({units})", units
        if part.bidirectional:
            formula = f"({formula})" if len(cell.blocks) == 1 else formula
            count, formula, out = 2 * count, f"2 × {formula}", 2 * units
            label = f"Bidirectional({label})"
        keeps_time = keywords.get("return_sequences", False)
        output = (batch_axis, steps, out) if keeps_time else (batch_axis, out)
    elif part.role == "normalization":
        count, formula = 2 * width, f"2 × {width}"
    elif part.role == "repeat":
        (times,) = _ints(part)
        broken = len(shape) != 2
        label, output = f"RepeatVector({times})", (batch_axis, times, width)
    elif part.role == "reshape":
        (sizes,) = part.positional
        assert isinstance(sizes, tuple)
        label, output = f"Reshape({sizes})", (batch_axis, *sizes)
    elif part.role == "head":
        (units,) = _ints(part)
        count, formula = width * units + units, f"{width} × {units} + {units}"
        label, output = f"Dense({units})", (*shape[:-1], units)
    return Link(label, output, count, formula, broken, part)


def _ints(part: Part) -> tuple[int, ...]:
    return tuple(value for value in part.positional if isinstance(value, int))
