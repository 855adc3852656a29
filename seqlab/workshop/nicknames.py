"""Names for the learners of a room, made by the machine: nobody has to give their own."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Container

_ADJECTIVES = """
Amber Bold Brave Bright Brisk Calm Clever Cosy Curious Daring Eager Early Fair Gentle Golden Happy
Honest Humble Jolly Keen Kind Lively Lucky Merry Mighty Nimble Noble Patient Proud Quick Quiet Ready
Sharp Silver Steady Sunny Swift Tidy Warm Witty
"""
_ANIMALS = """
Badger Bear Beaver Bison Crane Deer Dolphin Falcon Finch Fox Gecko Heron Ibex Jackdaw Koala Lark
Lemur Lynx Magpie Marten Mole Newt Ocelot Otter Owl Panda Penguin Puffin Quail Rabbit Raven Robin
Salmon Seal Squirrel Stork Swan Tapir Tiger Wren
"""
ADJECTIVES, ANIMALS = tuple(_ADJECTIVES.split()), tuple(_ANIMALS.split())
LONGEST = 24


class NicknameError(ValueError):
    """Why a nickname cannot be used, in a sentence."""


def new_nickname(taken: Container[str]) -> str:
    """A nickname whose folded form (`folded`) is not among those in use.

    Example:
        >>> len(new_nickname(taken=()).split())
        2
    """
    for number in range(2000):
        name = f"{secrets.choice(ADJECTIVES)} {secrets.choice(ANIMALS)}"
        if number > 200:  # a very full room
            name = f"{name} {number}"
        if folded(name) not in taken:
            return name
    raise RuntimeError("No nickname is free.")


def read_nickname(text: str) -> str:
    """A nickname as it is kept: one line without control characters, blanks at its ends.

    It begins with a letter or a digit, so that a spreadsheet takes it for no formula.

    Example:
        >>> read_nickname("  Ada   L. ")
        'Ada L.'

    Raises:
        NicknameError: if it is empty, too long, or has characters that cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name:
        raise NicknameError("Type a nickname.")
    if len(name) > LONGEST:
        raise NicknameError(f"A nickname has at most {LONGEST} characters. You gave {len(name)}.")
    # Categories C: control, format (as the mark that turns the direction of writing), unassigned.
    if any(unicodedata.category(letter).startswith("C") for letter in name):
        raise NicknameError("This nickname has characters that cannot be seen. Type another one.")
    if not name[0].isalnum():
        raise NicknameError("A nickname begins with a letter or a digit.")
    return name


def folded(name: str) -> str:
    """What two nicknames have in common that look alike: no case, no accents.

    Example:
        >>> folded("Änne") == folded("ANNE")
        True
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
