"""Tables of words: texts with labels, or pairs of texts."""

from __future__ import annotations

import numpy as np

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.columns.typed import Column, counts_rows
from seqlab.data.reader.roles.shape import Layout, Reading
from seqlab.data.reader.vocabulary import LABEL_NAMES, key
from seqlab.data.reader.wording import Findings, count, hint, names, on_lines, shown
from seqlab.experiment import Finding, ParseOptions
from seqlab.limits import MAX_CLASSES


def chosen(
    columns: list[Column], lines: list[int], wish: ParseOptions
) -> tuple[Layout, list[Finding]]:
    """The texts of a table that the user declared to be "text" or "pairs", or chose one of.

    Args:
        columns: of the table.
        lines: the line of each row in the file.
        wish: what the user chose.

    Raises:
        UploadError: if there are no two columns for that.
    """
    columns = [c for c in columns if c.kind != "empty" and c.name != wish.sequence_id]
    if len(columns) < 2:
        raise UploadError("Two columns are needed for texts, and this table has only one.")
    by_name = {c.name: c for c in columns}
    for name, role in ((wish.label, "label"), (wish.text, "text")):
        if name and name not in by_name:
            raise UploadError(f"There is no column called {shown(name)} to take the {role} from.")
    label, text = by_name.get(wish.label or ""), by_name.get(wish.text or "")
    by_length = sorted(columns, key=lambda c: -sum(map(len, c.cells)))
    if wish.kind == "pairs":
        both = sorted((c for c in by_length[:2]), key=columns.index)
        return _pairs(both, lines)
    if label is None:
        rest = [c for c in columns if c is not text]
        label = _label_among([c for c in rest if len(_distinct(c)) > 1 and _is_classes(c)] or rest)
    if text is None or text is label:
        text = next(c for c in by_length if c is not label)
    return _labelled(text, label, columns, lines)


def second(columns: list[Column], shape: Layout) -> tuple[Reading, ...]:
    """Another column of sentences that could be read instead, the longest one.

    Args:
        columns: of the table.
        shape: their roles.
    """
    free = [
        c
        for c in columns
        if c.kind == "text" and c.name not in (*shape.texts, shape.label) and _is_prose(c)
    ]
    if shape.kind != "text" or not free:
        return ()
    other = max(free, key=lambda c: sum(map(len, c.cells))).name
    return (Reading("one_text_one_label", f"Read {shown(other)}", {"text": other}),)


def words(
    columns: list[Column], lines: list[int], delimiter: str | None
) -> tuple[Layout, list[Finding]] | None:
    """Texts with labels, or pairs of texts; `None` if this is a table of numbers.

    Args:
        columns: of the table.
        lines: the line of each row in the file.
        delimiter: of the file, or `None`.
    """
    columns = [c for c in columns if c.kind != "empty"]
    counters = {c.name for c in columns if counts_rows(c)}
    rest = [c for c in columns if c.name not in counters]
    if by_sentences := _sentences(rest, lines):
        return by_sentences
    if not 2 <= len(rest) <= 4:
        return None
    if any(c.kind == "number" and c.distinct > 20 for c in rest):
        return None
    texts = [c for c in rest if c.kind == "text"]
    if not texts or (rest[0].kind == "time" and any(c.kind != "time" for c in rest)):
        if not all(c.kind == "time" for c in rest):
            return None
        texts = rest
    most = max(c.distinct for c in texts)
    named = [c for c in rest if key(c.name) in LABEL_NAMES and _is_classes(c) and c.distinct < most]
    others = [c for c in rest if c.kind in ("number", "truth") and c not in named]
    if others and not named:
        return None
    if not named and len(rest) == 2:
        few, many = sorted(rest, key=lambda c: c.distinct)
        if _is_classes(few) and few.distinct < many.distinct:
            named = [few]
    if named:
        label = named[0]
        free = [c for c in texts if c is not label]
        if not free:
            return None
        text = max(free, key=lambda c: sum(map(len, c.cells)))
        if text.distinct < 3:
            return None
        return _labelled(text, label, rest, lines)
    if len(rest) == 2 and min(c.distinct for c in rest) > 1:
        return _pairs(rest, lines)
    if len(rest) == 3 == len(texts) and delimiter == "\t":  # as from manythings.org/anki
        shape, findings = _pairs(rest[:2], lines)
        unused = hint("unused_columns", f"{shown(rest[2].name)} is neither of the two texts.")
        return shape, [*findings, unused]
    if len(rest) == 3 == len(texts):  # a class, a name of the row, and a text
        classes = [c for c in rest if _is_classes(c) and c.distinct > 1]
        unique = [c for c in rest if c.distinct == len(c.cells)]
        if len(classes) == 1 and len(unique) == 2:
            text = max(unique, key=lambda c: sum(map(len, c.cells)))
            return _labelled(text, classes[0], rest, lines)
    return None


