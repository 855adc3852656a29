"""A stranger's file -> a table, with a finding for everything that had to be assumed or changed.

The way of a file: bytes -> text (`encoding`), unless they are arrays, sounds, a workbook -> a table
of cells (`tabular`), or a running text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from seqlab.data import speech as speech_files
from seqlab.data import tabular
from seqlab.data.reader import stages
from seqlab.data.reader.bytes import arrays as array_files
from seqlab.data.reader.bytes import encoding, notations, packed, running, takes, workbooks
from seqlab.data.reader.bytes.arrays import Arrays
from seqlab.data.reader.bytes.foreign import UploadError, refuse_foreign, refuse_markup
from seqlab.data.reader.bytes.workbooks import Sheet
from seqlab.data.reader.quality import oddities as quality
from seqlab.data.reader.without_collector import without_collector
from seqlab.data.reader.wording import shown, warning
from seqlab.data.table import Table
from seqlab.experiment import ExperimentError, Finding, ParseOptions

__all__ = ["Arrays", "Table", "UploadError", "read_table"]

MAX_BYTES = 20 * 1024 * 1024


def read_table(
    data: bytes,
    name: str,
    reading: ParseOptions | None = None,
    **changes: Any,  # noqa: ANN401
) -> Table:
    """Reads a file of separated values, however it is written; NumPy arrays and texts too.

    Args:
        data: the bytes of the file.
        name: its name. It is never used as a path; its ending tells a running text (.txt) and
            arrays (.npy, .npz) from a table.
        reading: what the user knows better than the reader's guess.
        changes: fields of `ParseOptions` to change, such as `delimiter=";"`.

    Raises:
        UploadError: if the file cannot be used, with one sentence that says why.

    Example:
        >>> rows = "".join(f"{day:02}.03.2024;{day},5\\n" for day in range(1, 29))
        >>> table = read_table(("Tag;Gäste\\n" + rows).encode("cp1252"), "besuch.csv")
        >>> table.kind, table.time, table.numeric
        ('series', 'Tag', ('Gäste',))
        >>> float(table.frame["Gäste"].iloc[0])
        1.5
    """
    try:
        wish = (reading or ParseOptions()).changed(**changes)
    except ExperimentError as error:
        raise UploadError(str(error)) from error
    try:
        with without_collector:
            return _read(data, name, wish)
    except UploadError:
        raise
    except Exception as error:  # a stranger's file must never end in a traceback
        raise UploadError(
            f"{shown(name)} could not be understood ({type(error).__name__}). Save it as a plain "
            "CSV file with one header line."
        ) from error


def _read(data: bytes, name: str, wish: ParseOptions) -> Table:
    if len(data) > MAX_BYTES:
        raise UploadError(
            f"This file has {len(data) / 2**20:,.1f} MB; at most {MAX_BYTES // 2**20} MB are read. "
            "Keep a part of the rows or columns."
        )
    stages.enter(0)
    if takes.is_archive(data):
        return _speech(data, name, wish)
    data, name = packed.unpacked(data, name, MAX_BYTES)
    if takes.is_sound(data):
        return _speech(data, name, wish)
    if array_files.is_numpy(data, name):
        return _arrays(data, wish)
    if sheets := workbooks.sheets(data, wish.sheet):
        return _sheet(sheets, wish)
    if not data.strip(b" \t\r\n\0"):
        raise UploadError("This file is empty: it has no rows of data.")
    refuse_foreign(data)
    text, codec, findings = encoding.decode(data, wish.encoding)
    if wish.kind == "corpus":
        return _corpus(text, codec, findings)
    if notation := notations.plain(text):
        text, noted = notation
        if wish.header is None and noted[0].code in notations.NAMED:
            wish = wish.changed(header=1)
        return tabular.read(text, codec, [*findings, *noted], wish)
    if not name.casefold().endswith(".txt") or wish.kind is not None:
        refuse_markup(text)
        return tabular.read(text, codec, findings, wish)
    try:
        table = tabular.read(text, codec, findings, wish)
    except UploadError:
        if running.is_numbers(text):
            raise
        return _corpus(text, codec, findings)
    if table.kind == "text" and table.delimiter != "\t" and running.is_table(text, table.delimiter):
        sentence = (
            "Each line is a text with a label. If it is one running text, choose that instead."
        )
        return replace(table, findings=(*table.findings, warning("lines_are_rows", sentence)))
    words = table.kind in ("text", "pairs") and table.delimiter != "\t"
    return _corpus(text, codec, findings) if words else table


def _sheet(sheets: Sequence[Sheet], wish: ParseOptions) -> Table:
    """The table on the first sheet that has one; on the first sheet, if it was chosen."""
    names_of = tuple(sheet.name for sheet in sheets if sheet.name)
    first: UploadError | None = None
    for sheet in sheets:
        try:
            table = tabular.read(sheet.text, sheet.findings[0].code, sheet.findings, wish)
        except UploadError as error:
            if wish.sheet is not None:
                raise
            first = first or error
            continue
        return replace(table, sheets=names_of, sheet=sheet.name or None)
    assert first is not None
    raise first


def _corpus(text: str, codec: str, findings: Sequence[Finding]) -> Table:
    """A running text."""
    lines, noticed = running.lines(text)
    return Table(
        frame=pd.DataFrame({"text": pd.Series(lines, dtype="str")}),
        findings=(*findings, *noticed),
        kind="corpus",
        numeric=(),
        time=None,
        label=None,
        sequence_id=None,
        delimiter=None,
        encoding=codec,
        lines=np.arange(1, len(lines) + 1),
        texts=("text",),
    )


def _arrays(data: bytes, wish: ParseOptions) -> Table:
    """The arrays of a NumPy file: a series, or sequences."""
    content, findings = array_files.read(data, wish.kind, wish.swapped)
    arrays = None if isinstance(content, pd.DataFrame) else content
    frame = content if isinstance(content, pd.DataFrame) else content.frame()
    lines = np.arange(1, len(frame) + 1)
    numeric = [str(name) for name in frame.columns if frame[name].dtype == np.float64]
    if arrays is None:
        findings += quality.inspect(frame, numeric, lines, None, None, "series")
    return Table(
        frame=frame,
        findings=tuple(findings),
        kind="series" if arrays is None else "arrays",
        numeric=tuple(numeric) if arrays is None else arrays.features,
        time=None,
        label="y" if arrays is not None and arrays.y is not None else None,
        sequence_id=None if arrays is None else "sequence",
        delimiter=None,
        encoding="",
        lines=lines,
        arrays=arrays,
        swapped=arrays is not None and arrays.swapped,
    )


def _speech(data: bytes, name: str, wish: ParseOptions) -> Table:
    """The takes of an archive of sounds, or of one sound."""
    takes_read, frame, findings = speech_files.read(data, name, wish)
    return Table(
        frame=frame,
        findings=findings,
        kind="speech",
        numeric=(),
        time=None,
        label=speech_files.WORD,
        sequence_id=None,
        delimiter=None,
        encoding="sound",
        lines=np.arange(1, len(frame) + 1),
        speech=takes_read,
    )
