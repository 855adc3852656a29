"""A word a row and its tag beside it, sentence after sentence -> a sentence a row, and its tags."""

from __future__ import annotations

from itertools import groupby

from seqlab.data.reader.columns.typed import Column
from seqlab.data.reader.roles.across import Unrolled
from seqlab.data.reader.wording import count, shown, warning
from seqlab.limits import MAX_CLASSES

FEWEST = 5  # sentences
LONGEST = 200  # words of a sentence


def joined(columns: list[Column], lines: list[int]) -> Unrolled | None:
    """The sentences in one column and their tags in another.

    A column of words says which sentence a row belongs to, in each of its rows or in the first one
    alone; the last column has few different words, and another one many.

    Args:
        columns: of the table.
        lines: of its rows.
    """
    filled = [column for column in columns if column.kind != "empty"]
    if len(filled) < 3 or any(column.kind in ("number", "time", "clock") for column in filled):
        return None
    whose, tag = filled[0], filled[-1]
    between = filled[1:-1]
    word = max(between, key=lambda column: column.distinct)
    names = [name for name in whose.cells if name]
    starts = _starts(whose.cells)
    rows, kinds = len(lines), tag.distinct
    if len(starts) < FEWEST or len(set(names)) != len(starts) or rows < 2 * len(starts):
        return None
    if not 2 <= kinds <= min(MAX_CLASSES, rows / 4) or word.distinct <= kinds:
        return None
    if "" in tag.cells or any(" " in cell for cell in word.cells + tag.cells):
        return None
    ends = [*starts[1:], rows]
    if max(end - start for start, end in zip(starts, ends, strict=True)) > LONGEST:
        return None
    words, tags = (
        [" ".join(column.cells[a:b]) for a, b in zip(starts, ends, strict=True)]
        for column in (word, tag)
    )
    text = (
        f"Each row is one word: read as {count(len(starts), 'sentence')}, {shown(word.name)} as "
        f"the text and {shown(tag.name)} as the text to write from it, a tag a word."
    )
    return Unrolled(
        [Column(word.name, words, "text"), Column(tag.name, tags, "text")],
        [lines[start] for start in starts],
        [warning("word_tags", text)],
    )


def _starts(cells: list[str]) -> list[int]:
    """The first row of each sentence: where its name stands, or where another one begins."""
    if "" in cells:
        return [i for i, cell in enumerate(cells) if cell]
    lengths = [len(list(group)) for _, group in groupby(cells)]
    return [sum(lengths[:k]) for k in range(len(lengths))]
