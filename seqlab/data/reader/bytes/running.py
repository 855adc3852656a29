"""A running text (.txt), the corpus of a character model."""

from __future__ import annotations

import re

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.wording import count, hint
from seqlab.experiment import Finding

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", re.ASCII)
LEAST = 100  # characters; fewer are no corpus


def is_table(text: str, delimiter: str | None) -> bool:
    """Whether nearly each line has exactly two parts: a running text has no such order."""
    written = [line for line in text.splitlines() if line.strip()]
    if not delimiter or len(written) < 10:
        return False
    return sum(line.count(delimiter) == 1 for line in written) >= 0.98 * len(written)


def is_numbers(text: str) -> bool:
    """Whether nearly all words are numbers: then it is a table that could not be read."""
    words = text[:100_000].replace(",", " ").replace(";", " ").split()
    numbers = sum(_NUMBER.fullmatch(word) is not None for word in words)
    return len(words) > 50 and numbers > 0.9 * len(words)


def lines(text: str) -> tuple[list[str], list[Finding]]:
    """The lines of the text, without their ends and without blank ones at both ends of it.

    Raises:
        UploadError: if there is too little text.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    rows = plain.split("\n")
    while rows and not rows[-1].strip():
        rows.pop()
    size = sum(map(len, rows)) + len(rows)
    if size < LEAST:
        raise UploadError(
            f"This text has {count(size, 'character')}; at least {LEAST} are needed to learn from."
        )
    words = len(plain.split())
    symbols = len(set(plain))
    return rows, [
        hint(
            "corpus",
            f"Read as one running text: {size:,} characters of {symbols:,} kinds, {words:,} words.",
        )
    ]
