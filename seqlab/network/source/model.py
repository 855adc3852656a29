"""The part of a script that makes the model."""

from __future__ import annotations

from seqlab.cells import CELLS
from seqlab.experiment import Experiment
from seqlab.network.plan import Part, Plan, Start
from seqlab.network.source.python import call, keywords, literal


def model_lines(experiment: Experiment, planned: Plan) -> list[str]:
    """Lines that define `model`."""
    lines = _classes(planned)
    lines += _functional(planned) if planned.decoder else _sequential(planned)
    for start in planned.starts:
        (part,) = [p for p in planned.parts if p.role == "recurrent" and p.index == start.index]
        lines += ["", *_begin(experiment.layers[start.index].units, start, part)]
    return lines


def _classes(planned: Plan) -> list[str]:
    """The layers that Keras does not have."""
    kinds = dict.fromkeys(part.kind for part in planned.parts if part.role == "recurrent")
    codes = [CELLS[kind].code for kind in kinds if not CELLS[kind].is_keras]
    return [line for code in codes for line in (*code, "", "")]


def _named(planned: Plan) -> list[Part]:
    """The layers that need a name: if one is looked up, all of the recurrent ones.

    Keras counts those without a name, "lstm", "lstm_1", and could give one a name that is taken.
    """
    return [part for part in planned.parts if part.role == "recurrent" and planned.starts]


def _sequential(planned: Plan) -> list[str]:
    named = _named(planned)
    layers = [_layer(part, part in named, " " * 8, ",") for part in planned.encoder]
    inner = [line for lines in layers for line in lines]
    return ["model = keras.Sequential(", "    [", *inner, "    ]", ")"]


def _functional(planned: Plan) -> list[str]:
    """An encoder whose last states are the decoder's first ones."""
    named = _named(planned)
    lines = _layer(planned.encoder[0], False, "source = ")
    current = "source"
    for part in planned.encoder[1:-1]:
        lines += _layer(part, part in named, "hidden = ", f"({current})")
        current = "hidden"
    last = planned.encoder[-1]
    lines += _layer(last, last in named, "_, *states = ", f"({current})")
    if last.bidirectional:
        lines += [
            "# The states of both directions side by side are those of the decoder.",
            "half = len(states) // 2",
            "states = [",
            "    keras.layers.Concatenate()([forward, backward])",
            "    for forward, backward in zip(states[:half], states[half:])",
            "]",
        ]
    lines += ["", *_layer(planned.decoder[0], False, "target = ")]
    current = "target"
    for part in planned.decoder[1:]:
        more = ", initial_state=states" if part.role == "recurrent" else ""
        lines += _layer(part, part in named, "hidden = ", f"({current}{more})")
        current = "hidden"
    return [*lines, "model = keras.Model([source, target], hidden)"]


def _layer(part: Part, named: bool, before: str = "", after: str = "") -> list[str]:
    """A layer as lines of text, with what stands before and behind it."""
    arguments = [literal(value) for value in part.positional] + keywords(part.keywords)
    if part.kind == "Input":
        return call("keras.Input", arguments, before, after)
    name = keywords([("name", part.name)]) if named else []
    function = CELLS[part.kind].call if part.role == "recurrent" else f"keras.layers.{part.kind}"
    if not part.bidirectional:
        return call(function, arguments + name, before, after)
    indent = " " * (len(before) - len(before.lstrip()) + 4)
    inner = call(function, arguments, indent)
    text = "\n".join(line.removeprefix(indent) for line in inner)
    return call("keras.layers.Bidirectional", [text, *name], before, after)


def _begin(units: int, start: Start, part: Part) -> list[str]:
    """What Keras has no argument for is set after the layer is made."""
    lines = [f"layer = model.get_layer({literal(part.name)})"]
    indent, cell = "", "layer.cell"
    if part.bidirectional:
        lines.append("for direction in (layer.forward_layer, layer.backward_layer):")
        indent, cell = "    ", "direction.cell"
    if start.recurrent_scale != 1:
        lines += [
            f"{indent}kernel = {cell}.recurrent_kernel",
            f"{indent}kernel.assign({start.recurrent_scale!r} * kernel)",
        ]
    block = CELLS[part.kind].forget_block
    if start.forget_bias is not None and block is not None:
        lines += [
            f"{indent}bias = {cell}.bias.numpy()",
            f"{indent}bias[{block * units}:{(block + 1) * units}] = {start.forget_bias!r}"
            "  # the forget gate",
            f"{indent}{cell}.bias.assign(bias)",
        ]
    return lines
