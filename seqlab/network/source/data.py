"""The part of a script that prepares the data, and the files that it reads.

A forecast from a series is prepared in the script, from the series itself. Everything else -
drawn tasks, texts, sequences of a file - comes as the arrays that the experiment trains on: their
preparation is seqlab's, and a copy of it in the script would be long and could be wrong.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from seqlab.data import log_mel
from seqlab.data.dataset import Dataset
from seqlab.data.log_mel import LogMel
from seqlab.experiment import Experiment
from seqlab.network.source.python import literal
from seqlab.network.source.transforms import (
    answer_lines,
    change_lines,
    scaling_lines,
    target_lines,
    unit_lines,
)

SERIES_FILE, ARRAYS_FILE = "data.csv", "data.npz"
FEATURES_FILE = "log_mel.py"  # how features were made of sounds
EMBEDDED = 8192  # bytes of a series that still fit into the script


@dataclass(frozen=True)
class Preparation:
    """How a script gets its arrays `x_train`, `y_train`, `x_validation`, `y_validation`.

    Attributes:
        imports: import lines.
        code: lines of code.
        files: by name, what they read.
        weighted: whether there are `w_train` and `w_validation`, too.
        scales: whether the code makes `scale`, by which it divides the target's column.
        in_units: whether the code makes a function `in_units`, which brings answers to the
            validation part back to original units.
    """

    imports: tuple[str, ...]
    code: tuple[str, ...]
    files: dict[str, bytes]
    weighted: bool = False
    scales: bool = False
    in_units: bool = False


def prepare(experiment: Experiment, dataset: Dataset) -> Preparation:
    """The preparation of a dataset."""
    if _is_forecast(dataset):
        return _series(experiment, dataset)
    return _arrays(dataset)


def files(experiment: Experiment, dataset: Dataset) -> dict[str, bytes]:
    """The files that must stand beside the script, by name; none if it brings its data along."""
    return prepare(experiment, dataset).files


def _is_forecast(dataset: Dataset) -> bool:
    """Values of one complete series, split by time."""
    return (
        dataset.values is not None
        and dataset.starts is not None
        and dataset.splits is not None
        and dataset.goal.kind == "value"
        and dataset.goal.at == "end"
        and len(dataset.validation) > 0
        and bool(np.isfinite(_columns(dataset)[1]).all())
    )


def _columns(dataset: Dataset) -> tuple[list[str], np.ndarray]:
    """The columns that matter, target first, and their values (rows, columns)."""
    assert dataset.values is not None
    names = list(dataset.columns)
    return names, dataset.values[:, : len(names)]


def _series(experiment: Experiment, dataset: Dataset) -> Preparation:
    assert dataset.splits is not None
    data, (split, end) = experiment.data, dataset.splits
    names, values = _columns(dataset)
    names = _printable(names)
    table = pd.DataFrame(values, columns=names)
    if dataset.labels is not None:
        table.insert(0, _free("time", names), dataset.labels)
    steps, targets = dataset.steps, len(dataset.targets)
    begins = _kept_windows(experiment, dataset, steps)
    flag = _free("window_begins", list(table.columns))
    if begins is not None:
        table[flag] = begins
    text = table.to_csv(index=False, lineterminator="\n")
    plain = not any(mark in text for mark in ('"""', "\\", "\r"))
    embedded = plain and len(text.encode()) <= EMBEDDED
    imports = ("import io",) if embedded else ()
    inputs = dataset.input_columns
    all_inputs = inputs == list(range(len(names)))
    read = ["table = pd.read_csv(io.StringIO(SERIES))"]
    if embedded:
        read = ['SERIES = """\\', *text.splitlines(), '"""', *read]
    else:
        read = [f"table = pd.read_csv({literal(SERIES_FILE)})"]
    columns = ", ".join(literal(name) for name in names)
    rows, change = len(values), dataset.transform
    first = "target" if targets == 1 else f"{targets} targets"
    learned = "learned" if any((*change.logged, *change.differenced)) else "values"
    code = [
        *read,
        f"values = table[[{columns}]].to_numpy()  # ({rows}, {len(names)}), the {first} first",
        "",
        f"window, horizon = {data.window}, {data.horizon}"
        + (f"  # and {steps} {'values' if targets == 1 else 'rows'} at once" if steps > 1 else ""),
        f"split = {split}  # the first row of the validation part",
        *change_lines(change),
        *scaling_lines(data.scaling, dataset.learned[change.reach : split], learned, change.reach),
        "",
        "# Windows, and the values that follow each of them.",
        f"starts = np.arange({change.reach}, len(values) - window - horizon{_less(steps - 2)}"
        + (f", {data.stride})" if data.stride > 1 else ")")
        if begins is None
        else f"starts = np.flatnonzero(table[{literal(flag)}])  # without those that gaps spoil",
        f"x = np.stack([scaled[s : s + window{'' if all_inputs else f', {inputs}'}] "
        "for s in starts])",
        "goals = starts + window + horizon - 1  # the row of the "
        + ("first target" if steps > 1 else "target"),
    ]
    if steps == 1:
        code += [] if change.memory else [f"y = scaled[goals, :{targets}]"]
        train, validation = "goals < split", "goals >= split"
        last = "goals"
    else:
        wanted = f"scaled[g : g + {steps}, 0]"
        if targets > 1:  # of the first row all targets, and so on
            wanted = f"scaled[g : g + {steps}, :{targets}].ravel()"
        code += [] if change.memory else [f"y = np.stack([{wanted} for g in goals])"]
        train, validation = f"goals + {steps - 1} < split", "goals >= split"
        last = f"goals + {steps - 1}"
    if end < rows:
        validation = f"({validation}) & ({last} < {end})"
    code += [
        f"train, validation = {train}, {validation}",
        *target_lines(change, data.scaling, steps, targets),
        *_dropped(
            data.duplicates, f"validation | (goals >= {end})" if end < rows else "validation"
        ),
        "x_train, y_train = x[train], y[train]",
        "x_validation, y_validation = x[validation], y[validation]",
        *answer_lines(change, steps, targets),
    ]
    files = {} if embedded else {SERIES_FILE: text.encode()}
    modules = (*imports, "import numpy as np", "import pandas as pd")
    return Preparation(
        modules, tuple(code), files, scales=True, in_units=not change.is_none or targets > 1
    )


