"""What a unit that reads a text may keep track of, after Karpathy, Johnson & Li 2015."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from seqlab.cells.activations import Floats

OPENING, CLOSING, QUOTES = "([{<", ")]}>", '"“”'
MOST_SYMBOLS = 10  # the most frequent ones are tracked one by one


def _is_vowel(symbol: str) -> bool:
    return symbol.lower() in ("a", "e", "i", "o", "u")


KINDS: dict[str, Callable[[str], bool]] = {
    "a vowel": _is_vowel,
    "a consonant": lambda s: len(s) == 1 and s.isalpha() and not _is_vowel(s),
    "a digit": lambda s: s.isdigit(),
    "a capital": lambda s: s[:1].isupper(),
    "a space": lambda s: bool(s) and s.isspace(),
    "punctuation": lambda s: len(s) == 1 and not s.isalnum() and not s.isspace(),
}


def trackers(texts: NDArray[np.str_], mask: NDArray[np.bool_]) -> dict[str, Floats]:
    """Signals by name, each (sequences, timesteps); those that never change are left out.

    Args:
        texts: (sequences, timesteps), a symbol a step.
        mask: (sequences, timesteps), False where a step is padding.
    """
    signals = {name: np.vectorize(test, otypes=[float])(texts) for name, test in KINDS.items()}
    signals["depth of brackets"] = _depth(texts)
    signals["inside brackets"] = np.minimum(signals["depth of brackets"], 1)
    signals["inside quotes"] = np.cumsum(np.isin(texts, list(QUOTES)), axis=1) % 2.0
    if np.isin(texts, [" "]).any():
        signals["position in the word"] = _since(np.isin(texts, [" ", "\n", "\t"]))
    if np.isin(texts, ["\n"]).any():
        signals["position in the line"] = _since(texts == "\n")
    signals["position in the sequence"] = np.broadcast_to(
        np.arange(texts.shape[1], dtype=float), texts.shape
    )
    symbols, counts = np.unique(texts[mask], return_counts=True)
    for symbol in symbols[np.argsort(-counts, kind="stable")][:MOST_SYMBOLS]:
        signals[f"symbol {symbol if symbol.strip() else repr(str(symbol))}"] = (
            texts == symbol
        ).astype(float)
    return {name: signal for name, signal in signals.items() if np.ptp(signal[mask]) > 0}


def _depth(texts: NDArray[np.str_]) -> Floats:
    """How many brackets are open after each step; one that closes nothing counts for nothing."""
    change = np.isin(texts, list(OPENING)).astype(int) - np.isin(texts, list(CLOSING))
    depth = np.zeros(texts.shape)
    now = np.zeros(len(texts))
    for t in range(texts.shape[1]):
        now = np.maximum(now + change[:, t], 0)
        depth[:, t] = now
    return depth


def _since(ends: NDArray[np.bool_]) -> Floats:
    """Steps since the last end: 0 at it, 1 at the first step after it."""
    steps = np.arange(ends.shape[1])
    last = np.maximum.accumulate(np.where(ends, steps, -1), axis=1)
    return (steps - last).astype(float)
