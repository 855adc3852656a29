"""The Reber grammar: its strings, and exactly how well they can be foretold."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

# state -> [(symbol, next state)]; two ways out of a state are equally likely. Reber (1967) in the
# form of Cleeremans, Servan-Schreiber & McClelland (1989).
REBER: dict[int, tuple[tuple[str, int], ...]] = {
    0: (("B", 1),),
    1: (("T", 2), ("P", 3)),
    2: (("S", 2), ("X", 4)),
    3: (("T", 3), ("V", 5)),
    4: (("X", 3), ("S", 6)),
    5: (("P", 4), ("V", 6)),
    6: (("E", 7),),
}
FINAL = 7
SHORTEST = 9  # symbols of an embedded string: B T BTXSE T E


@cache
def ways(state: int, left: int) -> float:
    """The probability that the grammar ends within `left` symbols from `state`."""
    if state == FINAL:
        return 1.0
    if left == 0:
        return 0.0
    out = REBER[state]
    return sum(ways(following, left - 1) for _, following in out) / len(out)


def draw(longest: int, generator: np.random.Generator) -> str:
    """An embedded Reber string of at most `longest` symbols.

    Strings of that length or less have the grammar's own probabilities, relative to each other:
    at each branch both ways are weighted with the probability to end in time.
    """
    first = "TP"[generator.integers(2)]
    state, left, inner = 0, longest - 4, ""
    while state != FINAL:
        out = REBER[state]
        weights = [ways(following, left - 1) for _, following in out]
        choice = int(generator.random() * sum(weights) >= weights[0]) if len(out) > 1 else 0
        symbol, state = out[choice]
        inner += symbol
        left -= 1
    return f"B{first}{inner}{first}E"


@cache
def entropy_and_length(longest: int) -> tuple[float, float, float]:
    """Of `draw(longest)`, all exact: entropy in nats, mean length, and mean sure guesses.

    With P(s) = (1/2)^branches for a string of the grammar, conditioned on its length, the entropy
    is ln Z + ln 2 · E[branches], where Z is the probability to be short enough. Z, the branches
    and the length are summed over all strings by recursion over (state, symbols left). The guesses
    are how many symbols behind the first the likeliest follower gets right on average.
    """

    @cache
    def totals(state: int, left: int) -> tuple[float, float, float, float]:
        """Probability to end in time; with that weight: branches, symbols, right guesses."""
        if state == FINAL:
            return 1.0, 0.0, 0.0, 0.0
        if left == 0:
            return 0.0, 0.0, 0.0, 0.0
        out = REBER[state]
        parts = [totals(following, left - 1) for _, following in out]
        mass, branches, symbols, right = (
            sum(column) / len(out) for column in zip(*parts, strict=True)
        )
        best = max(part[0] for part in parts) / len(out)
        return mass, branches + mass * (len(out) > 1), symbols + mass, right + best

    mass, branches, symbols, right = totals(0, longest - 4)
    entropy = math.log(mass) + math.log(2) * branches / mass
    # Around the inner string: the choice of T or P (a guess), then its repetition and E (sure).
    return entropy + math.log(2), symbols / mass + 4, right / mass + 2.5
