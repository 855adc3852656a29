"""Which column is predicted, which ones the network reads, and which are left out, and why.

The one place that decides it: for tables, bundled series and drawn ones alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from seqlab.data import word_inputs
from seqlab.data.dataset import DataError
from seqlab.data.reader.roles.wide import features
from seqlab.data.reader.vocabulary import PART_NAMES, key
from seqlab.data.upload import Table
from seqlab.experiment import Data
from seqlab.limits import MAX_CLASSES

VALUE = "value"  # the name of what stands in the cells of a wide table
MOST_NAMED = 10  # columns in a sentence


@dataclass(frozen=True)
class Choice:
    """What the columns of some data can be.

    Attributes:
        targets: that can be predicted, in the order of the file.
        inputs: that the network can read, likewise.
        usual: the target if none is chosen; `None` where the target is no column.
        numbers: the columns of numbers, in the order in which they are read together.
        labels: of the targets, those that are a class in each row, or an answer a sequence.
        together: whether all numbers are read if no inputs are chosen, or the target alone. Beside
            a target that is no number, all of them are read.
        left_out: by name, why a column can be neither.

    Example:
        >>> Choice(("a", "b"), ("a", "b"), "b", ("b", "a")).asked(Data(source="upload"))
        Roles(target='b', inputs=('b',), further=())
    """

    targets: tuple[str, ...]
    inputs: tuple[str, ...]
    usual: str | None
    numbers: tuple[str, ...]
    labels: tuple[str, ...] = ()
    together: bool = False
    left_out: Mapping[str, str] = field(default_factory=dict)

    def asked(self, data: Data) -> Roles:
        """The targets and the inputs that `data` asks for.

        Raises:
            DataError: if one of them is no column that can be that.
        """
        if not self.numbers:
            raise DataError("There is no column of numbers to learn from.")
        if self.usual is not None and data.target not in (None, *self.targets):
            raise DataError(self._no(str(data.target), self.targets, "predict"))
        strange = [name for name in data.inputs if name not in self.inputs]
        if strange:
            raise DataError(self._no(strange[0], self.inputs, "read"))
        target = (data.target if self.usual is not None else None) or self.usual or ""
        further = self._further(target, data)
        alone = target in self.numbers and not self.together
        usual = (target, *further) if alone else self.numbers
        return Roles(target, data.inputs or usual, further)

    def _further(self, target: str, data: Data) -> tuple[str, ...]:
        """The columns that are forecast beside the target. Raises `DataError`."""
        wanted = tuple(dict.fromkeys(name for name in data.targets if name != target))
        numbers = tuple(name for name in self.targets if name not in self.labels)
        if wanted and target in self.labels:
            raise DataError(
                f"{target!r} is a class, and a class is foretold alone. Only columns of numbers "
                "can be forecast several at once.",
                "targets",
                (),
            )
        left = tuple(name for name in wanted if name in numbers)
        if len(left) < len(wanted):
            strange = next(name for name in wanted if name not in numbers)
            raise DataError(self._no(strange, numbers, "predict"), "targets", left)
        return left

    def _no(self, name: str, possible: Sequence[str], verb: str) -> str:
        more = ", …" if len(possible) > MOST_NAMED else ""
        there = f"There is: {', '.join(possible[:MOST_NAMED])}{more}."
        if name in self.left_out:
            return f"The column {name!r} is nothing to {verb}: {self.left_out[name]}. {there}"
        return f"There is no column {name!r} to {verb}. {there}"


@dataclass(frozen=True)
class Roles:
    """What the columns of a dataset are for.

    Attributes:
        target: the column that is predicted; "" where the target is no column.
        inputs: those that the network reads.
        further: columns that are predicted at once with the target.
    """

    target: str
    inputs: tuple[str, ...]
    further: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """All columns that are predicted."""
        return self.target, *self.further

    @property
    def used(self) -> tuple[str, ...]:
        """The targets, and then the inputs that are none."""
        return tuple(dict.fromkeys((*self.targets, *self.inputs)))

    @property
    def places(self) -> list[int]:
        """Which of `used` each input is."""
        return [self.used.index(name) for name in self.inputs]


NOTHING = Choice((), (), None, ())  # of texts and sounds: the file says what is what


def choice(table: Table) -> Choice:
    """What the columns of an uploaded table can be."""
    if table.kind in ("text", "pairs", "corpus", "speech"):
        return NOTHING
    if table.windows is not None:
        runs = tuple(name for name, _ in table.windows.features)
        return Choice((table.windows.target,), runs, table.windows.target, runs, together=True)
    if table.kind == "arrays":
        names = table.numeric if table.label is None else ()
        return Choice(names, names, names[0], names) if names else NOTHING
    if table.kind == "wide":
        return _wide(table)
    words = _words(table)
    numbers, inputs = table.numeric, (*table.numeric, *words)
    first = table.target if table.target in numbers else next(iter(numbers), None)
    if table.kind == "long":
        label = () if table.label is None else (table.label,)
        targets = tuple(dict.fromkeys([*label, *numbers]))
        left_out = _left_out(table, {*targets, *inputs})
        return Choice(targets, inputs, table.label or first, numbers, label, left_out=left_out)
    classes = _row_classes(table)
    targets = tuple(dict.fromkeys([*numbers, *classes]))
    # The one that is forecast if none is chosen stands in front.
    ordered = tuple(dict.fromkeys([*([first] if first else []), *numbers]))
    left_out = _left_out(table, {*targets, *inputs})
    return Choice(targets, inputs, first, ordered, classes, left_out=left_out)


def of_whole(table: Table, possible: Choice, target: str | None) -> bool:
    """Whether whole sequences are asked for an answer, so that nothing is cut into windows.

    Args:
        table: with the sequences.
        possible: what its columns can be.
        target: the one that is chosen; `None` for the usual one.
    """
    if table.windows is not None:
        return True
    if table.kind in ("wide", "long"):
        return (target or possible.usual) in possible.labels
    return table.kind in ("arrays", "speech") and table.label is not None


def steps(table: Table) -> list[str]:
    """The columns of a wide table that are steps; an assumed label is a number as well."""
    return [name for name in table.numeric if name != table.label]


def _wide(table: Table) -> Choice:
    """A row a sequence: the features, however many steps each has, and the label."""
    runs = features(steps(table))
    if not any(runs.values()):
        return NOTHING
    single = len(table.frame) == 1  # one series, laid out in a row
    names = (VALUE,) if single or len(runs) == 1 else tuple(runs)
    label = () if single or table.label is None else (table.label,)
    return Choice((*label, *names), names, (*label, *names)[0], names, label)


def _row_classes(table: Table) -> tuple[str, ...]:
    """The columns of classes that a series can be asked for: one in each row."""
    classes = []
    numbers = {*table.numeric} - {table.label}
    for name in (name for name in map(str, table.frame.columns) if name not in numbers):
        cells = table.frame[name]
        distinct, most = table.words.get(name, 0), min(MAX_CLASSES, len(cells) / 5)
        if name == table.label and not cells.isna().any():
            distinct, most = cells.nunique(), len(cells)
        if 2 <= distinct <= most:
            classes.append(name)
    return tuple(sorted(classes, key=lambda name: name != table.label))


def _words(table: Table) -> tuple[str, ...]:
    """The columns of words that can be inputs of a series or of sequences below each other."""
    parts = (table.sequence_id or "").split("+")  # of an id put together, too
    taken = (table.time, table.label, table.sequence_id, *parts)
    possible = word_inputs.possible(table.words, len(table.frame), taken)
    return tuple(name for name in possible if key(name) not in PART_NAMES)


def _left_out(table: Table, used: set[str]) -> dict[str, str]:
    """By name, why a column is neither target nor input."""
    ids = {table.sequence_id, *(table.sequence_id or "").split("+")}
    why = {}
    for name in map(str, table.frame.columns):
        if name in used:
            continue
        if name == table.time:
            why[name] = "it is the time"
        elif name in ids:
            why[name] = "it tells the sequences apart"
        elif name == table.label:
            why[name] = "it is the label"
        elif key(name) in PART_NAMES:
            why[name] = "it says which rows are held out"
        elif table.frame[name].dtype.kind == "M":
            why[name] = "it holds dates"
        elif name in table.words:
            words = table.words[name]
            why[name] = f"it holds {words:,} different word{'' if words == 1 else 's'}"
        else:
            why[name] = "it holds words, and some cells are empty"
    return why