def _sentences(rest: list[Column], lines: list[int]) -> tuple[Layout, list[Finding]] | None:
    """A table of any width in which one column holds sentences and another a class.

    Columns of many different numbers speak against it, unless each number stands once: an id.
    """
    rows = len(rest[0].cells) if rest else 0
    texts = [c for c in rest if c.kind == "text" and _is_prose(c)]
    if not texts or rows < 5:
        return None
    for column in rest:
        many = column.distinct
        if column.kind == "number" and MAX_CLASSES < many < rows:
            return None
        if column.kind == "number" and many == rows > 20 and not column.is_whole:
            return None
    text = max(texts, key=lambda c: sum(map(len, c.cells)))
    classes = [
        c
        for c in rest
        if c is not text
        and c.kind in ("text", "number", "truth")
        and _is_classes(c)
        and c.distinct > 1
    ]
    if not classes:
        return None
    return _labelled(text, _label_among(classes), rest, lines)


def _label_among(columns: list[Column]) -> Column:
    """The one that is named so, else the one with the fewest classes; of equal ones the first."""
    return min(columns, key=lambda c: (key(c.name) not in LABEL_NAMES, c.distinct))


def _is_prose(column: Column) -> bool:
    """Cells of several words, hardly one twice."""
    cells = [cell for cell in column.cells if cell]
    words = float(np.median([len(cell.split()) for cell in cells])) if cells else 0.0
    return words >= 3 and len(set(cells)) >= 0.8 * len(cells)


def _labelled(
    text: Column, label: Column, rest: list[Column], lines: list[int]
) -> tuple[Layout, list[Finding]]:
    """Texts with one label; what else could have been read is told."""
    others = [c.name for c in rest if c not in (text, label)]
    findings = Findings(_about_texts([text], lines))
    if others:
        findings.hint(
            "one_text_one_label",
            f"{shown(text.name)} is read, and {shown(label.name)} is the label. Not used: "
            f"{names(others)}. One text and one label are learned at a time; others can be "
            "chosen.",
        )
    return Layout("text", label=label.name, texts=(text.name,)), findings


def _pairs(both: list[Column], lines: list[int]) -> tuple[Layout, list[Finding]]:
    first, second = (c.name for c in both)
    return Layout("pairs", texts=(first, second)), _about_texts(both, lines)


def _distinct(column: Column) -> set[str]:
    return {cell for cell in column.cells if cell}


def _is_classes(column: Column) -> bool:
    classes = _distinct(column)
    return 1 <= len(classes) <= min(MAX_CLASSES, len(column.cells) / 2) and all(
        len(cell) <= 40 for cell in classes
    )


def _about_texts(columns: list[Column], lines: list[int]) -> list[Finding]:
    findings = Findings()
    for column in columns:
        blank = [i for i, cell in enumerate(column.cells) if not cell]
        if blank:
            findings.warn(
                "blank_texts",
                f"{count(len(blank), 'cell')} of {shown(column.name)} "
                f"({on_lines(lines[i] for i in blank)}) without any text.",
            )
        long = max(range(len(column.cells)), key=lambda i: len(column.cells[i]))
        usual = float(np.median([len(cell) for cell in column.cells]))
        if len(column.cells[long]) > max(1000, 20 * usual):
            findings.warn(
                "long_text",
                f"The text on line {lines[long]} has {len(column.cells[long]):,} characters, "
                f"most have about {usual:.0f}: long ones will be cut.",
            )
    return findings
