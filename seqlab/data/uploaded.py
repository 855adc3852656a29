"""An uploaded table of any layout -> Dataset. (One series a table goes through `load`.)"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import sequences, tails, text, word_inputs
from seqlab.data.axes import looks_swapped
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.panel import Inside, forecast
from seqlab.data.reader.roles.wide import features
from seqlab.data.reader.vocabulary import ID_NAMES, PART_NAMES, key
from seqlab.data.upload import Table
from seqlab.data.windows import fill_gaps, filled_note
from seqlab.experiment import Data, Missing

VALUE = "value"  # the name of what stands in the cells of a wide table
MAX_CLASSES = 50
FEWEST_TEXTS = 8
_TRAIN = ("train", "training")
_TEST = ("test", "testing")
_HELD_OUT = ("test", "testing", "val", "valid", "validation", "dev")
MOST_STEPS = 2000  # of one whole sequence; longer ones are cut


def as_series(table: Table) -> tuple[pd.DataFrame, str | None, list[str]] | None:
    """Frame, time and columns of numbers, if the table is one series: also one laid out in a row.

    `None` if it holds several sequences or texts.
    """
    if table.kind == "series":
        return table.frame, table.time, list(_default_first(table))
    if table.kind == "wide" and len(table.frame) == 1:
        row = table.frame[_steps(table)].to_numpy(np.float64)[0]
        return pd.DataFrame({VALUE: row}), None, [VALUE]
    if table.arrays is not None and len(table.arrays.x) == 1 and table.arrays.y is None:
        one = table.arrays
        names = list(one.features)
        return pd.DataFrame(one.x[0, : one.lengths[0]], columns=names), None, names
    return None


def labels(table: Table) -> tuple[str, ...]:
    """The columns of classes that a series can be asked for: one in each row."""
    if table.kind != "series":
        return ()
    found = []
    numbers = {*table.numeric} - {table.label}
    for name in (name for name in map(str, table.frame.columns) if name not in numbers):
        cells = table.frame[name]
        words = not pd.api.types.is_numeric_dtype(cells) and cells.dtype.kind != "M"
        chosen = name == table.label
        if (words or chosen) and not cells.isna().any():
            distinct = cells.nunique()
            if 2 <= distinct <= (len(cells) if chosen else min(MAX_CLASSES, len(cells) / 5)):
                found.append(name)
    return tuple(sorted(found, key=lambda name: name != table.label))


def _steps(table: Table) -> list[str]:
    """The columns of a wide table that are steps; an assumed label is a number as well."""
    return [name for name in table.numeric if name != table.label]


def dataset(table: Table, data: Data) -> Dataset:
    """The arrays of a table that is not one series.

    Which target: the label, if there is one and `data.target` names no column of numbers;
    otherwise the next values, with windows that stay inside their sequence.

    Args:
        table: of the kind "wide", "long", "text", "pairs", "corpus" or "arrays".
        data: target, inputs, window, horizon and the seed of the split.

    Raises:
        DataError: if no sequences can be made, in a sentence for the user.
    """
    makers = {"wide": _wide, "long": _long, "text": _text, "pairs": _pairs, "corpus": _corpus}
    made = makers.get(table.kind, _arrays)(table, data)
    return replace(made, swapped_axes=_swapped_axes(table))


def _swapped_axes(table: Table) -> tuple[int, int] | None:
    """Sequences and steps with the first two axes swapped; see `Dataset.swapped_axes`."""
    x, arrays = None, table.arrays
    if table.kind == "wide" and table.label is None:
        x = _stacked(table)
    elif arrays is not None and (arrays.y is None or arrays.y.shape[:2] == arrays.x.shape[:2]):
        x = arrays.x
    if x is None or len(x) >= x.shape[1] or not looks_swapped(x):
        return None
    return x.shape[1], x.shape[0]


def columns(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What can be the target and what can be an input of this table, for the page's selectors."""
    if table.kind in ("text", "pairs", "corpus"):
        return (), ()
    if table.kind == "arrays":
        names = table.numeric if table.label is None else ()
        return names, names
    if table.kind == "series":
        return (*table.numeric, *labels(table)), (*table.numeric, *word_inputs_of(table))
    label = () if table.label is None else (table.label,)
    if table.kind == "wide":
        runs = features(_steps(table))
        return (*label, *(runs if len(runs) > 1 else (VALUE,))), tuple(runs) if len(
            runs
        ) > 1 else ()
    return (*label, *table.numeric), (*table.numeric, *word_inputs_of(table))


