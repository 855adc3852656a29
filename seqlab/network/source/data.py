"""The part of a script that prepares the data, and the files that it reads.

A forecast from a series is prepared in the script, from the series itself. Everything else -
drawn tasks, texts, sequences of a file - comes as the arrays that the experiment trains on: their
preparation is seqlab's, and a copy of it in the script would be long and could be wrong.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.network.source.python import literal

SERIES_FILE, ARRAYS_FILE = "data.csv", "data.npz"
EMBEDDED = 8192  # bytes of a series that still fit into the script


@dataclass(frozen=True)
class Preparation:
    """How a script gets its arrays `x_train`, `y_train`, `x_validation`, `y_validation`.

    Attributes:
        imports: import lines.
        code: lines of code.
        files: by name, what they read.
        weighted: whether there are `w_train` and `w_validation`, too.
    """

    imports: tuple[str, ...]
    code: tuple[str, ...]
    files: dict[str, bytes]
    weighted: bool = False


def prepare(experiment: Experiment, dataset: Dataset) -> Preparation:
    """The preparation of a dataset."""
    if _is_forecast(dataset):
        return _series(experiment, dataset)
    return _arrays(dataset)


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
    others = [name for name in dataset.names if name != dataset.target]
    return [dataset.target, *others], dataset.values[:, : 1 + len(others)]


def _series(experiment: Experiment, dataset: Dataset) -> Preparation:
    assert dataset.splits is not None
    data, (split, end) = experiment.data, dataset.splits
    names, values = _columns(dataset)
    names = _printable(names)
    table = pd.DataFrame(values, columns=names)
    if dataset.labels is not None:
        table.insert(0, _free("time", names), dataset.labels)
    steps = dataset.y.shape[-1]
    begins = _kept_windows(experiment, dataset, steps)
    flag = _free("window_begins", list(table.columns))
    if begins is not None:
        table[flag] = begins
    text = table.to_csv(index=False, lineterminator="\n")
    plain = not any(mark in text for mark in ('"""', "\\", "\r"))
    embedded = plain and len(text.encode()) <= EMBEDDED
    imports = ("import io",) if embedded else ()
    others = iter(range(1, len(names)))
    inputs = [0 if name == dataset.target else next(others) for name in dataset.names]
    all_inputs = inputs == list(range(len(names)))
    read = ["table = pd.read_csv(io.StringIO(SERIES))"]
    if embedded:
        read = ['SERIES = """\\', *text.splitlines(), '"""', *read]
    else:
        read = [f"table = pd.read_csv({literal(SERIES_FILE)})"]
    columns = ", ".join(literal(name) for name in names)
    rows = len(values)
    code = [
        *read,
        f"values = table[[{columns}]].to_numpy()  # ({rows}, {len(names)}), the target first",
        "",
        f"window, horizon = {data.window}, {data.horizon}"
        + (f"  # and {steps} values at once" if steps > 1 else ""),
        f"split = {split}  # the first row of the validation part",
        *_scaling(data.scaling, values[:split]),
        "",
        "# Windows, and the values that follow each of them.",
        f"starts = np.arange(0, len(values) - window - horizon{_less(steps - 2)}"
        + (f", {data.stride})" if data.stride > 1 else ")")
        if begins is None
        else f"starts = np.flatnonzero(table[{literal(flag)}])  # without those that gaps spoil",
        f"x = np.stack([scaled[s : s + window{'' if all_inputs else f', {inputs}'}] "
        "for s in starts])",
        "goals = starts + window + horizon - 1  # the row of the "
        + ("first target" if steps > 1 else "target"),
    ]
    if steps == 1:
        code.append("y = scaled[goals, :1]")
        train, validation = "goals < split", "goals >= split"
        last = "goals"
    else:
        code.append(f"y = np.stack([scaled[g : g + {steps}, 0] for g in goals])")
        train, validation = f"goals + {steps - 1} < split", "goals >= split"
        last = f"goals + {steps - 1}"
    if end < rows:
        validation = f"({validation}) & ({last} < {end})"
    code += [
        f"train, validation = {train}, {validation}",
        *_dropped(
            data.duplicates, f"validation | (goals >= {end})" if end < rows else "validation"
        ),
        "x_train, y_train = x[train], y[train]",
        "x_validation, y_validation = x[validation], y[validation]",
    ]
    files = {} if embedded else {SERIES_FILE: text.encode()}
    return Preparation((*imports, "import numpy as np", "import pandas as pd"), tuple(code), files)


