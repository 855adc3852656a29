"""The other reading of a file, for findings that say how something was taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seqlab.experiment import Data, Experiment, Finding


@dataclass(frozen=True)
class Other:
    """A reading that would have been possible as well.

    Attributes:
        label: what a button says that takes it.
        changes: fields of `ParseOptions`.
    """

    label: str
    changes: dict[str, Any]


OTHERS = {
    "rows_not_steps": Other("Read a sequence a row", {"kind": "wide"}),
    "rows_or_columns": Other("Read a sequence a row", {"kind": "wide"}),
    "wide_without_label": Other("Read a time step a row", {"kind": "series"}),
    "label_assumed": Other("Read without a label", {"label": ""}),
    "lines_are_rows": Other("Read as a running text", {"kind": "corpus"}),
    "several_series": Other("Read as one series", {"kind": "series"}),
    "joint_id": Other("Read as one series", {"kind": "series"}),
    "clock_only": Other("Read without a time", {"time": ""}),
    "excel_dates": Other("Read without a time", {"time": ""}),
    "unix_time": Other("Read without a time", {"time": ""}),
}


def with_other(finding: Finding, experiment: Experiment) -> Finding:
    """The finding with a Fix that takes the other reading, if there is one.

    What was chosen of the columns is given up: they may have other roles then.

    Args:
        finding: about a file.
        experiment: that reads it.
    """
    other = OTHERS.get(finding.code)
    if other is None or finding.fix is not None:
        return finding
    reading = experiment.data.reading.changed(**other.changes)
    if reading == experiment.data.reading:
        return finding
    data = experiment.data.model_copy(update={"reading": reading, "target": None, "inputs": ()})
    fix = experiment.model_copy(update={"data": Data.model_validate(dict(data))})
    return Finding(finding.level, finding.code, finding.message, fix, other.label, finding.keras)