def word_inputs_of(table: Table) -> tuple[str, ...]:
    """The columns of words that can be inputs of this table."""
    if table.kind not in ("series", "long"):
        return ()
    parts = (table.sequence_id or "").split("+")  # of an id put together, too
    taken = (table.time, table.label, table.sequence_id, *parts)
    possible = word_inputs.possible(table.frame, taken)
    return tuple(name for name in possible if key(name) not in PART_NAMES)


def default_target(table: Table) -> str | None:
    """What is predicted if nothing is chosen: the label, else the column worth a forecast."""
    targets, _ = columns(table)
    first = table.target if table.label is None or table.kind == "series" else table.label
    return first if first in targets else next(iter(targets), None)


def _default_first(table: Table) -> tuple[str, ...]:
    """The columns of numbers, the one that is forecast if none is chosen in front."""
    first = (table.target,) if table.target in table.numeric else ()
    return tuple(dict.fromkeys([*first, *table.numeric]))


def _wide(table: Table, data: Data) -> Dataset:
    runs = features(_steps(table))
    if not any(runs.values()):
        raise DataError("There is no column of numbers that could be a step of a sequence.")
    names = tuple(runs) if len(runs) > 1 else (VALUE,)
    rows = _stacked(table)
    labels = None if table.label is None else _words(table.frame[table.label])
    if data.target not in (None, table.label, *names):
        raise DataError(_no_target(data.target, columns(table)[0]))
    if strange := [name for name in data.inputs if name not in names]:
        raise DataError(_no_target(strange[0], names))
    if labels is None or data.target in names:
        target = data.target or names[0]
        inputs = tuple(data.inputs) or (target,)
        used = list(dict.fromkeys([target, *inputs]))
        chosen = rows[..., [names.index(name) for name in used]]
        whole, kept, notes = _known([_without_tail(row) for row in chosen], tuple(used))
        ids = [str(i + 1) for i in range(len(rows))]
        if table.swapped:
            ids = next(iter(runs.values()))
        elif table.sequence_id is not None:
            ids = [_name(cell) for cell in table.frame[table.sequence_id]]
        steps = [np.arange(1, len(sequence) + 1) for sequence in whole]
        return forecast(Inside(whole, steps, [ids[i] for i in kept], inputs, target), data, notes)
    if data.inputs:
        names, rows = data.inputs, rows[..., [names.index(name) for name in data.inputs]]
    whole, kept, notes = _filled([_without_tail(row) for row in rows], names, data.missing)
    assert table.label is not None
    whole, told = _shortened(whole, data, data.longest or MOST_STEPS)
    split = _given(table, kept)
    own = [labels[i] for i in kept]
    whose = _groups(table)
    groups = whose and (whose[0], [whose[1][i] for i in kept])
    return _labelled(whole, own, names, table.label, data, notes + told, split, groups)


def _stacked(table: Table) -> NDArray[np.float64]:
    """The numbers of a wide table, (sequences, steps, features)."""
    runs = features(_steps(table)).values()
    rows = np.stack([table.frame[run].to_numpy(np.float64) for run in runs], axis=2)
    return rows.swapaxes(0, 1) if table.swapped else rows


