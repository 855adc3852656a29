"""Takes of words, an archive of sounds -> Dataset."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from seqlab.data import sequences
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.layouts.known_parts import as_parts, given_parts
from seqlab.data.layouts.whole import MOST_STEPS, shortened
from seqlab.data.speech import SPEAKER, WORD
from seqlab.data.upload import Table
from seqlab.experiment import Data


def takes(table: Table, data: Data) -> Dataset:
    """One word a take. Raises `DataError`."""
    assert table.speech is not None
    words = table.frame[WORD].tolist()
    counts = Counter(words)
    if len(counts) < 2:
        raise DataError(
            f"So far all takes are of one word, “{words[0]}”. Record or add takes of another one: "
            "with one word there is nothing to tell apart."
        )
    if max(counts.values()) < 2:
        raise DataError(
            "So far there is one take of each word. Record or add a second one of each: a word is "
            "learned from one take and checked with another."
        )
    whole, notes = shortened(
        [each.astype(np.float64) for each in table.speech.features],
        data,
        data.longest or MOST_STEPS,
    )
    if single := [word for word, number in counts.items() if number == 1]:
        several = ", ".join(f"“{word}”" for word in single[:5])
        more = ", …" if len(single) > 5 else ""
        notes += (f"One take only: {several}{more}. It is learned from, and never checked.",)
    given, groups, split = given_parts(table, range(len(words))), None, None
    if given is not None:
        split = as_parts(np.array(given[1]))
        notes += (f"The {given[0]} folders say which takes are held out.",)
    elif data.reading.by_speaker and SPEAKER in table.frame:
        groups = table.frame[SPEAKER].tolist()
        notes += ("All takes of one speaker lie in the same part.",)
    made = table.speech.made
    names = tuple(f"{centre:.0f} Hz" for centre in made.centres)
    dataset = sequences.classified(whole, words, names, WORD, data, notes, split, groups)
    return replace(dataset, log_mel=made)
