"""The task bench: synthetic sequences whose answer is known, a module for each family."""

from seqlab.data.entry import Entry
from seqlab.data.tasks import classification, language, memory, series, texts, translation

ENTRIES: tuple[Entry, ...] = (
    *series.ENTRIES,
    *memory.ENTRIES,
    *classification.ENTRIES,
    *language.ENTRIES,
    *texts.ENTRIES,
    *translation.ENTRIES,
)
