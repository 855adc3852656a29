"""Two scripts beside each other, line by line, around what differs."""

from __future__ import annotations

import difflib

CONTEXT = 2  # equal lines around a difference
SKIPPED = "⋯"


def side_by_side(one: str, other: str, context: int = CONTEXT) -> tuple[str, str]:
    """Both texts cut down to what differs, with as many lines each, so that they stand level.

    A line that only one of them has stands beside an empty one; what is left out is one line "⋯".

    Args:
        one, other: the texts.
        context: equal lines that are kept before and after a difference.

    Returns:
        Left and right; both empty if the texts are equal.

    Example:
        >>> left, right = side_by_side("a\\nb\\nc", "a\\nB\\nc", context=0)
        >>> left, right
        ('⋯\\nb\\n⋯', '⋯\\nB\\n⋯')
    """
    old, new = one.splitlines(), other.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    blocks = matcher.get_opcodes()
    if all(tag == "equal" for tag, *_ in blocks):
        return "", ""
    left: list[str] = []
    right: list[str] = []
    for place, (tag, i, j, k, n) in enumerate(blocks):
        before, after = old[i:j], new[k:n]
        if tag == "equal":
            head = 0 if place == 0 else context
            tail = 0 if place == len(blocks) - 1 else context
            if len(before) > head + tail:
                before = [*before[:head], SKIPPED, *before[len(before) - tail :]]
            after = before
        height = max(len(before), len(after))
        left += before + [""] * (height - len(before))
        right += after + [""] * (height - len(after))
    return "\n".join(left), "\n".join(right)
