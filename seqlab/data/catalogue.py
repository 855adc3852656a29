"""All built-in sources by name, with what a page has to know of each."""

from __future__ import annotations

from seqlab.data import series, tasks
from seqlab.data.entry import Entry
from seqlab.experiment import Data

ENTRIES: dict[str, Entry] = {entry.key: entry for entry in (*series.ENTRIES, *tasks.ENTRIES)}


def default(source: str) -> Data:
    """What a built-in source is best begun with.

    Raises:
        KeyError: if there is no such source.
    """
    return ENTRIES[source].default()