def _kept_windows(experiment: Experiment, dataset: Dataset, steps: int) -> np.ndarray | None:
    """For each row whether a window begins there, (rows,) 0 or 1; `None` if all of them do.

    Which windows there are is decided once, when the data are cut: a gap spoils some of them.
    """
    assert dataset.values is not None
    assert dataset.starts is not None
    data, rows = experiment.data, len(dataset.values)
    last = rows - data.window - data.horizon - steps + 2
    if np.array_equal(dataset.starts, np.arange(0, last, data.stride)):
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
    found: list[str] = []
    for name in names:
        found.append(_free("".join(c if c.isprintable() else " " for c in name), found))
    return found


def _less(number: int) -> str:
    """`- number` in an expression; nothing for 0."""
    return f" - {number}" if number > 0 else f" + {-number}" if number < 0 else ""


def _free(name: str, taken: list[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _scaling(kind: str, seen: np.ndarray) -> list[str]:
    """Lines that make `offset`, `scale` and `scaled` from `values` and `split`."""
    last = 'scaled = ((values - offset) / scale).astype("float32")'
    if kind == "none":
        return ["offset, scale = 0.0, 1.0", 'scaled = values.astype("float32")']
    lines = ["seen = values[:split]  # the scaling must not know the validation part"]
    if kind == "standard":
        lines.append("offset, scale = seen.mean(axis=0), seen.std(axis=0)")
        constant = (seen.std(axis=0) == 0).any()
    elif kind == "minmax":
        lines.append("offset, scale = seen.min(axis=0), np.ptp(seen, axis=0)")
        constant = (np.ptp(seen, axis=0) == 0).any()
    else:
        lines.append("low, offset, high = np.quantile(seen, [0.25, 0.5, 0.75], axis=0)")
        lines.append("scale = high - low")
        low, high = np.quantile(seen, [0.25, 0.75], axis=0)
        constant = (high == low).any()
    if constant:
        lines.append("scale = np.where(scale > 0, scale, 1.0)")
    return [*lines, last]


def arrays_file(dataset: Dataset) -> bytes:
    """The arrays that the network is trained on, as an .npz file: `x_train`, `y_train`, ...

    `w_train` and `w_validation` are there where steps of a target count differently; a test part
    is there if the data have one.
    """
    arrays: dict[str, np.ndarray] = {}
    for part in ("train", "validation", "test"):
        indices = getattr(dataset, part)
        if not len(indices):
            continue
        arrays[f"x_{part}"], arrays[f"y_{part}"] = dataset.x[indices], dataset.y[indices]
        if dataset.y_weights is not None:
            arrays[f"w_{part}"] = dataset.y_weights[indices]
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _arrays(dataset: Dataset) -> Preparation:
    weighted = dataset.y_weights is not None
    x, y = (array[dataset.train].shape for array in (dataset.x, dataset.y))
    code = [f"data = np.load({literal(ARRAYS_FILE)})"]
    for part in ["train", "validation"] if len(dataset.validation) else ["train"]:
        shapes = f"  # {x}, {y}" if part == "train" else ""
        code.append(f'x_{part}, y_{part} = data["x_{part}"], data["y_{part}"]{shapes}')
        if weighted:
            code.append(f'w_{part} = data["w_{part}"]  # how much each step of a target counts')
    files = {ARRAYS_FILE: arrays_file(dataset)}
    return Preparation(("import numpy as np",), tuple(code), files, weighted)
