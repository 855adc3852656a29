"""Notations of the trade that are tables in disguise -> plain separated text, line by line.

Each line stays where it was, so that findings name the lines of the file.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.wording import count, hint, on_lines, shown, warning
from seqlab.experiment import Finding

MOSTLY = 0.95  # of the lines must be in the notation
MOST_CLASSES = 50
BEGINNING = 10_000  # characters that are looked at first
Plain = tuple[str, list[Finding]]

_ATTRIBUTE = re.compile(r"@attribute\s+('(?:[^']*)'|\"(?:[^\"]*)\"|\S+)\s", re.IGNORECASE)
_FASTTEXT = re.compile(r"__label__(\S+)[ \t]+(.+)")
_NUMBERS = re.compile(r"[-+\d.,;:\seE]++")
_ARROW = re.compile(r"(\d\d:\d\d:\d\d(?:[.,]\d+)?) -> ?(.*)")


def plain(text: str) -> Plain | None:
    """The text as separated values, with what was done; `None` if it is in no such notation.

    Raises:
        UploadError: if the notation is known, but not what is needed of it.
    """
    for read in (_arff, _archive, _fasta, _fasttext, _serial_monitor, _json_lines, _ended_lines):
        if found := read(text):
            return found
    return None


def _row(cells: Iterable[object]) -> str:
    """Cells as a line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(["" if cell is None else cell for cell in cells])
    return line.getvalue()


def _arff(text: str) -> Plain | None:
    """Weka's format: the names stand in `@attribute` lines, the rows below `@data`.

    https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/
    """
    head = text[:20_000].casefold()
    if "@relation" not in head or "@attribute" not in head:
        return None
    names: list[str] = []
    lines, in_data = [], False
    for line in text.splitlines():
        start = line.strip()
        if in_data:
            if start.startswith("{"):
                raise UploadError(
                    "This ARFF file is sparse (its rows are in braces), which is not read. Save it "
                    "as CSV, or with all values."
                )
            lines.append("" if start.startswith("%") else line)
        elif start.casefold().startswith("@data"):
            in_data = True
            lines.append(_row(names))
        else:
            if match := _ATTRIBUTE.match(start + " "):
                names.append(match[1].strip("'\""))
            lines.append("")
    if not names or not in_data:
        raise UploadError("This ARFF file has no @data line, so there are no rows to read.")
    told = f"Read as ARFF: {count(len(names), 'column')}, the last one is {shown(names[-1])}."
    return "\n".join(lines), [hint("arff", told)]


def _archive(text: str) -> Plain | None:
    """The .ts format of the time series archive: dimensions between colons, the class behind them.

    https://www.aeon-toolkit.org/en/latest/api_reference/file_specifications/ts.html
    """
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip().casefold() == "@data"), None)
    if start is None or not any(
        line.strip().casefold().startswith(("@problemname", "@classlabel", "@univariate"))
        for line in lines[:start]
    ):
        return None
    keys = {
        parts[0].casefold(): [part.casefold() for part in parts[1:]]
        for line in lines[:start]
        if (parts := line.split()) and parts[0].startswith("@")
    }
    labelled = keys.get("@classlabel", ["true"])[:1] != ["false"] or (
        keys.get("@targetlabel", [""])[:1] == ["true"]
    )
    rows = [
        (i, line.strip().split(":")) for i, line in enumerate(lines) if i > start and line.strip()
    ]
    if not rows:
        raise UploadError("This .ts file has no series below @data.")
    if keys.get("@timestamps", [""])[:1] == ["true"] or any("(" in cell for cell in rows[0][1]):
        raise UploadError(
            "This .ts file has a time stamp with each value, which is not read. Save it without "
            "time stamps, or as CSV."
        )
    dimensions = len(rows[0][1]) - labelled
    series = [[part.split(",") for part in parts[:dimensions]] for _, parts in rows]
    longest = max(len(part) for parts in series for part in parts)
    letters = [f"d{k + 1}_" if dimensions > 1 else "t" for k in range(dimensions)]
    head = [f"{letter}{step}" for letter in letters for step in range(longest)]
    out = [""] * len(lines)
    out[start] = _row([*(["label"] if labelled else []), *head])
    for (i, parts), dims in zip(rows, series, strict=True):
        cells: list[object] = [parts[-1].strip()] if labelled else []
        for part in dims:
            cells += [None if cell.strip() == "?" else cell for cell in part]
            cells += [None] * (longest - len(part))
        out[i] = _row(cells)
    what = f"{count(len(rows), 'sequence')} of up to {longest:,} steps"
    each = f", {count(dimensions, 'dimension')} each" if dimensions > 1 else ""
    told = f"Read as .ts of the time series archive: {what}{each}."
    return "\n".join(out), [hint("ts_archive", told)]


