"""A running text (.txt), the corpus of a character model."""

from __future__ import annotations

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.wording import count, hint
from seqlab.experiment import Finding

LEAST = 100  # characters; fewer are no corpus


def lines(text: str) -> tuple[list[str], list[Finding]]:
    """The lines of the text, without their ends and without blank ones at both ends of it.

    Raises:
        UploadError: if there is too little text.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    found = plain.split("\n")
    while found and not found[-1].strip():
        found.pop()
    size = sum(map(len, found)) + len(found)
    if size < LEAST:
        raise UploadError(
            f"This text has {count(size, 'character')}; at least {LEAST} are needed to learn from."
        )
    words = len(plain.split())
    symbols = len(set(plain))
    return found, [
        hint(
            "corpus",
            f"Read as one running text: {size:,} characters of {symbols:,} kinds, {words:,} words.",
        )
    ]
