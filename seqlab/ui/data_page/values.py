"""What is in the data: the whole picture, columns, classes, lengths, likeness with the past."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from seqlab.data import describe, summary
from seqlab.data.dataset import Dataset
from seqlab.figures import histograms, overview, thin
from seqlab.ui.components.chart import chart
from seqlab.ui.data_page.facts import Facts
from seqlab.ui.words import plain

MOST_LINES = 6  # columns or features that are drawn
MOST_EXAMPLES = 12
MOST_TEXTS = 12
CONSTANT = "never changes"


def picture(dataset: Dataset, view: str) -> None:
    """All of a series, or some of the sequences.

    Args:
        dataset: what to draw.
        view: zoom and pan are kept while this stays the same.
    """
    if dataset.x.ndim == 2:
        _texts(dataset)
    elif dataset.values is not None and dataset.labels is not None:
        _series(dataset, view)
    else:
        _sequences(dataset, view)


def _series(dataset: Dataset, view: str) -> None:
    values, labels, gaps = dataset.values, dataset.labels, dataset.gaps
    assert values is not None
    assert labels is not None
    others = [name for name in dataset.names if name != dataset.target]
    names = [dataset.target, *others]
    # A class has no height: its column stays out of the picture.
    chosen = range(len(names))[dataset.goal.kind == "class" :][:MOST_LINES]
    columns = {names[i]: values[:, i] for i in chosen}
    missing = None if gaps is None else {names[i]: gaps[:, i] for i in chosen}
    times = labels.astype(np.float64)
    one_by_one = bool((times[1:] < times[:-1]).any())  # sequences below each other
    along = np.arange(1, len(values) + 1) if one_by_one else labels
    title = "row" if one_by_one else ""
    parts = summary.row_parts(dataset) if dataset.splits is None and one_by_one else None
    figure = overview.series(along, columns, dataset.splits, missing, title, parts)
    sentence = _series_words(dataset, list(columns), one_by_one)
    height = 250 if len(columns) == 1 else 60 + 90 * len(columns)
    chart(figure, key="data_picture", alt=sentence, height=height, view=view)
    st.caption(plain(sentence))


def _series_words(dataset: Dataset, drawn: list[str], one_by_one: bool) -> str:
    values, labels = dataset.values, dataset.labels
    assert values is not None
    assert labels is not None
    rows = len(values)
    if one_by_one:
        told = f"{rows:,} rows of several sequences, one behind the other"
    else:
        first, last = describe.time(labels[0]), describe.time(labels[-1])
        told = f"{rows:,} rows from {first} to {last}"
    if dataset.splits is not None:
        a, b = dataset.splits
        test = f" and the last {rows - b:,} for the test" if b < rows else ""
        told += f": {a:,} to train with, then {b - a:,} for validation{test}"
    told += "."
    all_columns = 1 + len([name for name in dataset.names if name != dataset.target])
    hidden = all_columns - len(drawn) - (dataset.goal.kind == "class")
    if hidden:
        told += f" The first {len(drawn)} of {len(drawn) + hidden:,} columns are drawn."
    if dataset.gaps is not None and (missing := int(dataset.gaps.sum())):
        state = "left open" if np.isnan(values).any() else "drawn as they were filled"
        are = "values are marked by crosses" if missing > 1 else "value is marked by a cross"
        told += f" {missing:,} missing {are}, {state}."
    if rows > thin.MOST_POINTS:
        told += " Of each short stretch only the lowest and the highest value are drawn."
    return told


def _sequences(dataset: Dataset, view: str) -> None:
    found = summary.examples(dataset, MOST_EXAMPLES)
    names = dataset.names[:MOST_LINES]
    drawn = []
    for i, group in found:
        real = int(dataset.lengths[i])
        drawn.append((group, dataset.input_scaling.invert(dataset.x[i, :real])[:, : len(names)]))
    figure = overview.sequences(drawn, names)
    features = len(dataset.names)
    told = f"{len(drawn)} of {len(dataset.x):,} sequences, all from the training part"
    if len(names) < features:
        told += f", with the first {len(names)} of {features} features"
    groups = len({group for group, _ in drawn if group})
    if groups:
        classes = len(dataset.goal.classes)
        told += f"; the colour tells y ({dataset.target})"
        told += f", {groups} of {classes} classes" if groups < classes else ""
    height = 250 if len(names) == 1 else 60 + 90 * len(names)
    chart(figure, key="data_picture", alt=told, height=height, view=view)
    st.caption(plain(f"{told}."))


def _texts(dataset: Dataset) -> None:
    """Texts are best read."""
    chosen = [i for i, _ in summary.examples(dataset, MOST_TEXTS)]
    pairs = [describe.texts(dataset, i) for i in chosen]
    unit = dataset.names[0]
    table = pd.DataFrame(pairs, columns=["X", f"y: {dataset.target}"])
    st.dataframe(table, hide_index=True, key="data_texts", height=250)
    known = sum(symbol != "" for symbol in dataset.vocabulary)
    st.caption(
        plain(
            f"{len(chosen)} of {len(dataset.x):,} pairs, all from the training part. There are "
            f"{known:,} different {unit}s."
        )
    )


def columns_table(columns: tuple[summary.Column, ...], used: tuple[str, ...], target: str) -> None:
    """Each column of numbers, and what the network does with it."""
    if not columns:
        return
    st.header("Columns", anchor=False)
    rows = []
    for column in columns:
        roles = [column.name == target and "target", column.name in used and "input"]
        rows.append(
            {
                "column": column.name,
                "role": " and ".join(role for role in roles if role),
                "known": column.count,
                "missing": column.missing,
                "min": column.low,
                "mean": column.mean,
                "median": column.median,
                "max": column.high,
                "std": column.deviation,
                "note": CONSTANT if column.count and column.low == column.high else "",
            }
        )
    table = pd.DataFrame(rows)
    numbers = ("min", "mean", "median", "max", "std")
    st.dataframe(
        table,
        key="data_columns",
        hide_index=True,
        height=min(38 + 35 * len(table), 320),
        column_config={name: st.column_config.NumberColumn(format="%.5g") for name in numbers},
    )
    st.caption(plain(_columns_words(columns, {*used, target})))


def _columns_words(columns: tuple[summary.Column, ...], used: set[str]) -> str:
    missing = [column for column in columns if column.missing]
    still = [column.name for column in columns if column.count and column.low == column.high]
    moving = [column for column in columns if column.name in used and column.deviation > 0]
    told = []
    if len(moving) > 1:
        wide, narrow = (pick(moving, key=lambda c: c.deviation) for pick in (max, min))
        ratio = wide.deviation / narrow.deviation
        if ratio >= 10:
            told.append(
                f"“{wide.name}” spreads {ratio:,.0f} times as wide as “{narrow.name}”: without "
                "scaling it would drown the others."
            )
    if missing:
        most = max(missing, key=lambda column: column.missing)
        share = most.missing / (most.missing + most.count)
        told.append(
            f"{len(missing):,} of {len(columns):,} columns have missing values, "
            f"“{most.name}” the most: {most.missing:,} ({share:.1%})."
            if len(columns) > 1
            else f"{most.missing:,} values ({share:.1%}) are missing."
        )
    else:
        told.append("No value is missing.")
    if still:
        more = ", …" if len(still) > 3 else ""
        told.append(f"{', '.join(still[:3])}{more}: always the same value, nothing to learn from.")
    return " ".join(told)


def classes(dataset: Dataset, facts: Facts, view: str) -> None:
    """How often each class is asked for."""
    found = facts.classes
    if not found:
        return
    st.header("Classes", anchor=False)
    sentence = _classes_words(found)
    if len(found) > histograms.MOST_BARS:
        sentence += f" The {histograms.MOST_BARS} most frequent ones are drawn."
    figure = histograms.classes(found)
    chart(figure, key="data_classes", alt=sentence, height=210, view=view)
    st.caption(plain(sentence))


def _classes_words(found: dict[str, tuple[int, int]]) -> str:
    train = {name: count for name, (count, _) in found.items() if count}
    tested = sum(count for _, count in found.values())
    most, least = max(train, key=lambda n: train[n]), min(train, key=lambda n: train[n])
    if train[most] == train[least]:
        told = (
            f"All {len(train):,} classes are equally frequent in training: {train[most]:,} targets "
            f"each. Always “{histograms.visible(most)}” is right for "
            f"{found[most][1] / max(1, tested):.1%} of the validation targets."
        )
    else:
        told = _unequal(found, most, least)
    strange = [name for name, (count, tests) in found.items() if tests and not count]
    if strange:
        more = ", …" if len(strange) > 3 else ""
        told += f" Only validation has {', '.join(strange[:3])}{more}."
    return told


def _unequal(found: dict[str, tuple[int, int]], most: str, least: str) -> str:
    train = {name: count for name, (count, _) in found.items() if count}
    total, tested = (sum(count[part] for count in found.values()) for part in (0, 1))
    return (
        f"“{histograms.visible(most)}” is the most frequent of {len(train):,} classes: "
        f"{train[most] / total:.1%} of {total:,} training targets. Always saying so is right for "
        f"{found[most][1] / max(1, tested):.1%} of the validation targets. The rarest is "
        f"“{histograms.visible(least)}” with {train[least]:,}."
    )


def lengths(dataset: Dataset, facts: Facts, view: str) -> None:
    """How long the sequences are, if they are not all alike."""
    steps = dataset.lengths
    if int(steps.min()) == int(steps.max()):
        return
    st.header("Lengths", anchor=False)
    sentence = (
        f"{int(steps.min()):,} to {int(steps.max()):,} steps, half of the {len(steps):,} sequences "
        f"at most {int(np.median(steps)):,}. Padded to {dataset.timesteps:,} steps, "
        f"{facts.padding:.0%} of X is padding."
    )
    chart(histograms.lengths(steps), key="data_lengths", alt=sentence, height=210, view=view)
    st.caption(plain(sentence))


def likeness(dataset: Dataset, facts: Facts, view: str) -> None:
    """The autocorrelation of a series."""
    if len(facts.lags) < 3 or dataset.splits is None:
        return
    st.header("Autocorrelation", anchor=False)
    rows, season = dataset.splits[0], facts.season
    sentence = (
        "Over the training rows, without their straight line. Values one row apart correlate "
        f"by {facts.lags[1]:.2f}. "
    )
    if season:
        sentence += f"Its season is {season:,} rows"
        if season < len(facts.lags):
            sentence += f": values that far apart correlate by {facts.lags[season]:.2f}"
        sentence += "."
    elif not facts.lags.any():
        sentence += "The series never changes."
    else:
        sentence += "It has no season that stands out."
    sentence += " Inside the grey band the correlation may be chance."
    figure = histograms.autocorrelation(facts.lags, rows, season)
    chart(figure, key="data_lags", alt=sentence, height=210, view=view)
    st.caption(plain(sentence))