def _long(table: Table, data: Data) -> Dataset:
    targets, possible = columns(table)
    numeric = table.numeric
    if data.target not in (None, *targets):
        raise DataError(_no_target(data.target, targets))
    strange = [name for name in data.inputs if name not in possible]
    if strange:
        raise DataError(_no_target(strange[0], possible))
    assert table.sequence_id is not None
    ids, names = pd.factorize(table.frame[table.sequence_id], use_na_sentinel=False)
    order = np.argsort(ids, kind="stable")
    borders = np.flatnonzero(np.diff(ids[order])) + 1
    rows_of = np.split(order, borders)
    by_label = table.label is not None and data.target in (None, table.label)
    inputs = tuple(data.inputs) or (
        numeric if by_label else (data.target or _default_first(table)[0],)
    )
    frame, spread, _ = word_inputs.spread(table.frame, inputs)
    inputs = tuple(spread)
    if by_label:
        values = frame[spread].to_numpy(np.float64)
        whole, kept, notes = _filled([values[rows] for rows in rows_of], inputs, data.missing)
        assert table.label is not None
        labels = _words(table.frame[table.label])
        mine = [[labels[r] for r in rows_of[i]] for i in kept]
        most = data.longest or MOST_STEPS
        if table.label_at == "every step":
            whole, told = _cut(whole, most)
            return _labelled_steps(whole, mine, inputs, table.label, data, notes + told)
        whole, told = _shortened(whole, data, most)
        rows = [int(rows_of[i][0]) for i in kept]
        usual = [_usual(own) for own in mine]
        split = _given(table, rows)
        return _labelled(whole, usual, inputs, table.label, data, notes + told, split)
    target = data.target or _default_first(table)[0]
    used = tuple(dict.fromkeys([target, *inputs]))
    values = frame[list(used)].to_numpy(np.float64)
    whole, kept, notes = _known([values[rows] for rows in rows_of], used)
    times = table.frame[table.time].to_numpy() if table.time else None
    steps = [
        np.arange(1, len(rows_of[i]) + 1) if times is None else times[rows_of[i]] for i in kept
    ]
    inside = Inside(whole, steps, [_name(names[i]) for i in kept], inputs, target)
    return forecast(inside, data, notes)


def _text(table: Table, data: Data) -> Dataset:
    assert table.label is not None
    (column,) = table.texts
    texts = table.frame[column].fillna("").tolist()
    labels = _words(table.frame[table.label])
    kept = [
        i for i, label in enumerate(labels) if label is not None and text.tokenise(texts[i], "word")
    ]
    notes = _left_out(len(texts) - len(kept), "text", "without words or without a label")
    chosen = [str(labels[i]) for i in kept]
    if len(set(chosen)) == len(chosen):
        raise DataError(
            "There is no column of numbers to learn from, and no column of classes either: "
            f"no two rows have the same “{table.label}”."
        )
    _enough(len(chosen), "texts with a label")
    return text.classified([texts[i] for i in kept], chosen, table.label, data, notes)


def _pairs(table: Table, data: Data) -> Dataset:
    first, second = (table.frame[name].fillna("").tolist() for name in table.texts)
    kept = [i for i, (a, b) in enumerate(zip(first, second, strict=True)) if a and b]
    notes = _left_out(len(first) - len(kept), "pair", "with an empty side")
    _enough(len(kept), "pairs of texts")
    return text.translated(
        [first[i] for i in kept],
        [second[i] for i in kept],
        table.texts[1],
        data,
        notes,
    )


def _corpus(table: Table, data: Data) -> Dataset:
    return text.continued("\n".join(table.frame[table.texts[0]]), data.window)


def _arrays(table: Table, data: Data) -> Dataset:
    assert table.arrays is not None
    x, y, lengths, _ = table.arrays
    whole = [row[:length] for row, length in zip(x, lengths, strict=True)]
    if y is None:
        steps = [np.arange(1, len(sequence) + 1) for sequence in whole]
        names = table.arrays.features
        ids = [str(i + 1) for i in range(len(whole))]
        target = data.target if data.target in names else names[0]
        chosen = tuple(name for name in data.inputs if name in names) or (target,)
        used = list(dict.fromkeys([target, *chosen]))
        at = [names.index(name) for name in used]
        own, kept, notes = _known([sequence[:, at] for sequence in whole], tuple(used))
        inside = Inside(own, [steps[i] for i in kept], [ids[i] for i in kept], chosen, target)
        return forecast(inside, data, notes)
    names = table.arrays.features
    filled, kept, notes = _filled(whole, names, data.missing)
    y = y[kept]
    stepwise = y.ndim == (3 if y.dtype.kind == "f" else 2)
    most = data.longest or max(map(len, filled))
    filled, told = _cut(filled, most) if stepwise else _shortened(filled, data, most)
    notes += told
    if y.dtype.kind == "f":
        if y.ndim == 3:
            y = y[:, : max(map(len, filled))]
        return sequences.valued(filled, y, names, "y", data, notes)
    if y.ndim == 2:
        each = [[_name(c) for c in row[: len(s)]] for row, s in zip(y, filled, strict=True)]
        return sequences.classified_steps(filled, each, names, "y", data, notes)
    return sequences.classified(filled, [_name(c) for c in y], names, "y", data, notes)


