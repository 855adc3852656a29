"""Files that are no table of text: named by their first bytes, never opened or unpacked."""

from __future__ import annotations

import re


class UploadError(ValueError):
    """Why a file cannot be used, in one sentence for the user.

    Example:
        >>> from seqlab import read_table
        >>> try:
        ...     read_table(b"", "empty.csv")
        ... except UploadError as error:
        ...     print(error)
        This file is empty: it has no rows of data.
    """


_EXCEL = "Open it in a spreadsheet program and save the sheet as CSV."
_UNPACK = "Unpack it and upload the CSV file inside."
_AS_CSV = "Export the table as CSV and upload that."
_PICTURE = "The reader needs a table of numbers as text (CSV)."

# (first bytes, what the file is, what to do)
_MAGIC: tuple[tuple[bytes | tuple[bytes, ...], str, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file, probably an Excel .xls", _EXCEL),
    (b"%PDF-", "a PDF document", _AS_CSV),
    (b"\x89PNG", "a PNG image", _PICTURE),
    (b"\xff\xd8\xff", "a JPEG image", _PICTURE),
    (b"GIF8", "a GIF image", _PICTURE),
    ((b"II*\x00", b"MM\x00*"), "a TIFF image", _PICTURE),
    (b"RIFF", "a sound, video or image file (RIFF)", _PICTURE),
    (b"OggS", "an Ogg sound file", _PICTURE),
    (b"fLaC", "a FLAC sound file", _PICTURE),
    (b"ID3", "an MP3 sound file", _PICTURE),
    (b"\x1f\x8b", "compressed (gzip)", _UNPACK),
    (b"\x1f\x9d", "compressed (compress)", _UNPACK),
    (b"BZh", "compressed (bzip2)", _UNPACK),
    (b"\xfd7zXZ\x00", "compressed (xz)", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)", _UNPACK),
    (b"\x04\x22\x4d\x18", "compressed (lz4)", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"PAR1", "a Parquet file that is damaged or cut off", _AS_CSV),
    (b"ARROW1", "an Arrow file", _AS_CSV),
    (b"FEA1", "a Feather file", _AS_CSV),
    (b"ORC", "an ORC file", _AS_CSV),
    (b"Obj\x01", "an Avro file", _AS_CSV),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", _AS_CSV),
    ((b"CDF\x01", b"CDF\x02"), "a NetCDF file", _AS_CSV),
    (b"SQLite format 3\x00", "an SQLite database", _AS_CSV),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file", _AS_CSV),
    ((b"RDX2\n", b"RDX3\n"), "an R data file", _AS_CSV),
    (b"\x93NUMPY", "a NumPy array (.npy)", "Rename it so that it ends in .npy."),
    ((b"\x7fELF", b"MZ\x90\x00", b"\xca\xfe\xba\xbe", b"\0asm"), "a program", _PICTURE),
    (b"{\\rtf", "a rich-text document", "Save it as plain text (CSV)."),
    (b"%!PS", "a PostScript document", _AS_CSV),
    (b"PK\x05\x06", "an empty ZIP archive", _UNPACK),
    (b"PK\x07\x08", "a part of a ZIP archive", _UNPACK),
    ((b"$FL2", b"$FL3"), "an SPSS file", _AS_CSV),
    (b"<stata_dta>", "a Stata file", _AS_CSV),
    (b"\0" * 12 + b"\xc2\xea\x81\x60", "a SAS file", _AS_CSV),
    (b"HEADER RECORD*******", "a SAS transport file", _AS_CSV),
)
_PICKLE = re.compile(rb"\x80[\x02-\x05]|[\](}]q\x00|\((?:dp|lp)\d+\n|c[\w.]+\n\w+\n")
_MARKUP = re.compile(r"<(?:!doctype|!--|\?xml|[a-z][\w:-]*[\s/>])", re.IGNORECASE)
_NAMES_IN_ANGLES = re.compile(r"<[^<>\s]+>[,;\t|]<[^<>\s]+>")  # <TICKER>,<DATE>
_JSON = re.compile(r'\{\s*"|\[\s*[\[{"]|\[\s*-?\d[\s\S]*\]\Z')


def refuse_foreign(data: bytes) -> None:
    """Raises `UploadError` with the name of the format when `data` is not text."""
    if data.startswith(b"PK\x03\x04"):
        raise UploadError(_zip(data[:4096] + data[-4096:]))
    for magic, what, remedy in _MAGIC:
        if data.startswith(magic):
            raise UploadError(f"This file is {what}, not CSV text. {remedy}")
    if _PICKLE.match(data):
        raise UploadError(
            "This file is a Python pickle. Pickles can run code and are never opened. " + _AS_CSV
        )
    if data[257:262] == b"ustar":
        raise UploadError(f"This file is a tar archive, not CSV text. {_UNPACK}")
    if data[4:8] == b"ftyp":
        raise UploadError(f"This file is a video, not CSV text. {_PICTURE}")


def _zip(visible: bytes) -> str:
    """What kind of ZIP file it is, by the names of its members (nothing is unpacked)."""
    if b"xl/" in visible:
        return f"This file is an Excel workbook (.xlsx), not CSV text. {_EXCEL}"
    if b"opendocument" in visible:
        return f"This file is an OpenDocument file, not CSV text. {_EXCEL}"
    if b".npy" in visible:
        return "This file is a NumPy archive. Rename it so that it ends in .npz."
    return f"This file is a ZIP archive, not CSV text. {_UNPACK}"


def refuse_markup(text: str) -> None:
    """Raises `UploadError` for text in another notation than rows of cells."""
    start = text.strip()
    if _MARKUP.match(start) and not _NAMES_IN_ANGLES.match(start):
        raise UploadError(
            "This file is a web page or XML, not CSV text: perhaps a login or error page was "
            "saved instead of the data. Download the data itself as CSV."
        )
    if start[:40].casefold().startswith("@problemname"):
        raise UploadError(f"This file is in the .ts format of time series archives. {_AS_CSV}")
    if _JSON.match(start):
        raise UploadError(f"This file is JSON, not CSV text. {_AS_CSV}")
