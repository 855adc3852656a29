"""The other reading of a file, for findings that say how something was taken."""

from __future__ import annotations

from seqlab.data.reader.roles.candidates import CODES, Reading
from seqlab.data.upload import Table
from seqlab.experiment import Data, Experiment, Finding, ParseOptions

OTHERS = {
    reading.code: reading
    for reading in (
        Reading("rows_not_steps", "Read a sequence a row", {"kind": "wide"}),
        Reading("rows_are_steps", "Read a sequence a row", {"kind": "wide"}),
        Reading("rows_or_columns", "Read a sequence a row", {"kind": "wide"}),
        Reading("wide_without_label", "Read a time step a row", {"kind": "series"}),
        Reading("label_assumed", "Read without a label", {"label": ""}),
        Reading("lines_are_rows", "Read as a running text", {"kind": "corpus"}),
        Reading("several_series", "Read as one series", {"kind": "series"}),
        Reading("stretches", "Read as one series", {"borders": "none"}),
        Reading("parted_by_lines", "Read as one series", {"kind": "series"}),
        Reading("joint_id", "Read as one series", {"kind": "series"}),
        Reading("windows_cut", "Read a time step a row", {"kind": "series"}),
        Reading("clock_only", "Read without a time", {"time": ""}),
        Reading("excel_dates", "Read without a time", {"time": ""}),
        Reading("clock_of_values", "Read without a time", {"time": ""}),
        Reading("label_changes", "Read without a label", {"label": ""}),
        Reading("unix_time", "Read without a time", {"time": ""}),
        Reading("months_across", "Read the rows as they stand", {"kind": "series"}),
        Reading("hours_across", "Read a day a row", {"kind": "series"}),
        Reading("speakers", "Keep each speaker in one part", {"by_speaker": True}),
        Reading("quiet_ends", "Keep quiet ends", {"trim_db": 0.0}),
    )
}
NAMING_OTHERS = frozenset({*OTHERS, *CODES})  # codes of findings that name another reading


def others(table: Table, reading: ParseOptions) -> list[Reading]:
    """The other readings that the findings of a table name, each once.

    Args:
        table: what was read from a file.
        reading: how it was read.
    """
    possible = (other(finding, reading, table) for finding in table.findings)
    return list({each.label: each for each in possible if each is not None}.values())


def in_words(table: Table) -> str:
    """What a file holds, in a few words: "a series of 120 rows, time in “day”"."""
    rows = f"{len(table.frame):,} rows"
    if table.windows is not None:
        return f"windows that were cut before, one a row, {rows}"
    return {
        "series": f"a series of {rows}, "
        + (f"time in “{table.time}”" if table.time else "no time column"),
        "wide": f"one sequence a row, {rows}",
        "long": f"many sequences by “{table.sequence_id}”, {rows}",
        "text": f"texts in “{''.join(table.texts)}” with a label, {rows}",
        "pairs": f"pairs of texts, {rows}",
        "corpus": "a running text",
        "arrays": "arrays of numbers",
        "speech": f"{len(table.frame):,} takes of words",
    }[table.kind]


def other(finding: Finding, reading: ParseOptions, table: Table | None = None) -> Reading | None:
    """The other reading that a finding names, if it is not the one that was taken.

    Args:
        finding: about a file.
        reading: how it was read.
        table: what was read from it; it knows readings that were near.
    """
    near = {} if table is None else {each.code: each for each in table.others}
    named = near.get(finding.code) or OTHERS.get(finding.code)
    return None if named is None or reading.changed(**named.changes) == reading else named


def with_other(finding: Finding, experiment: Experiment, table: Table | None = None) -> Finding:
    """The finding with a Fix that takes the other reading, if there is one.

    What was chosen of the columns is given up: they may have other roles then.

    Args:
        finding: about a file.
        experiment: that reads it.
        table: what was read from it.
    """
    offered = other(finding, experiment.data.reading, table)
    if offered is None or finding.fix is not None:
        return finding
    fix = experiment.model_copy(update={"data": read_otherwise(experiment.data, offered)})
    return Finding(finding.level, finding.code, finding.message, fix, offered.label, finding.keras)


def read_otherwise(data: Data, offered: Reading) -> Data:
    """The same file in the other reading, with the roles that the reader finds then."""
    reading = data.reading.changed(**offered.changes)
    changed = data.model_copy(update={"reading": reading, "target": None, "inputs": ()})
    return Data.model_validate(dict(changed))
