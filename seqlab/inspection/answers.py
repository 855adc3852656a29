"""What the network of a run says on the validation part, beside the truth and the baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from seqlab.data.dataset import Baseline, Dataset, rmse
from seqlab.figures import answers, prediction
from seqlab.inspection.networks import fitting
from seqlab.inspection.words import beside, when


@dataclass(frozen=True)
class Answer:
    """A picture and what it says."""

    figure: go.Figure
    sentence: str


def answer(
    dataset: Dataset, raw: NDArray[np.float32] | None, epoch: int | None, shown: int
) -> Answer:
    """The picture that fits the goal of the data.

    Args:
        dataset: with truth and baselines; of several targets one, else the first is drawn.
        raw: (sequences, ..., outputs) what the network gives for the validation part, or for its
            first sequences: scaled values or logits; `None` before there is any.
        epoch: of the weights.
        shown: which validation sequence to draw, where one is drawn at a time.
    """
    raw = fitting(raw, dataset)
    if dataset.further:
        one = dataset.only()
        return answer(one, None if raw is None else raw[:, one.answered], epoch, shown)
    measure: Literal["rmse", "accuracy"] = "accuracy" if dataset.goal.kind == "class" else "rmse"
    best = dataset.best_baseline(measure)
    name, rule = best or next(iter(dataset.baselines.items()))
    if dataset.goal.kind == "class":
        if dataset.goal.at == "end":
            return _classes(dataset, raw, epoch, name, rule)
        return _symbols(dataset, raw, epoch, name, rule, shown)
    if dataset.goal.at == "end":
        return _values(dataset, raw, epoch, name, rule)
    return _steps(dataset, raw, epoch, name, rule, shown)


def _first(dataset: Dataset, count: int) -> str:
    """How many sequences an answer is about: of many, only the first are kept."""
    whole = len(dataset.validation)
    if count == whole:
        return f"{count:,} sequences"
    return f"the first {count:,} of {whole:,} sequences (the rule's: of all)"


def _better(error: float, line: float, name: str, unit: str = "RMSE") -> str:
    if not line > 0:
        return f"{unit} {error:.4g}; {name}: {line:.4g}."
    ratio = error / line
    verdict = beside(ratio, "better than", "worse than")
    return f"{unit} {error:.4g}, {verdict} {name} ({line:.4g})."


def _values(
    dataset: Dataset, raw: NDArray[np.float32] | None, epoch: int | None, name: str, rule: Baseline
) -> Answer:
    truth = dataset.truth(dataset.validation)  # (n, outputs)
    predicted = None
    if raw is not None and raw.shape == truth.shape:
        predicted = dataset.target_scaling_of(dataset.validation).invert(raw)
    first = None if predicted is None else predicted[:, 0]
    if dataset.labels is not None and dataset.starts is not None:
        goals = dataset.starts[dataset.validation] + dataset.timesteps + dataset.horizon - 1
        guess = None if rule.prediction is None else (name, _apart(dataset, rule.prediction[:, 0]))
        figure = prediction.over_time(
            _apart(dataset, dataset.labels[goals]),
            _apart(dataset, truth[:, 0]),
            None if first is None else _apart(dataset, first),
            guess,
            dataset.target,
        )
    else:
        figure = prediction.against_truth(truth[:, 0], first, dataset.target)
    several = f" The first of {truth.shape[1]} steps is drawn." if truth.shape[1] > 1 else ""
    unit = "RMSE" if dataset.joint is None else f"RMSE of {dataset.target}"
    if predicted is None:
        by = "of" if dataset.joint is None else "by"
        sentence = f"Validation part, {len(truth):,} targets. {unit} {by} {name}: {rule.rmse:.4g}."
    else:
        sentence = f"{when(epoch)}: {_better(rmse(predicted, truth), rule.rmse, name, unit)}"
    return Answer(figure, sentence + several)


def _apart(dataset: Dataset, values: NDArray[Any]) -> NDArray[Any]:
    """Values of the validation targets (n,) with a gap where another series begins.

    So no line joins the end of one with the beginning of the next; times are repeated there.
    """
    if dataset.series is None:
        return values
    of = dataset.series.of[dataset.validation]
    borders = np.flatnonzero(np.diff(of)) + 1
    between = np.nan if values.dtype.kind == "f" else values[borders]
    return np.insert(values, borders, between)


def _steps(
    dataset: Dataset,
    raw: NDArray[np.float32] | None,
    epoch: int | None,
    name: str,
    rule: Baseline,
    shown: int,
) -> Answer:
    """Values at every step: one sequence is drawn, the error is that of all which are kept."""
    places = dataset.validation if raw is None else dataset.validation[: len(raw)]
    shown = min(shown, len(places) - 1)
    truth = dataset.truth(places)  # (n, timesteps, outputs)
    real = int(dataset.lengths[places[shown]])
    predicted = None if raw is None else dataset.target_scaling_of(places).invert(raw)
    line = None if predicted is None else predicted[shown, :real, 0]
    figure = answers.values(truth[shown, :real, 0], line, dataset.target)
    if predicted is None:
        return Answer(figure, f"RMSE of {name} on the validation part: {rule.rmse:.4g}.")
    weights = dataset.target_weights(places)
    squares = np.square(predicted - truth).mean(axis=2)
    error = float(np.sqrt((squares * weights).sum() / max(weights.sum(), 1)))
    words = _better(error, rule.rmse, name)
    count = "" if len(places) == len(dataset.validation) else (
        f" Over {_first(dataset, len(places))}."
    )  # fmt: skip
    return Answer(figure, f"{when(epoch)}: {words}{count} Drawn: validation sequence {shown + 1}.")


def _classes(
    dataset: Dataset, raw: NDArray[np.float32] | None, epoch: int | None, name: str, rule: Baseline
) -> Answer:
    classes = dataset.goal.classes
    truth = dataset.y[dataset.validation]
    if raw is None:
        empty = np.zeros(0, np.int64)
        figure = answers.confusion(empty, empty, classes)
        return Answer(figure, f"By {name} {rule.accuracy:.1%} of the validation part are right.")
    guess, truth = raw.argmax(axis=-1), truth[: len(raw)]
    right = float((guess == truth).mean())
    cut = len(classes) - answers.MOST_CLASSES
    more = f" Not drawn: {cut} more classes." if cut > 0 else ""
    sentence = (
        f"{when(epoch)}: {right:.1%} of {_first(dataset, len(truth))} right; {name}: "
        f"{rule.accuracy:.1%}.{more}"
    )
    return Answer(answers.confusion(truth, guess, classes), sentence)


def _symbols(
    dataset: Dataset,
    raw: NDArray[np.float32] | None,
    epoch: int | None,
    name: str,
    rule: Baseline,
    shown: int,
) -> Answer:
    """A class at every step, or a target text: one sequence is drawn, all that are kept count."""
    classes = dataset.goal.classes
    places = dataset.validation if raw is None else dataset.validation[: len(raw)]
    shown = min(shown, len(places) - 1)
    truth = dataset.y[places]  # (n, steps)
    weights = dataset.target_weights(places)
    counted = np.flatnonzero(weights[shown])
    true = [classes[i] for i in truth[shown, counted]]
    if raw is None:
        words = f"By {name} {rule.accuracy:.1%} of the symbols of the validation part are right."
        return Answer(answers.symbols(true, None), f"The truth of one sequence. {words}")
    guess = raw.argmax(axis=-1)
    right = float(((guess == truth) * weights).sum() / max(weights.sum(), 1))
    figure = answers.symbols(true, [classes[i] for i in guess[shown, counted]])
    return Answer(
        figure,
        f"{when(epoch)}: {right:.1%} of the symbols of {_first(dataset, len(places))} right; "
        f"{name}: {rule.accuracy:.1%}. Drawn: validation sequence {shown + 1}.",
    )
