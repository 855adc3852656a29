"""How the reader of strangers' files speaks: findings, line numbers and quoted cells, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from seqlab.experiment import Finding

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]+")
_NAMED = 5  # how many lines, names or cells a sentence lists before it says "and 7 more"


def hint(code: str, message: str) -> Finding:
    """Something that was assumed and is very probably right."""
    return Finding("hint", code, message)


def warning(code: str, message: str) -> Finding:
    """Something to look at before training."""
    return Finding("warning", code, message)


class Findings(list[Finding]):
    """What was found so far, in the order in which it is told."""

    def hint(self, code: str, message: str) -> None:
        """Adds something that was assumed and is very probably right."""
        self.append(hint(code, message))

    def warn(self, code: str, message: str) -> None:
        """Adds something to look at before training."""
        self.append(warning(code, message))


def shown(text: object, limit: int = 40) -> str:
    """A cell or name in quotes, short and without characters that would upset a terminal."""
    plain = _CONTROL.sub(" ", str(text))
    return f"“{plain[: limit - 1]}…”" if len(plain) > limit else f"“{plain}”"


def listed(items: Sequence[object]) -> str:
    """`a, b and c`, or `a, b, c, d, e and 7 more`."""
    if len(items) > _NAMED + 1:
        return ", ".join(map(str, items[:_NAMED])) + f" and {len(items) - _NAMED:,} more"
    if len(items) > 1:
        return ", ".join(map(str, items[:-1])) + f" and {items[-1]}"
    return "".join(map(str, items))


def names(columns: Iterable[object]) -> str:
    """Column names, quoted."""
    return listed([shown(column) for column in columns])


def on_lines(numbers: Iterable[int]) -> str:
    """`line 12` or `lines 12, 42 and 72 to 90`, as an editor counts them."""
    runs: list[list[int]] = []
    single = 0
    for number in map(int, numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
        single += 1
    texts: list[str] = []
    for first, last in ((run[0], run[-1]) for run in runs):
        texts += [f"{first} to {last}"] if last > first + 1 else map(str, range(first, last + 1))
    return ("line " if single == 1 else "lines ") + listed(texts)


def count(number: int, noun: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
