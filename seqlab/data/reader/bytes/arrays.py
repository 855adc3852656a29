"""NumPy files (.npy, .npz): sequences x and targets y. Nothing in them is ever executed.

The header of each array is read first; only numbers and words of a bearable size are taken, so
that neither a pickle nor a small archive of a huge array does any harm.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.lib import format as npy
from numpy.typing import NDArray

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.columns.numerals import MOST
from seqlab.data.reader.wording import Findings, count, hint, names, shown, warning
from seqlab.experiment import Finding, Kind
from seqlab.limits import MAX_CLASSES

MAX_VALUES = 10_000_000
_SHOWN_STEPS = 10_000
_SERIES_COLUMNS = 64  # a table of more columns than this is rather one sequence a row
_X = ("x", "x_train", "xtrain", "train_x", "inputs", "input", "sequences", "data", "arr_0")
_Y = ("y", "y_train", "ytrain", "train_y", "targets", "target", "labels", "label", "arr_1")
_LENGTHS = ("lengths", "length", "lens", "seq_len", "seq_lengths", "sequence_lengths")
_WANTED = (
    "x should have the shape (sequences, steps, features) or (sequences, steps), "
    "or (steps, features) for one series without y."
)

Array = NDArray[Any]


class Arrays(NamedTuple):
    """Sequences of numbers and what is to be found in them.

    Attributes:
        x: (n, timesteps, features) float64.
        y: `None`; classes (n,) as words or int64, or (n, timesteps) at every step; values
            (n, outputs) float64, or (n, timesteps, outputs).
        lengths: (n,) the real steps of each sequence.
        swapped: whether the file has its steps before its sequences.
    """

    x: NDArray[np.float64]
    y: Array | None
    lengths: NDArray[np.int64]
    swapped: bool = False

    @property
    def nbytes(self) -> int:
        """The memory that they take."""
        return self.x.nbytes + self.lengths.nbytes + (0 if self.y is None else self.y.nbytes)

    @property
    def features(self) -> tuple[str, ...]:
        """What the features are called."""
        width = self.x.shape[2]
        return ("value",) if width == 1 else tuple(f"feature {i + 1}" for i in range(width))

    def frame(self) -> pd.DataFrame:
        """The first steps, one a row, for looking at."""
        count = int(np.searchsorted(np.cumsum(self.lengths), _SHOWN_STEPS)) + 1
        real = np.arange(self.x.shape[1]) < self.lengths[:count, None]
        sequence, step = np.nonzero(real)
        columns: dict[str, object] = {"sequence": sequence + 1, "step": step + 1}
        columns |= dict(zip(self.features, self.x[:count][real].T, strict=True))
        if self.y is not None:
            y = self.y[:count]
            if y.ndim > 1 and y.dtype.kind != "f":
                columns["y"] = y[real]
            elif y.ndim == 3:
                columns["y"] = y[..., 0][real]
            else:
                columns["y"] = (y[:, 0] if y.ndim == 2 else y)[sequence]
        return pd.DataFrame(columns)[:_SHOWN_STEPS]


def is_numpy(data: bytes, name: str) -> bool:
    """Is this a NumPy file? Decided by its first bytes; the name only helps with an archive.

    Raises:
        UploadError: if the name says so and the content does not.
    """
    ending = name.casefold().rpartition(".")[2]
    if data.startswith(npy.MAGIC_PREFIX):
        return True
    is_zip = data.startswith((b"PK\x03\x04", b"PK\x05\x06"))
    if ending == "npz" and is_zip:
        return True
    if ending in ("npy", "npz") and data[:1] != b"\x80":  # a pickle has a sentence of its own
        raise UploadError(
            f"The name ends in .{ending}, but this is no NumPy file. Save it with "
            f"{'np.save' if ending == 'npy' else 'np.savez'}."
        )
    return False


def read(
    data: bytes, kind: Kind | None = None, swapped: bool | None = None
) -> tuple[Arrays | pd.DataFrame, list[Finding]]:
    """The arrays of a NumPy file, or the frame of a single series.

    Args:
        data: the bytes of the file.
        kind: "series" if a table of numbers is one series, "arrays" or "wide" if each of its rows
            is a sequence; `None` decides by the shape.
        swapped: whether the steps stand before the sequences; `None` takes that for granted only if
            y fits in no other way.

    Raises:
        UploadError: if the file is damaged, holds objects, or shapes do not fit.
    """
    arrays = _load(data)
    numbers, assumed = _chosen(arrays)
    findings = Findings(assumed)
    x, y, lengths = (numbers.get(role) for role in ("x", "y", "lengths"))
    assert x is not None
    if x.dtype.kind not in "fiub":
        raise UploadError(f"x must hold numbers; it has the type {x.dtype}. {_WANTED}")
    if x.ndim == 0 or x.ndim > 3 or 0 in x.shape:
        raise UploadError(f"x has the shape {x.shape}, which is no set of sequences. {_WANTED}")
    values = x.astype(np.float64)
    values[~(np.abs(values) <= MOST)] = np.nan  # infinity, too
    table = x.ndim < 3 and kind is None and y is None and not swapped
    if kind == "series" or (table and _is_series(x.shape)):
        frame, noticed = _series(values, y)
        return frame, [*findings, *noticed]
    if x.ndim == 1:
        values = values[None]
    if x.ndim < 3:
        values = values[..., None]
    values, y, swapped, noticed = _axes(values, y, swapped)
    findings += noticed
    order = ", its first two axes swapped" if swapped else ""
    if x.ndim < 3:
        findings.warn(
            "array_shape",
            f"x has the shape {x.shape}{order}: read as {count(values.shape[0], 'sequence')} "
            f"of {count(values.shape[1], 'step')} with one value each.",
        )
    else:
        n, steps, width = values.shape
        findings.hint(
            "array_shape",
            f"x has the shape {x.shape}{order}: {count(n, 'sequence')} of "
            f"{count(steps, 'step')} with {count(width, 'feature')}.",
        )
    real, noticed = _lengths(values, lengths)
    findings += noticed
    target = None
    if y is not None:
        target, noticed = _target(y, values.shape)
        findings += noticed
    if missing := int(np.isnan(values[np.arange(values.shape[1]) < real[:, None]]).sum()):
        findings.warn("missing", f"Missing values in x: {missing:,}.")
    return Arrays(values, target, real, swapped), findings


def _axes(
    values: NDArray[np.float64], y: Array | None, swapped: bool | None
) -> tuple[NDArray[np.float64], Array | None, bool, list[Finding]]:
    """x and y with the sequences first, and whether their first two axes had to be swapped.

    Args:
        values: (n, timesteps, features), or (timesteps, n, features).
        y: the targets as they stand in the file; swapped as well if they have both axes.
        swapped: what the user says; `None` swaps only if y then fits and else does not.
        findings: where to say so.
    """
    findings = Findings()
    rows, columns, _ = values.shape
    if swapped is None and y is not None and y.ndim and len(y) == columns != rows:
        swapped = True
        findings.warn(
            "swapped_axes",
            f"x has the shape {values.shape}, and y has {count(len(y), 'target')}, as many as "
            "its second axis: the steps were taken to stand before the sequences.",
        )
    if not swapped:
        return values, y, False, findings
    if y is not None and y.shape[:2] == (rows, columns):
        y = y.swapaxes(0, 1)
    return values.swapaxes(0, 1), y, True, findings


def _load(data: bytes) -> dict[str, Array]:
    """Every array of the file by its name."""
    if data.startswith(npy.MAGIC_PREFIX):
        return {"x": _array(io.BytesIO(data), "The array")}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith(".npy")]
            if not members:
                raise UploadError("This archive holds no NumPy arrays. Save it with np.savez.")
            if len(members) > 100:
                raise UploadError(f"This archive holds {len(members):,} arrays; keep x and y.")
            size = sum(member.file_size for member in members)
            if size > 16 * MAX_VALUES:  # a small archive can hold arrays of many gigabytes
                raise UploadError(
                    f"The arrays of this archive take {size / 2**20:,.0f} MB unpacked; at most "
                    f"{16 * MAX_VALUES // 2**20} MB are read. Keep a part of them."
                )
            arrays = {}
            for member in members:
                name = member.filename.removesuffix(".npy")
                with archive.open(member) as stream:
                    arrays[name] = _array(stream, shown(name))
            return arrays
    except UploadError:
        raise
    except Exception as error:  # zipfile raises what it likes about a damaged archive
        raise UploadError(
            f"This .npz archive is damaged or encrypted ({str(error)[:80]}). Save it again with "
            "np.savez."
        ) from error


def _array(stream: IO[bytes], title: str) -> Array:
    """One array, after a look at its header."""
    try:
        version = npy.read_magic(stream)
        read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, dtype = read_header(stream)
    except Exception as error:  # the header is parsed as Python text, with all that can go wrong
        raise UploadError(
            f"{title} of this NumPy file has a damaged header ({str(error)[:80]})."
        ) from error
    if dtype.hasobject:
        raise UploadError(
            f"{title} holds Python objects. They are stored as a pickle, which can run code and is "
            "never opened. Save plain numbers, padded to one length."
        )
    if dtype.kind not in "fiubSU":
        raise UploadError(f"{title} has the type {dtype}; only numbers and words are read.")
    size = math.prod(shape)
    if size > MAX_VALUES or size * dtype.itemsize > 16 * MAX_VALUES:
        raise UploadError(
            f"{title} has the shape {shape}, that is {size:,} values; at most {MAX_VALUES:,} are "
            "read. Keep a part of it."
        )
    content = stream.read(size * dtype.itemsize)
    if len(content) < size * dtype.itemsize:
        raise UploadError(f"{title} is cut off: its shape is {shape}, but values are missing.")
    return np.frombuffer(content, dtype, size).reshape(shape, order="F" if fortran else "C")


def _chosen(arrays: Mapping[str, Array]) -> tuple[dict[str, Array], list[Finding]]:
    """Which arrays are x, y and lengths, by their names or else by their shapes."""
    key = {name.casefold(): name for name in arrays}
    roles = {"x": _X, "y": _Y, "lengths": _LENGTHS}
    taken = {
        role: next((key[known] for known in names_ if known in key), "")
        for role, names_ in roles.items()
    }
    findings = Findings()
    rest = [name for name in arrays if name not in taken.values()]
    if not taken["x"]:
        rest.sort(key=lambda name: (-arrays[name].ndim, -arrays[name].size))
        taken["x"], *rest = rest or [taken["y"] or taken["lengths"]]
        n = arrays[taken["x"]].shape[:1]
        if not taken["y"]:
            taken["y"] = next((r for r in rest if arrays[r].shape[:1] == n), "")
            rest = [name for name in rest if name != taken["y"]]
        findings.warn(
            "array_names",
            f"No array is called x: {shown(taken['x'])} was taken for x"
            + (f" and {shown(taken['y'])} for y." if taken["y"] else "."),
        )
        for role in ("y", "lengths"):
            if taken[role] == taken["x"]:
                taken[role] = ""
    if rest:
        findings.warn("arrays_unused", f"Not used: {names(rest)}.")
    return {role: arrays[name] for role, name in taken.items() if name}, findings


def _is_series(shape: tuple[int, ...]) -> bool:
    return len(shape) == 1 or shape[1] == 1 or (shape[1] <= _SERIES_COLUMNS and shape[0] > shape[1])


def _series(values: NDArray[np.float64], y: Array | None) -> tuple[pd.DataFrame, list[Finding]]:
    """One series, a step a row."""
    findings = Findings()
    if values.ndim == 3:
        raise UploadError(f"x has the shape {values.shape}: three axes cannot be one series.")
    table = values if values.ndim == 2 else values[:, None]
    width = table.shape[1]
    titles = ["value"] if width == 1 else [f"column {j + 1}" for j in range(width)]
    frame = pd.DataFrame(table, columns=titles)
    if y is not None and y.shape[:1] == (len(frame),) and y.size == len(frame):
        flat = y.reshape(-1)
        frame["y"] = flat.astype(np.float64) if flat.dtype.kind in "fiub" else flat.astype(str)
    level = warning if values.ndim == 2 and width > 1 else hint
    findings.append(
        level(
            "array_shape",
            f"The array has the shape {values.shape}: read as one series of "
            f"{count(len(frame), 'step')} with {count(width, 'column')}.",
        )
    )
    return frame, findings


def _lengths(
    values: NDArray[np.float64], lengths: Array | None
) -> tuple[NDArray[np.int64], list[Finding]]:
    """How many steps of each sequence are real: as told, or up to the last that is not NaN."""
    findings = Findings()
    n, steps, _ = values.shape
    if lengths is not None:
        counts = lengths.reshape(-1)
        fits = counts.dtype.kind in "iu" and len(counts) == n
        if not fits or counts.min(initial=1) < 1 or counts.max(initial=1) > steps:
            raise UploadError(
                f"lengths must hold {n:,} whole numbers from 1 to {steps:,}, one a sequence; it "
                f"has the shape {lengths.shape} and the type {lengths.dtype}."
            )
        return counts.astype(np.int64), findings
    known: NDArray[np.bool_] = np.any(~np.isnan(values), axis=2)
    last = steps - np.argmax(known[:, ::-1], axis=1)
    real = np.where(known.any(axis=1), last, 0).astype(np.int64)
    if (real < steps).any():
        findings.warn(
            "array_padding",
            f"{count(int((real < steps).sum()), 'sequence')} with nothing but NaN at the end: "
            "read as shorter.",
        )
    return real, findings


def _target(y: Array, shape: tuple[int, ...]) -> tuple[Array, list[Finding]]:
    """y as classes (n,) or (n, timesteps), or as values (n, outputs) or (n, timesteps, outputs)."""
    findings = Findings()
    n, steps, _ = shape
    if y.shape[:1] != (n,):
        raise UploadError(
            f"x has {count(n, 'sequence')} (shape {shape}), but y has the shape {y.shape}: its "
            f"first axis must be {n:,}, too."
        )
    if 0 in y.shape:
        raise UploadError(f"y has the shape {y.shape}: it holds no target at all.")
    if y.ndim > 1 and y.shape[-1] == 1 and y.shape != (n, steps):
        y = y[..., 0]
    one_hot = (
        y.dtype.kind in "fiub"
        and y.ndim in (2, 3)
        and y.shape[-1] > 1
        and bool(np.isin(y, (0, 1)).all() and (y.sum(axis=-1) == 1).all())
        and y.shape != (n, steps)
    )
    if one_hot:
        findings.hint(
            "one_hot",
            f"y has the shape {y.shape}: {y.shape[-1]} classes, a 1 for the right one.",
        )
        y = y.argmax(axis=-1)
    if y.dtype.kind in "SU":
        if y.dtype.kind == "S":
            y = np.char.decode(y, "utf-8", "replace")
    elif not np.isfinite(y.astype(np.float64)).all():
        raise UploadError("y holds values that are missing or infinite. Leave those out.")
    stepwise = y.ndim >= 2 and y.shape[1] == steps and y.shape[1] > 1
    if y.ndim > 3 or (y.ndim == 3 and not stepwise):
        raise UploadError(
            f"y has the shape {y.shape}. Expected ({n},), ({n}, outputs) or, for a target at every "
            f"step, ({n}, {steps}) or ({n}, {steps}, outputs)."
        )
    if y.dtype.kind in "SU":
        distinct = len(np.unique(y))
        are_classes = True
    else:
        distinct = len(np.unique(y))
        whole = bool((y == np.round(y.astype(np.float64))).all())
        are_classes = y.ndim < 3 and whole and distinct <= MAX_CLASSES
        are_classes &= y.dtype.kind != "f" or distinct <= 20
    where = "at every step" if stepwise else "a sequence"
    if are_classes:
        findings.hint("array_target", f"y: one of {distinct:,} classes {where}.")
        return y if y.dtype.kind in "SU" else y.astype(np.int64), findings
    values = y.astype(np.float64)
    if values.ndim == 1 or (stepwise and values.ndim == 2):
        values = values[..., None]
    findings.hint("array_target", f"y: {count(values.shape[-1], 'number')} {where}.")
    return values, findings
