"""A text that somebody types, as the tokens that a network was trained on, and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.data.text import END, PADDING, UNKNOWN, tokenise


def can_read(dataset: Dataset) -> bool:
    """Whether a network for these data reads tokens and answers with classes."""
    return bool(dataset.vocabulary) and dataset.goal.kind == "class"


def read(dataset: Dataset, typed: str) -> tuple[NDArray[np.int64], str]:
    """A text as tokens (length,), and a sentence on what of it the network cannot know."""
    place = {symbol: token for token, symbol in enumerate(dataset.vocabulary) if token}
    if dataset.names[0] == "word":
        parts = tokenise(typed, "word")
    else:
        parts = tokenise(typed, "character") if _single(dataset) else typed.split()
    strange = list(dict.fromkeys(part for part in parts if part not in place))
    unknown = place.get(UNKNOWN)
    remarks = []
    if strange:
        what = "read as unknown" if unknown else "left out"
        remarks.append(f"Not in the training part, and {what}: {' '.join(strange[:20])}")
    tokens = [place.get(part, unknown) for part in parts]
    known = np.array([token for token in tokens if token], np.int64)
    goes_on = dataset.goal.classes == dataset.vocabulary
    if len(known) > dataset.timesteps and not goes_on:
        known = known[: dataset.timesteps]
        remarks.append(f"Only the first {len(known)} are read, as in the training part.")
    return known, " ".join(remarks)


def spelled(dataset: Dataset, tokens: NDArray[np.integer]) -> str:
    """Tokens (timesteps,) as one would type them, without padding."""
    between = "" if dataset.names[0] != "word" and _single(dataset) else " "
    return between.join(dataset.vocabulary[token] for token in tokens if token)


def batch_of(dataset: Dataset, tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tokens (n,) as the network was trained to read them, (1, timesteps); padded as its data."""
    length = dataset.timesteps if dataset.frame.padded else len(tokens)
    batch = np.zeros((1, length), np.int64)
    batch[0, : len(tokens)] = tokens
    return batch


def _single(dataset: Dataset) -> bool:
    special = (PADDING, UNKNOWN, END)
    return all(len(symbol) == 1 for symbol in dataset.vocabulary if symbol not in special)
