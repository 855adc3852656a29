"""JSON documents that hold a table -> plain separated text.

Read are a list of records, a list of rows, a list of numbers; columns by name, as pandas writes
them; and an answer of a web service that has one of these in it, at most three levels down.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.wording import count, hint, shown, warning
from seqlab.experiment import Finding

MOST_CELLS = 5_000_000
DEEPEST = 3  # levels below the document at which a table is looked for
FEWEST = 2  # rows of a table
ALIKE = 0.5  # of the fields of all records together, a record has more than so many
VALUE, KEY = "value", "key"  # names of columns that have none
Rows = tuple[list[str] | None, list[Sequence[object]]]  # names, cells


def as_text(text: str) -> tuple[str, list[Finding]] | None:
    """The table of a JSON document as CSV, or `None` if the text is no JSON document.

    Raises:
        UploadError: if it is one, but holds no table, or too large a one.
    """
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    table = next(_tables(document, ()), None)
    if table is None:
        raise UploadError(
            "This file is JSON, but there is no table in it: no list of records, rows or numbers. "
            "Export the table as CSV and upload that."
        )
    path, (header, rows) = table
    width = max(map(len, rows)) if header is None else len(header)
    if width * len(rows) > MOST_CELLS:
        raise UploadError(
            f"This JSON file has {width * len(rows):,} cells; at most {MOST_CELLS:,} are read. "
            "Keep a part of its records or fields."
        )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if header is not None:
        writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    sentence = f"Read as JSON: {count(len(rows), 'record')} of {count(width, 'field')}"
    sentence += f", from {shown(' > '.join(path))}." if path else "."
    code = "json_rows" if header is None else "json"
    sentence += f" In what is said of lines, line {1 + (header is not None)} is the first record."
    return out.getvalue(), [(warning if path else hint)(code, sentence)]


def flat(record: dict[str, object]) -> dict[str, object]:
    """A record whose records inside became fields of their own, `inner.field`, at any depth."""
    fields: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            fields |= {f"{name}.{inner}": each for inner, each in flat(value).items()}
        else:
            fields[str(name)] = value
    return fields


def _tables(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Rows]]:  # noqa: ANN401
    """The tables in a document, the outermost first, of those beside each other the longest."""
    if rows := _table(value):
        yield path, rows
        return
    if not isinstance(value, dict) or len(path) >= DEEPEST:
        return
    inside = [
        table
        for name, each in value.items()
        if isinstance(each, dict | list)
        for table in _tables(each, (*path, str(name)))
    ]
    yield from sorted(inside, key=lambda table: (len(table[0]), -len(table[1][1])))


def _table(value: Any) -> Rows | None:  # noqa: ANN401
    if isinstance(value, list) and len(value) >= FEWEST:
        return _of_list(value)
    if isinstance(value, dict) and value:
        return _of_object(value)
    return None


def _of_list(value: list[Any]) -> Rows | None:
    if all(isinstance(each, dict) for each in value):
        return _records([flat(each) for each in value])
    if all(isinstance(each, list) and each and not _nested(each) for each in value):
        return None, value
    if all(isinstance(each, int | float) or each is None for each in value):
        return [VALUE], [[each] for each in value]
    return None


def _records(records: list[dict[str, object]]) -> Rows:
    names = list(dict.fromkeys(name for record in records for name in record))
    return names, [[record.get(name) for name in names] for record in records]


def _of_object(value: dict[str, Any]) -> Rows | None:
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        header, rows = value["columns"], value["data"]  # pandas, orient="split"
        if len(rows) >= FEWEST and all(
            isinstance(row, list) and len(row) == len(header) for row in rows
        ):
            return [str(name) for name in header], rows
    parts = list(value.values())
    if all(isinstance(part, list) and not _nested(part) for part in parts):
        lengths = set(map(len, parts))
        if len(lengths) == 1 and lengths.pop() >= FEWEST:
            return list(value), list(zip(*parts, strict=True))
    if all(isinstance(part, dict) and part for part in parts):
        inner = list(dict.fromkeys(name for part in parts for name in part))
        if any(isinstance(cell, dict) for part in parts for cell in part.values()):
            return None
        if len(inner) > len(parts) and all(len(part) == len(inner) for part in parts):
            if len(inner) < FEWEST:
                return None
            counted = [str(i) for i in range(len(inner))] == inner
            rows = [[part[name] for part in parts] for name in inner]  # a column a part
            if counted:
                return list(value), rows
            return [KEY, *value], [[name, *row] for name, row in zip(inner, rows, strict=True)]
        alike = sum(map(len, parts)) > ALIKE * len(inner) * len(parts)
        if len(parts) >= FEWEST and alike:  # a record a part
            return _records([{KEY: name, **part} for name, part in value.items()])
    return None


def _nested(values: Iterable[object]) -> bool:
    return any(isinstance(each, dict | list) for each in values)


def _cell(value: object) -> object:
    """A value as one would write it into a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else value