def _labelled(
    whole: list[NDArray[np.float64]],
    labels: Sequence[str | None],
    names: tuple[str, ...],
    target: str,
    data: Data,
    notes: tuple[str, ...],
    given: tuple[str, list[str]] | None = None,
    groups: tuple[str, list[str]] | None = None,
) -> Dataset:
    """A class or, if the labels are many different numbers, a value for each sequence.

    `given` is the column that holds the part of each sequence, and those parts; `groups` the one
    that says which sequences must stay together.
    """
    kept = [i for i, label in enumerate(labels) if label is not None]
    notes += _left_out(len(labels) - len(kept), "sequence", "without a label")
    whole = [whole[i] for i in kept]
    chosen = [str(labels[i]) for i in kept]
    numbers = _numbers(chosen)
    together = None
    if groups is not None:
        together = [groups[1][i] for i in kept]
        notes += (f"All rows with the same “{groups[0]}” lie in the same part.",)
    if numbers is not None:
        return sequences.valued(whole, numbers[:, None], names, target, data, notes, together)
    split = None
    if given is not None:
        split = _as_parts(np.array([given[1][i] for i in kept]))
        notes += (f"The column “{given[0]}” says which sequences are held out.",)
    return sequences.classified(whole, chosen, names, target, data, notes, split, together)


def _as_parts(words: NDArray[np.str_]) -> sequences.Parts:
    """The parts that a column names; with a single held-out part, that is the validation part."""
    train, test = np.isin(words, _TRAIN), np.isin(words, _TEST)
    if not (~train & ~test).any():
        test[:] = False
    which = np.flatnonzero
    return sequences.Parts(which(train), which(~train & ~test), which(test))


def _groups(table: Table) -> tuple[str, list[str]] | None:
    """A column that names whose row it is, with several rows each, as in "subject"."""
    columns = map(str, table.frame.columns)
    named = [name for name in columns if not ID_NAMES.isdisjoint(key(name).split())]
    for name in [table.sequence_id, *named]:
        if name is None or name == table.label or name in table.numeric:
            continue
        cells = [_name(cell) for cell in table.frame[name]]
        if 2 <= len(set(cells)) <= len(cells) / 2:
            return name, cells
    return None


def _given(table: Table, rows: Sequence[int]) -> tuple[str, list[str]] | None:
    """A column that says of each sequence whether it is for training, and what it says.

    Args:
        table: the table.
        rows: the first row of each sequence.
    """
    for name in map(str, table.frame.columns):
        if key(name) not in PART_NAMES:
            continue
        words = [str(table.frame[name].iloc[row]).casefold().strip() for row in rows]
        held_out = {word for word in words if word in _HELD_OUT}
        if held_out and set(words) <= {*_TRAIN, *_HELD_OUT} and set(words) - held_out:
            return name, words
    return None


def _labelled_steps(
    whole: list[NDArray[np.float64]],
    labels: list[list[str | None]],
    names: tuple[str, ...],
    target: str,
    data: Data,
    notes: tuple[str, ...],
) -> Dataset:
    kept = [i for i, own in enumerate(labels) if None not in own]
    notes += _left_out(len(labels) - len(kept), "sequence", "with a step without a label")
    return sequences.classified_steps(
        [whole[i] for i in kept],
        [[str(c) for c in labels[i][: len(whole[i])]] for i in kept],
        names,
        target,
        data,
        notes,
    )


def _numbers(labels: list[str]) -> NDArray[np.float64] | None:
    """The labels as numbers, if there are too many of them, or fractions, for classes."""
    try:
        values = np.array([float(label) for label in labels])
    except ValueError:
        return None
    distinct = len(np.unique(values))
    whole = bool((values == np.round(values)).all())
    if distinct > 2 and (not whole or distinct > min(MAX_CLASSES, len(values) / 2)):
        return values
    return None


