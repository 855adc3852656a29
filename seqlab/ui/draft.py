"""The experiment as the widgets describe it now, its data, and what is to be said about both."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from seqlab.data.alternatives import with_other
from seqlab.data.dataset import DataError, Dataset
from seqlab.data.load import load
from seqlab.data.upload import Table, UploadError
from seqlab.experiment import Data, Experiment, ExperimentError, Finding, ParseOptions, clamp
from seqlab.network.doctor import diagnose, explain
from seqlab.ui import services, visitor
from seqlab.ui.cache import ByteCache, few

logger = logging.getLogger(__name__)
STRANGE = (
    "These data could not be understood, and the reason is in the server's log. "
    "Choose other sequences, or another way to read the file."
)
_datasets: ByteCache[Dataset] = ByteCache(
    "datasets", lambda dataset: dataset.x.nbytes + dataset.y.nbytes
)
_tables: ByteCache[Table] = ByteCache("tables", lambda table: table.nbytes)
NO_FILE = "no_file"
MOST_FIXES = 6  # of one draft, one after the other


@dataclass(frozen=True)
class Draft:
    """What would be trained: `experiment` is `None` while a value is out of range."""

    experiment: Experiment | None
    dataset: Dataset | None
    findings: list[Finding]

    @property
    def source(self) -> str:
        """The built-in source, "upload" for a file; "" while a value is out of range."""
        return "" if self.experiment is None else self.experiment.data.source

    @property
    def ready(self) -> bool:
        """Whether it can be trained."""
        return self.dataset is not None and all(f.level != "error" for f in self.findings)


def draft(flat: Mapping[str, Any]) -> Draft:
    """Widget values -> what they mean. Never raises for what a user can enter."""
    try:
        experiment = Experiment.from_flat(flat)
    except ExperimentError as error:
        return Draft(None, None, _out_of_range(error, flat))
    try:
        dataset = dataset_of(experiment.data)
    except (DataError, UploadError) as error:
        why = explain(error, experiment)
        if experiment.data.source == "upload" and experiment.data.file is None:
            why = replace(why, level="hint", code=NO_FILE)  # nothing is wrong yet
        return Draft(experiment, None, [why, *diagnose(experiment), *_of_file(experiment)])
    except Exception:  # a stranger's file must not lock the page
        logger.exception("The data of a draft could not be loaded.")
        return Draft(experiment, None, [Finding("error", "no_data", STRANGE)])
    advice = _findings(experiment, services.pool().memory_budget)
    return Draft(experiment, dataset, [*advice, *_of_file(experiment)])


def _of_file(experiment: Experiment) -> list[Finding]:
    """What was found in the file, each with the other reading that it names; none of no file."""
    try:
        table = table_for(experiment.data)
    except UploadError:
        return []  # why it cannot be read is told
    if table is None:
        return []
    return [with_other(finding, experiment, table) for finding in table.findings]


@few
def _findings(experiment: Experiment, memory_budget: float | None) -> tuple[Finding, ...]:
    """What the doctor says; on 200,000 windows it takes longer than all the rest of a page."""
    return tuple(diagnose(experiment, dataset_of(experiment.data), memory_budget))


def fitted(now: Draft) -> Experiment | None:
    """The draft with the fixes of all its errors, as far as they have one."""
    experiment, dataset = now.experiment, now.dataset
    if experiment is None or dataset is None:
        return None
    for _ in range(MOST_FIXES):
        findings = diagnose(experiment, dataset, services.pool().memory_budget)
        errors = [finding for finding in findings if finding.level == "error" and finding.fix]
        if not errors or errors[0].fix is None:
            break
        experiment = errors[0].fix
    return experiment


def dataset_of(data: Data) -> Dataset:
    """The arrays of a data description; an uploaded file comes from the store.

    Raises:
        DataError: if no windows can be cut.
        UploadError: if the uploaded file is no table, or no longer kept.
    """
    return _datasets.get(data, lambda: _load(data))


def _load(data: Data) -> Dataset:
    return load(Experiment(data=data), table_for(data))


def table_for(data: Data) -> Table | None:
    """The table that a description of data needs, if it is that of a file. Raises `UploadError`."""
    with_file = data.source == "upload" and data.file
    return table_of(data.file or "", data.reading) if with_file else None


def kept_dataset(data: Data) -> Dataset | None:
    """The arrays of a run that was made earlier, or `None` if its file is no longer kept."""
    try:
        return dataset_of(data)
    except (DataError, UploadError):
        return None
    except Exception:
        logger.exception("The data of a run could not be loaded.")
        return None


def take(data: bytes, name: str) -> str:
    """Reads an uploaded file and keeps it in the store; its key there.

    Raises:
        UploadError: if it cannot be read. Then nothing of it is kept.
    """
    return keep(services.read_file(data, name), data, name)


def keep(table: Table, data: bytes, name: str) -> str:
    """Keeps an uploaded file and what was read from it; its key in the store.

    Args:
        table: what was read.
        data: the bytes of the file.
        name: of the file.

    Raises:
        StoreError: if the disk has no room for it.
    """
    file = services.store().add_upload(data, name, visitor.owner())
    _tables.keep((file, ParseOptions()), table)
    return file


def table_of(file: str, reading: ParseOptions) -> Table:
    """The table in an uploaded file that the store keeps. Raises `UploadError`."""
    return _tables.get((file, reading), lambda: _read(file, reading))


def _read(file: str, reading: ParseOptions) -> Table:
    upload = services.store().upload(file)
    if upload is None:
        raise UploadError("The uploaded file of this experiment is not kept here. Upload it again.")
    return services.read_file(*upload, reading)


def _out_of_range(error: ExperimentError, flat: Mapping[str, Any]) -> list[Finding]:
    try:
        fix = Experiment.from_flat({key: clamp(key, value) for key, value in flat.items()})
    except ExperimentError:
        fix = None
    label = "Use the nearest allowed value"
    return [Finding("error", "out_of_range", sentence, fix, label) for sentence in error.sentences]