def _fasta(text: str) -> Plain | None:
    """Biological sequences: a line with ">" names each one, the letters follow.

    https://blast.ncbi.nlm.nih.gov/doc/blast-topics/#fasta
    """
    if not re.match(r"\s*[>;]\S", text):
        return None
    heads: list[tuple[int, str]] = []
    letters: list[list[str]] = []
    for i, line in enumerate(text.splitlines()):
        if line.startswith(">"):
            heads.append((i, line[1:].strip()))
            letters.append([])
        elif heads and line.strip():
            letters[-1].append(line.strip())
    bases = ["".join(parts) for parts in letters]
    if len(heads) < 2 or not all(base and re.fullmatch(r"[A-Za-z*-]+", base) for base in bases):
        return None
    fields = [re.split(r"[|\s;]+", head) for _, head in heads]
    width = min(map(len, fields))
    classes = None
    for k in range(width):
        counts = Counter(field[k] for field in fields)
        if 2 <= len(counts) <= min(MOST_CLASSES, len(heads) / 2) and min(counts.values()) > 1:
            classes = k
            break
    if classes is None:
        raise UploadError(
            "This is a FASTA file, and no part of its header lines is a class of several "
            "sequences. Make a table of it with two columns, sequence and label."
        )
    out = [""] * (heads[-1][0] + 1)
    out[0] = _row(["sequence", "label"])  # line 1 is a header line: its row stands on line 2
    for (i, _), base, field in zip(heads, bases, fields, strict=True):
        out[max(i, 1) if i else 1] = _row([" ".join(base.upper()), field[classes]])
    told = (
        f"Read as FASTA: {count(len(heads), 'sequence')}, letter by letter; the class is part "
        f"{classes + 1} of the header lines ({shown(fields[0][classes])} in the first)."
    )
    return "\n".join(out), [warning("fasta", told)]


def _by_line(
    text: str, pattern: re.Pattern[str], cells: Callable[[re.Match[str]], Iterable[str]]
) -> tuple[list[str], int] | None:
    """Each line taken apart by a pattern, and how many were not; `None` if it does not fit."""
    if not any(pattern.fullmatch(line.strip()) for line in text[:BEGINNING].splitlines()[:3]):
        return None  # soon said of most files
    lines = text.splitlines()
    filled = [line for line in lines if line.strip()]
    matches = [pattern.fullmatch(line.strip()) for line in lines]
    fit = sum(match is not None for match in matches)
    if len(filled) < 3 or fit < MOSTLY * len(filled):
        return None
    return [_row(cells(match)) if match else "" for match in matches], len(filled) - fit


def _fasttext(text: str) -> Plain | None:
    """`__label__2 some words`, as fastText wants it. Several labels: the first one counts."""
    if not text.lstrip().startswith("__label__"):
        return None
    found = _by_line(text, _FASTTEXT, lambda m: (m[1], re.sub(r"__label__\S+\s*", "", m[2])))
    if found is None:
        return None
    rows, rest = found
    left = f" {count(rest, 'line')} without one left out." if rest else ""
    told = f"The lines begin with __label__, as for fastText: texts with a label.{left}"
    return "\n".join(rows), [hint("fasttext", told)]


def _serial_monitor(text: str) -> Plain | None:
    """`23:58:15.138 -> 519,23.50`, as the serial monitor of Arduino writes it with time stamps."""
    found = _by_line(text, _ARROW, lambda m: ("", ""))
    if found is None:
        return None
    matches = [_ARROW.fullmatch(line.strip()) for line in text.splitlines()]
    numbers = [
        match is not None
        and any(map(str.isdigit, match[2]))
        and _NUMBERS.fullmatch(match[2]) is not None
        for match in matches
    ]
    measured = 2 * sum(numbers) > len(matches)  # then a line of words is a greeting, no row
    lines = [
        f"{match[1].replace(',', '.')},{match[2]}" if match and (kept or not measured) else ""
        for match, kept in zip(matches, numbers, strict=True)
    ]
    words = [i + 1 for i, match in enumerate(matches) if match and measured and not numbers[i]]
    rest = f" Words, no numbers, stand on {on_lines(words)}: left out." if words else ""
    told = f"The arrows of a serial monitor stand for a comma: a time before each line.{rest}"
    return "\n".join(lines), [hint("serial_monitor", told)]


def _json_lines(text: str) -> Plain | None:
    """A record in braces on each line."""
    if not text.lstrip().startswith("{"):
        return None
    lines = text.splitlines()
    records: dict[int, dict[str, object]] = {}
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(record, dict):
            return None
        records[i] = record
    if len(records) < 2:
        return None
    names = list(dict.fromkeys(str(name) for record in records.values() for name in record))
    out = [_row(names)] + [""] * len(lines)  # a line more, for the names
    for i, record in records.items():
        out[i + 1] = _row(_cell(record.get(name)) for name in names)
    told = f"Read as JSON lines: {count(len(records), 'record')} of {count(len(names), 'field')}."
    return "\n".join(out), [hint("json_lines", told)]


def _cell(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _ended_lines(text: str) -> Plain | None:
    """A semicolon ends each line and stands nowhere else: it is no border between cells."""
    if not any(line.rstrip().endswith(";") for line in text[:BEGINNING].splitlines()[:3]):
        return None
    lines = text.splitlines()
    filled = [line.rstrip() for line in lines if line.strip()]
    ended = [line for line in filled if line.endswith(";") and "," in line]
    if len(filled) < 5 or len(ended) < MOSTLY * len(filled):
        return None
    if sum(line.count(";") == 1 for line in ended) < MOSTLY * len(filled):
        return None
    told = "A semicolon ends each line: it was taken off."
    return "\n".join(line.rstrip().removesuffix(";") for line in lines), [hint("line_ends", told)]
