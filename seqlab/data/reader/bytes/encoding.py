"""Bytes -> text, and which encoding that took. Whatever had to be assumed is a finding."""

from __future__ import annotations

import codecs
import io
import re

from seqlab.data.reader.bytes import languages
from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.wording import Findings, count, on_lines, warning
from seqlab.experiment import Finding

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TITLES = {
    "gb18030": "GB18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp932": "Shift JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "cp949": "EUC-KR (Korean)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8-r": "KOI8-R (Cyrillic)",
    "cp1250": "Windows-1250 (Central European)",
    "iso8859-2": "ISO 8859-2 (Central European)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1257": "Windows-1257 (Baltic)",
    "iso8859-7": "ISO 8859-7 (Greek)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp874": "Windows-874 (Thai)",
    "mac_roman": "Mac Roman (Western European)",
    "cp850": "DOS 850 (Western European)",
    "cp1252": "Windows-1252 (Western European)",
    "latin-1": "ISO 8859-1 (Western European)",
}
_CONTROL = re.compile("[\x01-\x08\x0e-\x19\x1b-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
_UNSEEN = re.compile("[\u200b\u2060\ufeff]")
_ODD_LINES = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_DAMAGE, _NUL = "\ufffd", "\0"
CONTROLS = "\x01\x1f\x1e"  # as delimiters
_SAMPLE = 20_000
_BINARY = "This file is binary data, not text. Upload a table of numbers as text (CSV)."


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str, list[Finding]]:
    """The text, the Python codec that reads it, and what was assumed.

    Raises:
        UploadError: if the bytes are no text in any encoding known here.
    """
    findings = Findings()
    if encoding is None:
        encoding, assumed = _detect(data)
        findings += assumed
    try:
        text = data.decode(encoding, errors="replace")
    except (LookupError, ValueError, AssertionError) as error:
        raise UploadError(f"There is no text encoding called {encoding!r}.") from error
    if bad := text.count(_DAMAGE):
        where = on_lines(_lines_with(text, _DAMAGE))
        findings.warn(
            "bad_bytes",
            f"{count(bad, 'character')} on {where} cannot be read as {encoding}. "
            "Choose another encoding if text looks wrong.",
        )
    if bad := text.count(_NUL):
        where = on_lines(_lines_with(text, _NUL))
        findings.warn(
            "nul_bytes",
            f"{count(bad, 'NUL byte')} on {where} left out: the file may have been damaged "
            "or cut off when it was saved.",
        )
        text = text.replace(_NUL, "")
    if unseen := len(_UNSEEN.findall(text.removeprefix("\ufeff"))):
        findings.hint("unseen", f"{count(unseen, 'invisible character')} between letters left out.")
        text = _UNSEEN.sub("", text)
    if "\n" not in text and "\r" not in text and (odd := _ODD_LINES.search(text)):
        findings.hint(
            "line_ends", f"Lines end in the character U+{ord(odd[0]):04X}, not in line feeds."
        )
        text = _ODD_LINES.sub("\n", text)
    guessed = bool(findings) and findings[0].code == "encoding_assumed"
    if guessed and "\n" not in text and "\r" not in text:
        raise UploadError(_BINARY)
    if len(_CONTROL.findall(_without_marks(text))) > 0.01 * len(text) + 2:
        raise UploadError(_BINARY)
    return text.removeprefix("\ufeff").rstrip("\x1a"), encoding, findings


def _without_marks(text: str) -> str:
    """Without the control characters that databases write between cells, if all lines have them."""
    for mark in CONTROLS:
        if text.count(mark) >= max(1, text.count("\n")):
            text = text.replace(mark, "")
    return text


def _detect(data: bytes) -> tuple[str, list[Finding]]:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name, []
    if wide := _wide_without_bom(data):
        bytes_are = "every second byte is" if "16" in wide else "three of four bytes are"
        return wide, [
            warning(
                "encoding_assumed",
                f"The file was read as {wide.upper()}: {bytes_are} NUL, but the byte order mark "
                "is missing.",
            )
        ]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8", []
    name = _legacy(data)
    if name == "utf-8":  # some damaged bytes: the caller names their lines
        return name, []
    return name, [
        warning(
            "encoding_assumed",
            f"The file is not UTF-8. It was read as {_TITLES[name]}: choose another encoding if "
            "names or words look wrong.",
        )
    ]


def _wide_without_bom(data: bytes) -> str | None:
    sample = data[: 4 * (min(len(data), 2 * _SAMPLE) // 4)]
    nul = [sample[i::4].count(0) for i in range(4)]
    quarter = len(sample) / 4
    if quarter and min(nul[1:]) > 0.9 * quarter and nul[0] < 0.02 * quarter:
        return "utf-32-le"
    if quarter and min(nul[:3]) > 0.9 * quarter and nul[3] < 0.02 * quarter:
        return "utf-32-be"
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > 0.2 * half and even < 0.02 * half:
        return "utf-16-le"
    if even > 0.2 * half and odd < 0.02 * half:
        return "utf-16-be"
    return None


def _legacy(data: bytes) -> str:
    """The encoding in which the characters beyond ASCII make most sense."""
    lines = [line for line in data.splitlines(keepends=True) if not line.isascii()]
    sample = b"".join(lines[:2000])[:_SAMPLE]
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    damaged = sample.decode("utf-8", errors="replace")
    whole = sum(not c.isascii() for c in damaged) - damaged.count(_DAMAGE)
    if whole > 2 * damaged.count(_DAMAGE):
        return "utf-8"
    scores = {}
    for name in languages.CODECS:
        try:
            scores[name] = languages.likeness(name, sample.decode(name))
        except UnicodeDecodeError:
            continue
    best = max(scores, key=lambda name: scores[name], default="latin-1")
    if scores.get(best, 0) < 0.5:
        return "cp1252" if "cp1252" in scores else "latin-1"
    return best


def _lines_with(text: str, character: str) -> list[int]:
    """Numbers (from 1) of the lines that hold that character."""
    lines = io.StringIO(text, newline="")
    return [number for number, line in enumerate(lines, 1) if character in line]
