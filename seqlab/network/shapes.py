"""The shape chain and the parameter counts of a network, as Keras would find them."""

from __future__ import annotations

from dataclasses import dataclass

from seqlab.experiment import Recurrent

Shape = tuple[int | None, ...]  # None stands for the batch axis, as in Keras


@dataclass(frozen=True)
class Link:
    """One layer in the chain.

    Attributes:
        name: as a Keras user would write it, "LSTM(32)".
        output: the shape that it hands on.
        parameters: how many numbers it learns.
        formula: how that count comes about, with the numbers filled in.
        broken: whether its input lacks the time axis that it needs.
    """

    name: str
    output: Shape
    parameters: int
    formula: str
    broken: bool = False


def _count(cell: str, units: int, features: int) -> tuple[int, str]:
    """Parameters of one recurrent layer: gates x (recurrent kernel + kernel + biases).

    Keras: `keras/src/layers/rnn/{simple_rnn,lstm,gru}.py`; the GRU has two biases because its
    `reset_after` is on by default.
    """
    if cell == "SimpleRNN":
        count = units * (units + features) + units
        return count, f"{units} × ({units} + {features}) + {units}"
    if cell == "LSTM":
        count = 4 * (units * (units + features) + units)
        return count, f"4 × ({units} × ({units} + {features}) + {units})"
    count = 3 * (units * (units + features) + 2 * units)
    return count, f"3 × ({units} × ({units} + {features}) + 2 × {units})"


def chain(
    layers: tuple[Recurrent, ...], timesteps: int, features: int, outputs: int
) -> tuple[Link, ...]:
    """The layers from the input (None, timesteps, features) to the head, `Dense(outputs)`.

    A recurrent layer behind `return_sequences=False` is marked as broken; the chain goes on as if
    it had got its time axis, so that the rest can still be read.
    """
    links = []
    shape: Shape = (None, timesteps, features)
    for layer in layers:
        broken = len(shape) == 2
        width = shape[-1] or 0
        parameters, formula = _count(layer.cell, layer.units, width)
        keeps_time = layer.return_sequences
        shape = (None, timesteps, layer.units) if keeps_time else (None, layer.units)
        links.append(Link(f"{layer.cell}({layer.units})", shape, parameters, formula, broken))
    width = shape[-1] or 0
    head = Link(
        f"Dense({outputs})",
        (*shape[:-1], outputs),
        width * outputs + outputs,
        f"{width} × {outputs} + {outputs}",
    )
    return (*links, head)
