"""The sections of a report of a run: result, curves, forecast, gates, data, settings, script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data import summary
from seqlab.data.dataset import DataError, Dataset
from seqlab.experiment import Experiment, ExperimentError, Finding
from seqlab.field_words import in_words, label_of
from seqlab.figures import walk_forward as folds_figures
from seqlab.forecasting.future import can_forecast, longest, look_ahead
from seqlab.forecasting.scores import NETWORK
from seqlab.forecasting.walk_forward import Backtest
from seqlab.forecasting.words import (
    about_carried,
    about_coverage,
    about_errors,
    about_folds,
    about_future,
    about_sign,
    about_way,
)
from seqlab.inspection import data_picture, glossary
from seqlab.inspection.answers import Answer, answer
from seqlab.inspection.baselines import baselines_table
from seqlab.inspection.differences import setting_of
from seqlab.inspection.networks import only
from seqlab.inspection.player_data import epochs_within, player_data
from seqlab.inspection.sequences import sequence, title_of
from seqlab.inspection.words import when
from seqlab.lens.frames import frames
from seqlab.lens.stack import LensError, Stack
from seqlab.network.plan import plan
from seqlab.network.shapes import links
from seqlab.network.source import source
from seqlab.report.blocks import Block, Chart, Code, Player, Section, Table, Text
from seqlab.report.forecast_charts import folds_chart, future_chart
from seqlab.report.loss_curve import loss_curve
from seqlab.runs.records import Metrics, Run

PLAYER_BYTES = 1_500_000  # of heat maps, of all layers together, before compression
LEVEL = 0.9  # of the bands
MOST_COLUMNS = 30  # of the data that are listed
WORDS = ("epoch", "loss", "val_loss", "baseline", "persistence", "RMSE", "overfitting")


@dataclass(frozen=True)
class Subject:
    """A run that has ended, with all that is known of it.

    Attributes:
        run: its settings and status.
        source: what its sequences are called.
        metrics: its losses.
        dataset: its data.
        saved: the epochs whose weights are kept, ascending, at least one.
        network: the network at one of them; raises `LensError`.
        prediction: what the newest one gives for the validation part, as it was kept, or `None`.
        findings: what the doctor says of the result.
        tested: of each target a walk-forward of it, if there is one, with bands of `LEVEL`; and how
            many folds were planned.
    """

    run: Run
    source: str
    metrics: Metrics
    dataset: Dataset
    saved: Sequence[int]
    network: Callable[[int], Stack]
    prediction: NDArray[np.floating] | None = None
    findings: Sequence[Finding] = ()
    tested: Sequence[tuple[Backtest, int] | None] = ()

    @property
    def title(self) -> str:
        """Network and sequences: "LSTM(16) on Yearly sunspots"."""
        return f"{' → '.join(layer.title for layer in self.run.experiment.layers)} on {self.source}"

    @property
    def best(self) -> int | None:
        """The epoch with the lowest val_loss, if its weights are kept."""
        metrics = self.metrics
        epoch = None if metrics.best is None else int(metrics.epoch[metrics.best])
        return epoch if epoch in self.saved else None


def sections(subject: Subject) -> list[Section]:
    """All sections that this run has something to say in."""
    raw, views = subject.prediction, subject.dataset.views
    answered = [
        answer(one, None if raw is None else raw[:, one.answered], subject.saved[-1], 0)
        for one in views
    ]
    every = [
        Section("Result", _result(subject, " ".join(each.sentence for each in answered))),
        Section("Learning curves", _curves(subject, answered)),
        Section("Forecast", [block for one in views for block in _forecast(subject, one)]),
        Section("Earlier days (walk-forward)", _walked(subject)),
        Section("Gates and states", _gates(subject)),
        Section("Data", _data(subject.dataset)),
        Section("Settings", _settings(subject.run.experiment)),
        Section("Script", _script(subject), folded=True),
        Section("Words", _words(subject), folded=True),
    ]
    return [each for each in every if each.blocks]


def _result(subject: Subject, sentence: str) -> list[Block]:
    run, metrics, dataset = subject.run, subject.metrics, subject.dataset
    planned = plan(run.experiment, dataset.frame)
    rows = [
        ("Status", f"{run.status}{f': {run.message}' if run.message else ''}"),
        ("Begun", f"{pd.Timestamp(run.created, unit='s'):%Y-%m-%d %H:%M} UTC"),
        ("Epochs", f"{int(metrics.epoch[-1]):,} of {run.planned:,}" if len(metrics.epoch) else "0"),
        ("Parameters", f"{sum(link.parameters for link in links(planned)):,}"),
    ]
    if run.seconds is not None:
        rows.append(("Training took", f"{run.seconds:.3g} s"))
    if metrics.best is not None:
        best = metrics.best
        rows.append(
            ("Best val_loss", f"{metrics.val_loss[best]:.4g} in epoch {int(metrics.epoch[best])}")
        )
    for name, values in (("Last loss", metrics.loss), ("Last val_loss", metrics.val_loss)):
        if len(values) and np.isfinite(values[-1]):
            rows.append((name, f"{values[-1]:.4g}"))
    rows.append(("Run", run.id))
    blocks: list[Block] = [
        Text(sentence, strong=True),
        Table((), rows, "The result in numbers"),
    ]
    blocks += [Text(f"{finding.level.capitalize()}: {finding.message}") for finding in
               subject.findings]  # fmt: skip
    if run.note:
        blocks.append(Text(f"Note: {run.note}"))
    return blocks


def _curves(subject: Subject, said: Sequence[Answer]) -> list[Block]:
    run = subject.run
    curve = loss_curve(run.experiment, subject.dataset, subject.metrics, run.planned, run.baseline)
    answered = [Chart(each.figure, each.sentence) for each in said]
    return [Chart(curve.figure(), curve.sentence), *answered]


def _forecast(subject: Subject, dataset: Dataset) -> list[Block]:
    """The rows that come of one target."""
    epoch = subject.saved[-1]
    if not can_forecast(dataset):
        return []
    try:
        network = subject.network(epoch)
        steps = min(longest(dataset, network), dataset.timesteps)
        future = look_ahead(subject.run.experiment, dataset, network, steps, LEVEL)
    except (DataError, ExperimentError, LensError) as error:
        return [Text(str(error))]
    name = future.table["series"].iloc[0] if "series" in future.table else None
    notes = [f"{when(epoch)}.", about_future(future, name), about_way(future)]
    sentence = " ".join(filter(None, [*notes, about_carried(future)]))
    blocks: list[Block] = [Text(sentence)]
    if dataset.goal.kind == "value":
        blocks = [Chart(future_chart(dataset, future, name), sentence, 320)]
    held = about_coverage(future.coverage, future.steps)
    blocks += [Text(held, strong=True)] if held else []
    sign = about_sign(future, dataset.values[:, 0]) if dataset.values is not None else ""
    blocks += [Text(note) for note in (*future.notes, sign) if note]
    return [*blocks, _table_of(future.table, f"The rows that come{_of(dataset)}")]


def _walked(subject: Subject) -> list[Block]:
    blocks: list[Block] = []
    for one, tested in zip(subject.dataset.views, subject.tested, strict=False):
        if tested is None:
            continue
        backtest, planned = tested
        figure = folds_chart(one, backtest, LEVEL)
        errors = folds_figures.errors(backtest.by_step, "rmse", NETWORK)
        blocks += [
            Text(backtest.words, strong=True),
            Chart(figure, about_folds(backtest, planned, LEVEL), 320),
            Chart(errors, about_errors(backtest.by_step, "rmse")),
            _table_of(backtest.by_step, f"Errors by rows ahead{_of(one)}"),
        ]
    return blocks


def _of(dataset: Dataset) -> str:
    """Which of several targets something is about; "" for the only one."""
    return "" if dataset.joint is None else f", {dataset.target}"


def _gates(subject: Subject) -> list[Block]:
    dataset, saved = subject.dataset.only(), list(subject.saved)
    if not len(dataset.validation):
        return []
    try:
        newest = only(subject.network(saved[-1]), dataset)
        index = int(dataset.validation[0])
        shown = sequence(dataset, index, title_of(dataset, 0))
        blocks: list[Block] = []
        for layer in newest.layers:
            limit = PLAYER_BYTES // len(newest.layers)
            epochs = epochs_within(limit, newest, layer, dataset, saved, subject.best)
            networks = [only(subject.network(epoch), dataset) for epoch in epochs]
            by_epoch = dict(zip(epochs, frames(networks, layer, shown.x, shown.mask), strict=True))
            versions = {epoch: str(epoch) for epoch in epochs}
            data = player_data(dataset, shown, layer, newest, by_epoch, versions, saved)
            best = subject.best
            data |= {"id": layer, "run": subject.run.id, "active": False, "epoch": None}
            data |= {"best": best, "unit": None, "tellsUnit": False, "compact": False}
            blocks.append(Player(layer, data))
    except LensError as error:
        return [Text(str(error))]
    about = f"What each unit did on {shown.title}, from before training to the last epoch"
    return [Text(f"{about}{_of(dataset)}."), *blocks]


def _data(dataset: Dataset) -> list[Block]:
    parts = {"training": dataset.train, "validation": dataset.validation, "test": dataset.test}
    counts = ", ".join(f"{len(index):,} for {name}" for name, index in parts.items() if len(index))
    names = ", ".join(dataset.names[:MOST_COLUMNS])
    if len(dataset.names) > MOST_COLUMNS:
        names += f" and {len(dataset.names) - MOST_COLUMNS} more"
    blocks: list[Block] = []
    picture = data_picture.picture(dataset)
    if picture is not None:
        blocks.append(Chart(picture.figure, picture.sentence, picture.height))
    blocks.append(
        Text(
            f"{len(dataset.x):,} sequences of {dataset.timesteps:,} steps: {counts}. The network "
            f"reads {names} and says {', '.join(dataset.targets)}."
        )
    )
    blocks += [Text(note) for note in dataset.notes]
    columns = summary.columns(dataset)[:MOST_COLUMNS]
    if columns:
        head = ("column", "known", "missing", "min", "mean", "median", "max", "std")
        rows = [
            (c.name, f"{c.count:,}", f"{c.missing:,}", *map(_number, _spread(c))) for c in columns
        ]
        blocks.append(Table(head, rows, "The columns in numbers"))
    rules = [(baselines_table(one), f"Rules without a network{_of(one)}") for one in dataset.views]
    return [*blocks, *(_table_of(table, about) for table, about in rules)]


def _spread(column: summary.Column) -> tuple[float, ...]:
    return column.low, column.mean, column.median, column.high, column.deviation


def _settings(experiment: Experiment) -> list[Block]:
    usual, rows = Experiment().to_flat(), []
    for key, value in experiment.to_flat().items():
        name, layer = setting_of(key)
        label = label_of(name) if layer is None else f"{label_of(name)}, layer {layer + 1}"
        before = usual[key if layer is None else f"{name}_0"]
        if isinstance(value, dict):
            shown = ", ".join(f"{each} {chosen}" for each, chosen in value.items()) or "as guessed"
        else:
            shown = in_words(value, name)
        rows.append((label, shown, "yes" if value != before else ""))
    about = "All settings, and whether they were changed"
    return [Table(("setting", "value", "changed"), rows, about)]


def _script(subject: Subject) -> list[Block]:
    about = "The experiment as a plain Keras script. Larger data stand beside it in the run's zip."
    return [Text(about), Code(source(subject.run.experiment, subject.dataset))]


def _words(subject: Subject) -> list[Block]:
    experiment = subject.run.experiment
    values = glossary.numbers(experiment, subject.dataset)
    cells = dict.fromkeys(layer.cell for layer in experiment.layers)
    names = dict.fromkeys([*WORDS, *(name for cell in cells for name in glossary.of_cell(cell))])
    terms = [glossary.term(name, values) for name in names]
    rows = [(term.name, f"{term.means} {term.formula}".strip()) for term in terms]
    return [Table((), rows, "What the words mean, with the numbers of this run")]


def _table_of(frame: pd.DataFrame, about: str) -> Table:
    rows = [tuple(map(_cell, row)) for row in frame.itertuples(index=False)]
    return Table([str(name) for name in frame.columns], rows, about)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


def _number(value: float) -> str:
    return f"{value:.5g}" if np.isfinite(value) else "–"