def _kept_windows(experiment: Experiment, dataset: Dataset, steps: int) -> np.ndarray | None:
    """For each row whether a window begins there, (rows,) 0 or 1; `None` if all of them do.

    Which windows there are is decided once, when the data are cut: a gap spoils some of them.
    """
    assert dataset.values is not None
    assert dataset.starts is not None
    data, rows = experiment.data, len(dataset.values)
    last = rows - data.window - data.horizon - steps + 2
    if np.array_equal(dataset.starts, np.arange(dataset.transform.reach, last, data.stride)):
        return None
    begins = np.zeros(rows, np.int64)
    begins[dataset.starts] = 1
    return begins


def _dropped(duplicates: str, held_out: str) -> list[str]:
    """Lines that leave training windows out which are held out as well, if that is asked for."""
    if duplicates == "keep":
        return []
    return [
        "# A training window that is held out as well, with its target, is left out.",
        "pairs = [a.tobytes() + b.tobytes() for a, b in zip(x, y)]",
        f"held_out = {{pairs[i] for i in np.flatnonzero({held_out})}}",
        "train &= np.array([pair not in held_out for pair in pairs])",
    ]


def _printable(names: list[str]) -> list[str]:
    """Names as a CSV file and a script can both hold them, each once."""
    printable: list[str] = []
    for name in names:
        printable.append(_free("".join(c if c.isprintable() else " " for c in name), printable))
    return printable


