"""What settings and their values are called, on pages and in sentences."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from seqlab.limits import Setting
from seqlab.settings import SETTINGS

UNKNOWN = Setting()


def label_of(name: str) -> str:
    """What a setting is called: its Keras argument, or a word of our own.

    Example:
        >>> label_of("units"), label_of("horizon")
        ('units', 'Lead time')
    """
    return SETTINGS.get(name, UNKNOWN).label or name


def in_words(value: object, name: str = "") -> str:
    """A value of a setting.

    Args:
        value: any that an experiment may hold.
        name: of the setting; some have words of their own.

    Example:
        >>> in_words(0.01), in_words(True), in_words(None), in_words("time", "split")
        ('0.01', 'on', 'off', 'by time')
    """
    setting = SETTINGS.get(name, UNKNOWN)
    if value is None:
        return setting.empty or ("default" if name else "off")
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or setting.empty or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return setting.words.get(str(value), str(value))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """To end a sentence about a name that nobody knows: the one that was probably meant, or "".

    Example:
        >>> did_you_mean("unit", ["units", "cell"])
        ' Did you mean units?'
    """
    close = difflib.get_close_matches(name, list(known), 1)
    return f" Did you mean {close[0]}?" if close else ""
