"""A run as one HTML file, with what this server knows of it."""

from __future__ import annotations

from seqlab.data.catalogue import ENTRIES
from seqlab.data.dataset import Dataset
from seqlab.inspection.networks import prediction_of
from seqlab.report.page import Browser, report
from seqlab.report.sections import Subject
from seqlab.runs.listing import sequences
from seqlab.runs.records import Run
from seqlab.ui import networks, services
from seqlab.ui.components.component import HERE
from seqlab.ui.components.javascript import javascript
from seqlab.ui.forecast.folds import tested
from seqlab.ui.playground.run_findings import reading
from seqlab.ui.server import plotly_script


def browser() -> Browser:
    """The scripts of the pages."""
    css, html = ((HERE / f"player.{kind}").read_text("utf-8") for kind in ("css", "html"))
    return Browser(
        plotly_script.common().decode(),
        javascript("chart"),
        javascript("player"),
        html,
        (HERE / "common.css").read_text("utf-8") + css,
    )


def report_of(run: Run, dataset: Dataset, owner: str) -> str:
    """The report of a run that has ended and whose weights are kept.

    Args:
        run: which.
        dataset: what it was trained on.
        owner: the visitor who asks.
    """
    store = services.store()
    saved, metrics = store.snapshots(run.id), store.metrics(run.id)
    newest = networks.snapshot(run.id, saved[-1])
    names = {key: entry.title for key, entry in ENTRIES.items()} | store.upload_names()
    subject = Subject(
        run,
        sequences(run, names),
        metrics,
        dataset,
        saved,
        lambda epoch: networks.network(run.id, epoch, run.experiment, dataset),
        prediction_of(newest, dataset),
        reading(run, metrics, dataset, newest, saved[-1]),
        tested(run, dataset, owner),
    )
    return report(subject, browser())
