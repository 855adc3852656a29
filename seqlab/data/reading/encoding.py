"""Bytes -> text, and which encoding that took. Whatever had to be assumed is a finding."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable

from seqlab.data.reading.foreign import UploadError
from seqlab.data.reading.wording import count, on_lines, warning
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
    "cp850": "DOS 850 (Western European)",
    "cp1252": "Windows-1252 (Western European)",
    "latin-1": "ISO 8859-1 (Western European)",
}
_CONTROL = re.compile("[\x01-\x08\x0e-\x19\x1b-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_DAMAGE, _NUL = "\ufffd", "\0"
_SAMPLE = 20_000
_BINARY = "This file is binary data, not text. Upload a table of numbers as text (CSV)."


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str, list[Finding]]:
    """The text, the Python codec that reads it, and what was assumed.

    Raises:
        UploadError: if the bytes are no text in any encoding known here.
    """
    findings: list[Finding] = []
    if encoding is None:
        encoding, findings = _detect(data)
    try:
        text = data.decode(encoding, errors="replace")
    except (LookupError, ValueError, AssertionError) as error:
        raise UploadError(f"There is no text encoding called {encoding!r}.") from error
    if bad := text.count(_DAMAGE):
        where = on_lines(_lines_with(text, _DAMAGE))
        findings.append(
            warning(
                "bad_bytes",
                f"{count(bad, 'character')} on {where} cannot be read as {encoding}. "
                "Choose another encoding if text looks wrong.",
            )
        )
    if bad := text.count(_NUL):
        where = on_lines(_lines_with(text, _NUL))
        findings.append(
            warning(
                "nul_bytes",
                f"{count(bad, 'NUL byte')} on {where} left out: the file may have been damaged "
                "or cut off when it was saved.",
            )
        )
        text = text.replace(_NUL, "")
    guessed = bool(findings) and findings[0].code == "encoding_assumed"
    if guessed and "\n" not in text and "\r" not in text:
        raise UploadError(_BINARY)
    if len(_CONTROL.findall(text)) > 0.01 * len(text) + 2:
        raise UploadError(_BINARY)
    return text.removeprefix("\ufeff").rstrip("\x1a"), encoding, findings


def _detect(data: bytes) -> tuple[str, list[Finding]]:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name, []
    if wide := _utf16_without_bom(data):
        return wide, [
            warning(
                "encoding_assumed",
                f"The file was read as {wide.upper()}: every second byte is NUL, but the byte "
                "order mark is missing.",
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


def _utf16_without_bom(data: bytes) -> str | None:
    sample = data[: 2 * _SAMPLE]
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
    for name, expected in _EXPECTED.items():
        try:
            foreign = _BEYOND_ASCII.findall(sample.decode(name))
        except UnicodeDecodeError:
            continue
        characters = sum(map(len, foreign))
        scores[name] = sum(expected(run) for run in foreign) / characters if characters else 0
    best = max(scores, key=lambda name: scores[name], default="latin-1")
    if scores.get(best, 0) < 0.5:
        return "cp1252" if "cp1252" in scores else "latin-1"
    return best


def _common(codec: str, first: int, last: int, also: str) -> Callable[[str], float]:
    """Counts characters whose lead byte marks them as frequent in that language.

    A single one is often a Western letter with an accent that swallowed its neighbour.
    """
    extra = re.compile(f"[{also}]")

    def expected(run: str) -> float:
        found = 0
        for character in run:
            lead = character.encode(codec, errors="replace")[0]
            found += first <= lead <= last or extra.match(character) is not None
        return found if len(run) > 1 else 0.8 * found

    return expected


def _hangul(run: str) -> float:
    """Korean syllables share their bytes with frequent Chinese ones, so all must fit."""
    everyday = len(run.encode("euc_kr", errors="replace")) == 2 * len(run)
    return len(run) * 1.01 if everyday and all("가" <= c <= "힣" for c in run) else 0


def _cyrillic(run: str) -> float:
    letters = sum("А" <= c <= "я" or c in "Ёё" for c in run)
    if _JUMBLED.search(run):  # small letters before capitals: the other Cyrillic encoding
        return 0.5 * letters
    return letters if letters > 1 or run in set("вксуяиао№°") else 0


def _western(run: str) -> float:
    """In Western languages a letter with an accent rarely stands beside two others."""
    letters = sum(c.isalpha() for c in run)
    fits = sum(c.isalpha() or c in "€£¥§°µ²³±·×÷«»“”‘’„–—…•™®©¼½¾¿¡ºª\xa0" for c in run)
    return fits if letters <= 2 else 0.3 * fits


def _dos(run: str) -> float:
    """The usual accents; less than a full score, for other encodings have these bytes, too."""
    return 0.9 * sum(c in "äöüÄÖÜßéèêëàâçîïôûñåæøÅÆØáíóú" for c in run) if len(run) < 3 else 0


_JUMBLED = re.compile("[а-яё][А-ЯЁ]")
_FULL_WIDTH = "\u3000-\u303f\uff01-\uff5e"
_KANA = "\u3040-\u30ff" + _FULL_WIDTH
_EXPECTED: dict[str, Callable[[str], float]] = {
    "cp949": _hangul,
    "gb18030": _common("gb2312", 0xB0, 0xD7, _FULL_WIDTH),
    "big5": _common("big5", 0xA4, 0xC6, _FULL_WIDTH),
    "cp932": _common("cp932", 0x88, 0x97, _KANA),
    "euc_jp": _common("euc_jp", 0xB0, 0xCF, _KANA),
    "cp1251": _cyrillic,
    "koi8-r": _cyrillic,
    "cp1252": _western,
    "cp850": _dos,
}


def _lines_with(text: str, character: str) -> list[int]:
    """Numbers (from 1) of the lines that hold that character."""
    lines = io.StringIO(text, newline="")
    return [number for number, line in enumerate(lines, 1) if character in line]