def _less(number: int) -> str:
    """`- number` in an expression; nothing for 0."""
    return f" - {number}" if number > 0 else f" + {-number}" if number < 0 else ""


def _free(name: str, taken: list[str]) -> str:
    while name in taken:
        name += "_"
    return name


def arrays_file(dataset: Dataset) -> bytes:
    """The arrays that the network is trained on, as an .npz file: `x_train`, `y_train`, ...

    `w_train` and `w_validation` are there where steps of a target count differently; a test part
    is there if the data have one; of sounds also `offset` and `scale` of the features, `classes`.
    Where each series or target has a scaling of its own, `scale_train` and `offset_train` (n, 1),
    ..., bring targets back: y * scale + offset; where changes are learned, y * scale + offset +
    base.
    """
    arrays: dict[str, np.ndarray] = {}
    for part in ("train", "validation", "test"):
        indices = getattr(dataset, part)
        if not len(indices):
            continue
        arrays[f"x_{part}"], arrays[f"y_{part}"] = dataset.x[indices], dataset.y[indices]
        if dataset.y_weights is not None:
            arrays[f"w_{part}"] = dataset.y_weights[indices]
        each = dataset.series is not None and dataset.series.scaling is not None
        if each or dataset.further or not dataset.transform.is_none:
            own = dataset.target_scaling_of(indices)
            arrays[f"scale_{part}"], arrays[f"offset_{part}"] = own.scale, own.offset
            if own.base is not None:
                arrays[f"base_{part}"] = own.base
    if dataset.log_mel is not None:  # for a sound that somebody wants to try
        scaling = dataset.input_scaling
        arrays |= {"offset": scaling.offset, "scale": scaling.scale}
        arrays["classes"] = np.array(dataset.goal.classes)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _sound(made: LogMel) -> list[str]:
    """How features were made of sounds, so that another sound can be tried."""
    return [
        f"# {made.sentence}",
        f"# {FEATURES_FILE} makes them. A word (samples,), {made.rate} a second, is read as",
        "#     from log_mel import LogMel",
        f"#     features = {made!r}.of(word)",
        '#     x = ((features - data["offset"]) / data["scale"]).astype("float32")[np.newaxis]',
        '# and heard as data["classes"][model.predict(x).argmax()].',
    ]


def _arrays(dataset: Dataset) -> Preparation:
    weighted = dataset.y_weights is not None
    x, y = (array[dataset.train].shape for array in (dataset.x, dataset.y))
    code = [f"data = np.load({literal(ARRAYS_FILE)})"]
    for part in ["train", "validation"] if len(dataset.validation) else ["train"]:
        shapes = f"  # {x}, {y}" if part == "train" else ""
        code.append(f'x_{part}, y_{part} = data["x_{part}"], data["y_{part}"]{shapes}')
        if weighted:
            code.append(f'w_{part} = data["w_{part}"]  # how much each step of a target counts')
    change = dataset.transform
    targets = len(dataset.targets)
    in_units = not change.is_none or targets > 1
    if in_units:
        scaled_back = 'answers * data["scale_validation"] + data["offset_validation"]'
        scaled_back += ' + data["base_validation"]' if change.memory else ""
        if targets > 1:
            scaled_back = f"({scaled_back}).reshape(-1, {dataset.steps}, {targets})"
        code += unit_lines(change, scaled_back, targets)
    elif dataset.series is not None and dataset.series.scaling is not None:
        code += [
            "# Each series was scaled by its own training rows: y * scale + offset are its units.",
            'scale = data["scale_validation"]',
        ]
    files = {ARRAYS_FILE: arrays_file(dataset)}
    if dataset.log_mel is not None:
        code += _sound(dataset.log_mel)
        files[FEATURES_FILE] = Path(log_mel.__file__).read_bytes()
    return Preparation(("import numpy as np",), tuple(code), files, weighted, in_units=in_units)
