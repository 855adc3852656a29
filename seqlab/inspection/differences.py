"""What differs between two experiments, and what became of it, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seqlab.experiment import Experiment, Recurrent
from seqlab.field_words import in_words, label_of

LUCK = "with one seed each; that can be luck"
ONE_SEED = "with one seed each; a race over several seeds tells how sure that is"
PLAIN = 2.0  # a ratio of losses that is not waved off as luck
MOST = 3  # differences that a name tells
READ: dict[str, object] = {"inputs": (), "known_ahead": (), "calendar": (), "holidays": None}


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
        Difference(
            _name(key, several),
            in_words(old[key], setting_of(key)[0]),
            in_words(new[key], setting_of(key)[0]),
        )
        for key in new
        if key in old and old[key] != new[key]
    ]


def comparable(a: Experiment, b: Experiment) -> bool:
    """Whether their losses measure the same: errors of the same targets, by the same loss.

    What a network reads of the rows before them changes nothing about the targets.
    """
    same_loss = a.training.loss == b.training.loss and a.network.head == b.network.head
    targets, others = (each.data.model_copy(update=READ) for each in (a, b))
    return targets == others and same_loss


def name_of(other: Experiment, shown: Experiment) -> str:
    """What a run is called beside the one that is shown: its own values of what differs."""
    changed = differences(shown, other)
    if not changed:
        return "the same settings"
    words = ", ".join(f"{each.name} {each.after}" for each in changed[:MOST])
    return words if len(changed) <= MOST else f"{words} and {len(changed) - MOST} more"


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
    changed = differences(before, after)
    if not changed:
        return ""
    words = ", ".join(f"{each.name} {each.before} → {each.after}" for each in changed[:MOST])
    more = f" and {len(changed) - MOST} more" if len(changed) > MOST else ""
    ratio = max(old_loss, new_loss) / max(min(old_loss, new_loss), 1e-300)
    seeds = LUCK if ratio < PLAIN else ONE_SEED
    if [each.name for each in changed] == ["seed"]:
        seeds = "by the seed alone"
    return f"{words}{more}: best val_loss {old_loss:.3g} → {new_loss:.3g} {seeds}."


def setting_of(key: str) -> tuple[str, int | None]:
    """The setting of a widget's key, and its layer from 0 on if it belongs to one.

    Example:
        >>> setting_of("units_1"), setting_of("beta_1")
        (('units', 1), ('beta_1', None))
    """
    of_layer = re.fullmatch(r"(.+)_(\d+)", key)
    if of_layer is None or of_layer[1] not in Recurrent.model_fields:
        return key, None
    return of_layer[1], int(of_layer[2])


def _name(key: str, several: bool) -> str:
    """The word for a widget's key; of several layers, with the number."""
    name, layer = setting_of(key)
    word = "sequences" if name == "data" else label_of(name)
    return word if layer is None or not several else f"{word} of layer {layer + 1}"
