"""Notations of the trade that are tables in disguise -> plain separated text, line by line.

Each line stays where it was, so that findings name the lines of the file. Two notations have no
line for the names: JSON lines are told one line lower, and so is the first record of FASTA.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable

from seqlab.data.reader.bytes import json_tables
from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.wording import Findings, count, hint, on_lines, shown, warning
from seqlab.experiment import Finding
from seqlab.limits import MAX_CLASSES

MOSTLY = 0.95  # of the lines must be in the notation
BEGINNING = 10_000  # characters that are looked at first
NAMED = frozenset(
    {"json", "json_lines", "named_values", "tagged_words"}
)  # codes of findings: the first line holds the names
TIME = "time"  # the column of what stands in front of named values
Plain = tuple[str, list[Finding]]

_ATTRIBUTE = re.compile(r"@attribute\s+('(?:[^']*)'|\"(?:[^\"]*)\"|\S+)\s", re.IGNORECASE)
_FASTTEXT = re.compile(r"__label__(\S+)[ \t]+(.+)")
_NUMBERS = re.compile(r"[-+\d.,;:\seE]++")
_NAME_VALUE = re.compile(
    r"([^\W\d_][^:=\d,;|\t\"]{0,30}\d{0,3}) ?[:=] *([-+]?[\d.][\d.,eE+-]*+ ?[^\s\d,;|]{0,6})"
)
_ARROW = re.compile(r"(\d\d:\d\d:\d\d(?:[.,]\d+)?) -> ?(.*)")


def plain(text: str) -> Plain | None:
    """The text as separated values, with what was done; `None` if it is in no such notation.

    Raises:
        UploadError: if the notation is known, but not what is needed of it.
    """
    for read in NOTATIONS:
        if as_table := read(text):
            return as_table
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
    if "@relation" not in head or "@attribute" not in head or "@equallength" in head:
        return None  # .tsf has a relation as well
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
    sentence = f"Read as ARFF: {count(len(names), 'column')}, the last one is {shown(names[-1])}."
    return "\n".join(lines), [hint("arff", sentence)]


def _archive(text: str) -> Plain | None:
    """The .ts and .tsf formats of time series archives: parts of a line between colons.

    Of .ts a part is a dimension, and the class is the last one; of .tsf the attributes stand in
    front of the one series.
    https://www.aeon-toolkit.org/en/latest/api_reference/file_specifications/ts.html
    https://github.com/rakshitha123/TSForecasting
    """
    if "@" not in text[:BEGINNING]:
        return None
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip().casefold() == "@data"), None)
    if start is None or not any(
        line.strip()
        .casefold()
        .startswith(
            ("@problemname", "@classlabel", "@univariate", "@frequency", "@horizon", "@equallength")
        )
        for line in lines[:start]
    ):
        return None
    keys = {
        parts[0].casefold(): [part.casefold() for part in parts[1:]]
        for line in lines[:start]
        if (parts := line.split()) and parts[0].startswith("@")
    }
    front = [
        parts[1]
        for line in lines[:start]
        if (parts := line.split()) and parts[0].casefold() == "@attribute" and len(parts) > 1
    ]
    labelled = not front and (
        keys.get("@classlabel", ["true"])[:1] != ["false"]
        or keys.get("@targetlabel", [""])[:1] == ["true"]
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
    dimensions = len(rows[0][1]) - labelled - len(front)
    series = [[part.split(",") for part in parts[len(front) :][:dimensions]] for _, parts in rows]
    longest = max(len(part) for parts in series for part in parts)
    letters = [f"d{k + 1}_" if dimensions > 1 else "t" for k in range(dimensions)]
    head = [f"{letter}{step}" for letter in letters for step in range(longest)]
    out = [""] * len(lines)
    out[start] = _row([*front, *(["label"] if labelled else []), *head])
    for (i, parts), dims in zip(rows, series, strict=True):
        cells: list[object] = [parts[-1].strip()] if labelled else [*parts[: len(front)]]
        for part in dims:
            cells += [None if cell.strip() == "?" else cell for cell in part]
            cells += [None] * (longest - len(part))
        out[i] = _row(cells)
    what = f"{count(len(rows), 'sequence')} of up to {longest:,} steps"
    each = f", {count(dimensions, 'dimension')} each" if dimensions > 1 else ""
    sentence = f"Read as {'.tsf' if front else '.ts'} of a time series archive: {what}{each}."
    return "\n".join(out), [hint("ts_archive", sentence)]


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
        if 2 <= len(counts) <= min(MAX_CLASSES, len(heads) / 2) and min(counts.values()) > 1:
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
        out[i or 1] = _row([" ".join(base.upper()), field[classes]])
    sentence = (
        f"Read as FASTA: {count(len(heads), 'sequence')}, letter by letter; the class is part "
        f"{classes + 1} of the header lines ({shown(fields[0][classes])} in the first)."
    )
    return "\n".join(out), [warning("fasta", sentence)]


def _by_line(text: str, pattern: re.Pattern[str]) -> tuple[list[re.Match[str] | None], int] | None:
    """Each line taken apart by a pattern, and how many were not; `None` if it does not fit."""
    if not any(pattern.fullmatch(line.strip()) for line in text[:BEGINNING].splitlines()[:3]):
        return None  # soon said of most files
    lines = [line.strip() for line in text.splitlines()]
    filled = sum(map(bool, lines))
    matches = [pattern.fullmatch(line) for line in lines]
    fit = sum(match is not None for match in matches)
    return (matches, filled - fit) if filled >= 3 and fit >= MOSTLY * filled else None


def _fasttext(text: str) -> Plain | None:
    """`__label__2 some words`, as fastText wants it. Several labels: the first one counts."""
    if not text.lstrip().startswith("__label__"):
        return None
    by_line = _by_line(text, _FASTTEXT)
    if by_line is None:
        return None
    matches, rest = by_line
    rows = [_row((m[1], re.sub(r"__label__\S+\s*", "", m[2]))) if m else "" for m in matches]
    left = f" {count(rest, 'line')} without one left out." if rest else ""
    sentence = f"The lines begin with __label__, as for fastText: texts with a label.{left}"
    return "\n".join(rows), [hint("fasttext", sentence)]


def _serial_monitor(text: str) -> Plain | None:
    """`23:58:15.138 -> 519,23.50`, as the serial monitor of Arduino writes it with time stamps."""
    by_line = _by_line(text, _ARROW)
    if by_line is None:
        return None
    matches, _ = by_line
    numbers = [
        match is not None
        and any(map(str.isdigit, match[2]))
        and _NUMBERS.fullmatch(match[2]) is not None
        for match in matches
    ]
    measured = 2 * sum(numbers) > len(matches)  # then a line of words is a greeting, no row
    lines = [
        f"{match[1].replace(',', '.')},{match[2]}" if match and (is_row or not measured) else ""
        for match, is_row in zip(matches, numbers, strict=True)
    ]
    words = [i + 1 for i, match in enumerate(matches) if match and measured and not numbers[i]]
    rest = f" Words, no numbers, stand on {on_lines(words)}: left out." if words else ""
    sentence = f"The arrows of a serial monitor stand for a comma: a time before each line.{rest}"
    return "\n".join(lines), [hint("serial_monitor", sentence)]


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
        records[i] = json_tables.flat(record)
    if len(records) < 2:
        return None
    names = list(dict.fromkeys(str(name) for record in records.values() for name in record))
    out = [_row(names)] + [""] * len(lines)  # a line more, for the names
    for i, record in records.items():
        out[i + 1] = _row(_cell(record.get(name)) for name in names)
    sentence = (
        f"Read as JSON lines: {count(len(records), 'record')} of {count(len(names), 'field')}."
    )
    return "\n".join(out), [hint("json_lines", sentence)]


def _cell(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _named_values(text: str) -> Plain | None:
    """`Temp: 22.1 C, Hum: 40 %` or `x=1 y=2`: the name stands before each value, in each line."""
    first = [line for line in text[:BEGINNING].splitlines()[:20] if line.strip()][:5]
    separator = next(
        (s for s in (",", ";", "|", "\t", None) if all(_values(x, s) for x in first)), ""
    )
    if not first or separator == "":
        return None
    lines = text.splitlines()
    rows = {i: _values(line, separator) for i, line in enumerate(lines) if line.strip()}
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    alike = [i for i, row in rows.items() if row]
    if len(rows) < 3 or len(alike) < MOSTLY * len(rows) or len(names) > 2 * len(rows[alike[0]]):
        return None
    out = [_row(names)] + [""] * len(lines)  # a line more, for the names
    for i in alike:
        out[i + 1] = _row(rows[i].get(name) for name in names)
    left = [i + 1 for i in rows if not rows[i]]
    rest = f" Left out: {on_lines(left)}." if left else ""
    sentence = f"Each value stands behind its name: {count(len(names), 'column')}.{rest}"
    return "\n".join(out), [warning("named_values", sentence)]


def _values(line: str, separator: str | None) -> dict[str, str]:
    """The values of a line by their names; empty if it is none of such a kind.

    Of what stands in front without a name, as in a log, the first number or time is kept.
    """
    values: dict[str, str] = {}
    for part in filter(None, map(str.strip, line.split(separator))):
        match = _NAME_VALUE.fullmatch(part)
        if match is not None and match[1].rstrip() not in values:
            values[match[1].rstrip()] = match[2].strip()
        elif values.keys() - {TIME} or (separator is not None and not part[:1].isdigit()):
            return {}
        elif TIME not in values and part.strip("[](): ")[:1].isdigit():
            values[TIME] = part.strip("[](): ")
    return values if values.keys() - {TIME} else {}


def _tagged_words(text: str) -> Plain | None:
    """A word a line and its tag behind it, a blank line between sentences, as CoNLL has it."""
    begin = [len(line.split()) for line in text[:BEGINNING].splitlines()[:-1] if line.strip()]
    if len(set(begin)) != 1 or "\n\n" not in text[:BEGINNING].replace("\r", ""):
        return None  # soon said of most files
    lines = [line.split() for line in text.splitlines()]
    filled = [parts for parts in lines if parts]
    if len(filled) < 20 or len(lines) - len(filled) < 3:
        return None
    width = len(filled[0])
    even = all(len(parts) == width for parts in filled)
    tags = {parts[-1] for parts in filled}
    if not even or not 2 <= width <= 12 or not 2 <= len(tags) <= MAX_CLASSES:
        return None
    if len(tags) > len(filled) / 4 or any(tag[0].isdigit() for tag in tags):
        return None
    out, sentence = [_row(["sentence", "word", *(f"tag {k}" for k in range(2, width)), "tag"])], 1
    for parts in lines:
        sentence += not parts
        out.append(_row([f"sentence {sentence}", *parts]) if parts else "")
    return "\n".join(out), [hint("tagged_words", "Each line is a word with its tag behind it.")]


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
    findings = Findings()
    findings.hint("line_ends", "A semicolon ends each line: it was taken off.")
    usual = Counter(line.count(",") for line in ended).most_common(1)[0][0]
    joined = [
        i
        for i, line in enumerate(lines)
        if ";" in (inner := line.rstrip().removesuffix(";"))
        and all(part.count(",") == usual for part in inner.split(";"))
    ]
    if joined:
        sentence = (
            f"Several rows stand on one line ({on_lines(i + 1 for i in joined)}): left out whole."
        )
        findings.warn("joined_rows", sentence)
    for i in joined:
        lines[i] = ""
    return "\n".join(line.rstrip().removesuffix(";") for line in lines), findings


NOTATIONS = (
    *(_arff, _archive, _fasta, _fasttext, _serial_monitor, _json_lines),
    *(json_tables.as_text, _ended_lines, _named_values, _tagged_words),
)
