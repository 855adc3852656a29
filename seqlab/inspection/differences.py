"""What differs between two experiments, and what became of it, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seqlab.experiment import Experiment, Recurrent

LUCK = "with one seed each; that can be luck"
LABELS = {"data": "sequences", "layers": "layers"}  # of widget keys that are not their own word
OFF = ("clipnorm", "clipvalue", "patience")  # where an empty value means none, not the usual one
MOST = 3  # differences that a name tells


@dataclass(frozen=True)
class Difference:
    """One setting that is not the same.

    Attributes:
        name: of the setting, a Keras argument where there is one.
        before, after: its values in words.
    """

    name: str
    before: str
    after: str


def differences(before: Experiment, after: Experiment) -> list[Difference]:
    """The settings that differ, in the order of the widgets.

    Example:
        >>> from seqlab import Experiment
        >>> a, b = Experiment(), Experiment.from_query({"units_0": "8"})
        >>> differences(a, b)
        [Difference(name='units', before='16', after='8')]
    """
    old, new = before.to_flat(), after.to_flat()
    several = len(before.layers) > 1 or len(after.layers) > 1
    return [
        Difference(_name(name, several), _value(name, old[name]), _value(name, new[name]))
        for name in new
        if name in old and name in new and old[name] != new[name]
    ]


def comparable(a: Experiment, b: Experiment) -> bool:
    """Whether their losses measure the same: the same data and the same loss."""
    same_loss = a.training.loss == b.training.loss and a.network.head == b.network.head
    return a.data == b.data and same_loss


def name_of(other: Experiment, shown: Experiment) -> str:
    """What a run is called beside the one that is shown: its own values of what differs."""
    found = differences(shown, other)
    if not found:
        return "the same settings"
    told = ", ".join(f"{each.name} {each.after}" for each in found[:MOST])
    return told if len(found) <= MOST else f"{told} and {len(found) - MOST} more"


def verdict(
    before: Experiment, after: Experiment, old_loss: float | None, new_loss: float | None
) -> str:
    """What a change did to the best val_loss, or "" if that cannot be said.

    Args:
        before, after: the experiments of two runs, one after the other.
        old_loss, new_loss: their best val_loss.
    """
    if old_loss is None or new_loss is None or not comparable(before, after):
        return ""
    found = differences(before, after)
    if not found:
        return ""
    told = ", ".join(f"{each.name} {each.before} → {each.after}" for each in found[:MOST])
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    seeds = LUCK
    if [each.name for each in found] == ["seed"]:
        seeds = "by the seed alone"
    return f"{told}{more}: best val_loss {old_loss:.3g} → {new_loss:.3g} {seeds}."


def _name(key: str, several: bool) -> str:
    """The word for a widget's key; of several layers, with the number."""
    found = re.fullmatch(r"(.+)_(\d+)", key)
    if found is None or found[1] not in Recurrent.model_fields:
        return LABELS.get(key, key)
    name = found[1]
    return f"{name} of layer {int(found[2]) + 1}" if several else name


def _value(key: str, value: object) -> str:
    if value is None:
        return "off" if key in OFF else "as usual"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