def _usual(labels: list[str | None]) -> str | None:
    """The most frequent label of a sequence."""
    counts = Counter(label for label in labels if label is not None)
    return counts.most_common(1)[0][0] if counts else None


def _words(column: pd.Series) -> list[str | None]:
    """The cells as names of classes; 1.0 is called 1."""
    return [None if pd.isna(cell) or cell == "" else _name(cell) for cell in column]


def _name(cell: object) -> str:
    if isinstance(cell, float | np.floating):
        return f"{cell:.15g}"
    return str(cell)


def _without_tail(row: NDArray[np.float64]) -> NDArray[np.float64]:
    """A short row ends where its last number stands; `row` is (steps, features)."""
    known = np.flatnonzero(np.isfinite(row).any(axis=1))
    return row[: known[-1] + 1] if len(known) else row[:0]


def _known(
    whole: list[NDArray[np.float64]], names: tuple[str, ...]
) -> tuple[list[NDArray[np.float64]], list[int], tuple[str, ...]]:
    """The sequences with a number in each column, which ones they are, and what was left out."""
    kept = [i for i, s in enumerate(whole) if len(s) and np.isfinite(s).any(axis=0).all()]
    if not kept:
        raise DataError(f"No sequence has a number in each of: {', '.join(names[:10])}.")
    notes = _left_out(len(whole) - len(kept), "sequence", "without any number in a column")
    return [np.where(np.isfinite(whole[i]), whole[i], np.nan) for i in kept], kept, notes


def _filled(
    whole: list[NDArray[np.float64]], names: tuple[str, ...], how: Missing
) -> tuple[list[NDArray[np.float64]], list[int], tuple[str, ...]]:
    """The sequences without NaN, as `Data.missing` asks, which of them are left, and what was done.

    "drop" leaves out every sequence that touches a gap.
    """
    known, kept, notes = _known(whole, names)
    gaps = [int(np.isnan(sequence).sum()) for sequence in known]
    if not any(gaps):
        return known, kept, notes
    if how == "drop":
        good = [i for i, gap in enumerate(gaps) if not gap]
        if not good:
            raise DataError(
                "Every sequence has missing values. Choose another way to treat them than to drop."
            )
        notes += _left_out(len(known) - len(good), "sequence", "they touch a missing value")
        return [known[i] for i in good], [kept[i] for i in good], notes
    filled = [
        fill_gaps(sequence, how) if gap else sequence
        for sequence, gap in zip(known, gaps, strict=True)
    ]
    return filled, kept, (*notes, filled_note(sum(gaps), how))


def _shortened(
    whole: list[NDArray[np.float64]], data: Data, most: int
) -> tuple[list[NDArray[np.float64]], tuple[str, ...]]:
    """Sequences with one target each, without constant tails if so asked, and then as `_cut`."""
    notes: tuple[str, ...] = ()
    if data.tails == "cut":
        whole, notes = tails.without(whole)
    whole, told = _cut(whole, most)
    return whole, notes + told


def _cut(
    whole: list[NDArray[np.float64]], most: int
) -> tuple[list[NDArray[np.float64]], tuple[str, ...]]:
    """The sequences without what comes after so many steps, and a word about it."""
    long = sum(len(sequence) > most for sequence in whole)
    if not long:
        return whole, ()
    return [sequence[:most] for sequence in whole], (
        f"{long:,} {'sequence was' if long == 1 else 'sequences were'} cut after {most:,} steps.",
    )


def _enough(number: int, what: str) -> None:
    """Words without numbers are learned from only if there are some. Raises `DataError`."""
    if number < FEWEST_TEXTS:
        raise DataError(
            f"There is no column of numbers to learn from, and {number} {what} are too few: "
            f"{FEWEST_TEXTS} are needed."
        )


def _left_out(number: int, noun: str, why: str) -> tuple[str, ...]:
    if not number:
        return ()
    return (f"{number:,} {noun}{' was' if number == 1 else 's were'} left out: {why}.",)


def _no_target(name: str | None, known: Sequence[str]) -> str:
    more = ", …" if len(known) > 10 else ""
    return (
        f"There is no column {name!r} to learn from here. There is: {', '.join(known[:10])}{more}."
    )
