"""The code of a room: four letters that nobody misreads, mishears or is offended by."""

from __future__ import annotations

import secrets
from collections.abc import Container

LETTERS = "BCDFGHJKMNPRSTWXYZ"  # no vowels, so no words; L and Q look like others, V sounds like W
LENGTH = 4


class CodeError(ValueError):
    """Why something is no code of a room, in a sentence."""


def new_code(taken: Container[str]) -> str:
    """A code that is not among those in use.

    Example:
        >>> len(new_code(taken=()))
        4

    Raises:
        RuntimeError: if nearly all of the 104,976 codes are in use.
    """
    for _ in range(1000):
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        if code not in taken:
            return code
    raise RuntimeError("No code of a room is free.")


def read_code(text: str) -> str:
    """The code that somebody typed, in whatever case, with blanks or hyphens.

    Example:
        >>> read_code(" kt-mr ")
        'KTMR'

    Raises:
        CodeError: if it cannot be one.
    """
    code = "".join(letter for letter in text.upper() if not letter.isspace() and letter != "-")
    if len(code) == LENGTH and all(letter in LETTERS for letter in code):
        return code
    wrong = sorted({letter for letter in code if letter not in LETTERS})
    if len(code) == LENGTH and wrong:
        letters = ", ".join(wrong)
        raise CodeError(f"No code has the letter {letters}. Look at the code again.")
    raise CodeError(f"A code has {LENGTH} letters, as KTMR. You gave {len(code)}.")
