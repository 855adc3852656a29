"""Windows that were cut before the file was written: past values in a row, and what follows them.

`sales(t-2), sales(t-1), sales(t)` as supervised tables have it, or `x1 ... x10, y1 ... y5`. Names
tell it, or the values: each column holds those of the one before it, a row later.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.vocabulary import LABEL_NAMES, key
from seqlab.data.reader.wording import count, names, shown, warning
from seqlab.experiment import Finding

FEWEST = 2  # steps before the target that are a window
RUN = 4  # numbered columns that are a window
MOST_CHAINED = 200  # columns that are compared with each other
SAME = 0.95  # of the values must stand a row later in the next column
# What follows a name, or a number behind it: without the name, as only so the time is linear.
_LAG = re.compile(r"(?:[(\[]\s*t\s*(?:([+-])\s*(\d{1,4})\s*)?[)\]]"
                  r"|_t(?:([+-])(\d{1,4}))?|\bt([+-])(\d{1,4}))\Z")  # fmt: skip
_NUMBERED = re.compile(r"([^\d]*)(\d{1,4})", re.ASCII)
_ENDS = f"{string.whitespace}_."
_AFTER = frozenset({"y", "yhat", "target", "targets", "out", "output", "next", "future", "label"})


@dataclass(frozen=True)
class CutWindows:
    """The columns of a table whose rows are windows.

    Attributes:
        features: name and columns of each feature, in the order of time, all equally many.
        ahead: the columns that follow, to be predicted.
        overlap: whether each row is the one above it, moved on by one step.
    """

    features: tuple[tuple[str, tuple[str, ...]], ...]
    ahead: tuple[str, ...]
    overlap: bool

    @property
    def target(self) -> str:
        """What the columns to be predicted are called together."""
        first, last = self.ahead[0], self.ahead[-1]
        return first if first == last else f"{first} to {last}"

    @property
    def steps(self) -> tuple[str, ...]:
        """All columns that the network may see."""
        return tuple(name for _, run in self.features for name in run)


def find(numeric: Sequence[Column], by_values: bool = True) -> CutWindows | None:
    """The windows in a table, or `None`.

    Args:
        numeric: the columns of numbers, without times and ids.
        by_values: whether names that do not tell lags may be read as numbered steps, if the values
            agree; not for a table with a time, or with a class.
    """
    windows = _lagged(numeric)
    if windows is None and by_values:
        windows = _numbered(numeric) or _chained(numeric)
    return windows


def told(windows: CutWindows, numeric: Sequence[Column]) -> list[Finding]:
    """What was assumed, and what is left out."""
    steps = len(windows.features[0][1])
    what = count(steps, "step")
    if len(windows.features) > 1:
        what += f" of {count(len(windows.features), 'feature')}"
    used = {*windows.steps, *windows.ahead}
    spare = [column.name for column in numeric if column.name not in used]
    text = (
        f"Each row was taken for a window that was cut before: {what}, and then "
        f"{shown(windows.target)}, which is to be predicted. "
    )
    text += (
        "Each row is the one above, moved on by a step, so rows are held out in their order: at "
        "random, the same values would stand in both parts."
        if windows.overlap
        else "Rows are held out in their order."
    )
    if spare:
        text += f" Not used: {names(spare)}."
    return [warning("windows_cut", text)]


def _lagged(numeric: Sequence[Column]) -> CutWindows | None:
    """Names such as `sales(t-1)`."""
    lags: dict[str, dict[int, Column]] = {}
    for column in numeric:
        name = column.name.strip()
        match = _LAG.search(name)
        base = name[: match.start()].rstrip(_ENDS) if match else ""
        if match is None or not base or any(bracket in base for bracket in "()[]"):
            continue
        sign = match[1] or match[3] or match[5]
        number = int(match[2] or match[4] or match[6] or 0)
        lags.setdefault(base, {})[-number if sign == "-" else number] = column
    past = {base: sorted(lag for lag in own if lag < 0) for base, own in lags.items()}
    past = {base: own for base, own in past.items() if len(own) >= FEWEST}
    ahead = [
        (base, lag, column)
        for base, own in lags.items()
        for lag, column in sorted(own.items())
        if lag >= 0 and base in past
    ]
    if not ahead:
        return None
    target = ahead[-1][0]  # of several, the last one in the file, as such tables have it
    common = sorted(set.intersection(*(set(own) for own in past.values())))
    if len(common) < FEWEST:
        past, common = {target: past[target]}, past[target]
    features = tuple((base, tuple(lags[base][lag].name for lag in common)) for base in past)
    wanted = tuple(column.name for base, _, column in ahead if base == target)
    first = lags[target][common[-1]]
    return CutWindows(features, wanted, _moves_on(lags[target][common[-2]], first))


def _name_and_number(name: str) -> tuple[str, int] | None:
    match = _NUMBERED.fullmatch(name)
    return (match[1].rstrip(_ENDS), int(match[2])) if match else None


def _numbered(numeric: Sequence[Column]) -> CutWindows | None:
    """`x1 ... x10` and then `y1 ... y5`, or one column that continues them by its values."""
    if len(numeric) > MOST_CHAINED:
        return None
    runs: list[list[Column]] = []
    last: tuple[str, int] | None = None
    for column in numeric:
        here = _name_and_number(column.name)
        if here and last and here == (last[0], last[1] + 1):
            runs[-1].append(column)
        else:
            runs.append([column])
        last = here
    if len(runs) != 2 or len(runs[0]) < RUN:
        return None
    steps, ahead = runs
    overlap = all(_moves_on(a, b) for a, b in pairwise(steps))
    continued = overlap and _moves_on(steps[-1], ahead[0])
    name = _name_and_number(ahead[0].name)
    named = name is not None and key(name[0]) in _AFTER and 1 < len(ahead) < len(steps)
    classes = key(ahead[0].name) in LABEL_NAMES and ahead[0].kind != "number"
    if classes or not (named or continued):
        return None
    first = _name_and_number(steps[0].name)
    feature = (first[0].rstrip(" _-.") if first else "") or "value"
    run = tuple(column.name for column in steps)
    return CutWindows(((feature, run),), tuple(column.name for column in ahead), overlap)


def _chained(numeric: Sequence[Column]) -> CutWindows | None:
    """Columns of any names, each of which holds the values of another one a row later."""
    usable = [c for c in numeric if c.values is not None and len(np.unique(c.values)) > 1]
    if len(usable) < FEWEST + 1 or len(numeric[0].cells) < 20:
        return None
    above = {column.values[:-1].tobytes(): column for column in usable if column.values is not None}
    after = {
        column.name: above.get(column.values[1:].tobytes())
        for column in usable
        if column.values is not None
    }
    reached = {column.name for column in after.values() if column is not None}
    chains = []
    for column in usable:
        if column.name in reached:
            continue
        chain = [column]
        while (later := after[chain[-1].name]) is not None and later not in chain:
            chain.append(later)
        if len(chain) > FEWEST:
            chains.append(chain)
    if sum(map(len, chains)) < 2 * len(numeric) / 3 or not chains:
        return None
    newest = max(chains, key=lambda chain: numeric.index(chain[-1]))
    ahead, length = newest[-1], len(newest) - 1
    # Another feature may be known up to the target's own row; that one is left aside.
    pasts = [chain[:-1] if len(chain) > length else chain for chain in chains]
    length = min(map(len, pasts))
    features = tuple(
        (chain[-1].name, tuple(column.name for column in chain[-length:])) for chain in pasts
    )
    return CutWindows(features, (ahead.name,), overlap=True)


def _moves_on(earlier: Column, later: Column) -> bool:
    """Whether a column holds in each row what the later one holds in the row above."""
    a, b = earlier.values, later.values
    if a is None or b is None or len(a) < 4 or len(np.unique(b)) < 3:
        return False
    return bool(np.isclose(a[1:], b[:-1], rtol=1e-9, atol=0).mean() >= SAME)
