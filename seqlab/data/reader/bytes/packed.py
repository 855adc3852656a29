"""One packed file -> the bytes inside, within bounds."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import IO

from seqlab.data.reader.bytes.foreign import UploadError

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"


def unpacked(data: bytes, name: str, most: int) -> tuple[bytes, str]:
    """The file inside a gzip, or inside a ZIP archive with one file in it; others as they are.

    Args:
        data: the bytes of the file.
        name: its name.
        most: the bytes that are unpacked at most.

    Raises:
        UploadError: if it is damaged, too large, locked, or holds several files.
    """
    if data.startswith(GZIP):
        return _bounded(gzip.GzipFile(fileobj=io.BytesIO(data)), most), name.removesuffix(".gz")
    if not data.startswith(ZIP):
        return data, name
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = members(archive)
            named = [each.filename for each in inside]
            arrays = name.casefold().endswith(".npz") or any(n.endswith(".npy") for n in named)
            if len(inside) != 1 or arrays or any(one.startswith(("xl/", "word/")) for one in named):
                return data, name  # the caller names what it is
            if inside[0].flag_bits & 1:
                raise UploadError("This ZIP archive is locked by a password. Unpack it first.")
            with archive.open(inside[0]) as file:
                return _bounded(file, most), named[0].rpartition("/")[2]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        sentence = "This ZIP archive is damaged or of an unusual kind. Unpack it first."
        raise UploadError(sentence) from error


def members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """What somebody packed, without what a system adds: `__MACOSX/`, `._a.wav`, `.DS_Store`."""
    return [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX/")
        and not member.filename.rpartition("/")[2].startswith(".")
    ]


def _bounded(file: IO[bytes] | gzip.GzipFile, most: int) -> bytes:
    try:
        data = file.read(most + 1)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        sentence = (
            "This packed file (gzip or ZIP) is damaged. Pack it again, or upload it unpacked."
        )
        raise UploadError(sentence) from error
    if len(data) > most:
        raise UploadError(
            f"Unpacked, this file has more than {most // 2**20} MB, and that is the most that is "
            "read. Keep a part of the rows or columns."
        )
    return data
