"""What is in the data: the whole picture, columns, classes, lengths, likeness with the past."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from seqlab.data import describe, summary
from seqlab.data.dataset import Dataset
from seqlab.figures import histograms
from seqlab.inspection import data_picture
from seqlab.ui.components.chart import chart
from seqlab.ui.components.table import height_of
from seqlab.ui.data_page.facts import Facts
from seqlab.ui.words import plain

MOST_TEXTS = 12
CONSTANT = "never changes"


def picture(dataset: Dataset, view: str) -> None:
    """All of a series, or some of the sequences.

    Args:
        dataset: what to draw.
        view: zoom and pan are kept while this stays the same.
    """
    drawn = data_picture.picture(dataset)
    if drawn is None:
        _texts(dataset)
        return
    chart(drawn.figure, key="data_picture", alt=drawn.sentence, height=drawn.height, view=view)
    st.caption(plain(drawn.sentence))


def _texts(dataset: Dataset) -> None:
    """Texts are best read."""
    places = [i for i, _ in summary.examples(dataset, MOST_TEXTS)]
    pairs = [describe.texts(dataset, i) for i in places]
    unit = dataset.names[0]
    table = pd.DataFrame(pairs, columns=["X", f"y: {dataset.target}"])
    st.dataframe(table, hide_index=True, key="data_texts", height=250)
    symbols = sum(symbol != "" for symbol in dataset.vocabulary)
    st.caption(
        plain(
            f"{len(places)} of {len(dataset.x):,} pairs, all from the training part. There are "
            f"{symbols:,} different {unit}s."
        )
    )


def columns_table(columns: tuple[summary.Column, ...], used: tuple[str, ...], target: str) -> None:
    """Each column of numbers, and what the network does with it.

    Args:
        columns: with their numbers.
        used: the names that the network reads.
        target: the name that it forecasts.
    """
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
        height=height_of(len(table), 320),
        column_config={name: st.column_config.NumberColumn(format="%.5g") for name in numbers},
    )
    st.caption(plain(_columns_words(columns, {*used, target})))


def _columns_words(columns: tuple[summary.Column, ...], used: set[str]) -> str:
    missing = [column for column in columns if column.missing]
    still = [column.name for column in columns if column.count and column.low == column.high]
    moving = [column for column in columns if column.name in used and column.deviation > 0]
    sentences = []
    if len(moving) > 1:
        wide, narrow = (pick(moving, key=lambda c: c.deviation) for pick in (max, min))
        ratio = wide.deviation / narrow.deviation
        if ratio >= 10:
            sentences.append(
                f"“{wide.name}” spreads {ratio:,.0f} times as wide as “{narrow.name}”: without "
                "scaling it would drown the others."
            )
    if missing:
        most = max(missing, key=lambda column: column.missing)
        share = most.missing / (most.missing + most.count)
        sentences.append(
            f"{len(missing):,} of {len(columns):,} columns have missing values, "
            f"“{most.name}” the most: {most.missing:,} ({share:.1%})."
            if len(columns) > 1
            else f"{most.missing:,} values ({share:.1%}) are missing."
        )
    else:
        sentences.append("No value is missing.")
    if still:
        more = ", …" if len(still) > 3 else ""
        sentences.append(
            f"{', '.join(still[:3])}{more}: always the same value, nothing to learn from."
        )
    return " ".join(sentences)


def classes(facts: Facts, view: str) -> None:
    """How often each class is asked for."""
    counts = facts.classes
    if not counts:
        return
    st.header("Classes", anchor=False)
    sentence = _classes_words(counts)
    if len(counts) > histograms.MOST_BARS:
        sentence += f" The {histograms.MOST_BARS} most frequent ones are drawn."
    figure = histograms.classes(counts)
    chart(figure, key="data_classes", alt=sentence, height=210, view=view)
    st.caption(plain(sentence))


def _classes_words(found: dict[str, tuple[int, int]]) -> str:
    train = {name: count for name, (count, _) in found.items() if count}
    tested = sum(count for _, count in found.values())
    most, least = max(train, key=lambda n: train[n]), min(train, key=lambda n: train[n])
    if train[most] == train[least]:
        sentence = (
            f"All {len(train):,} classes are equally frequent in training: {train[most]:,} targets "
            f"each. Always “{histograms.visible(most)}” is right for "
            f"{found[most][1] / max(1, tested):.1%} of the validation targets."
        )
    else:
        sentence = _unequal(found, most, least)
    strange = [name for name, (count, tests) in found.items() if tests and not count]
    if strange:
        more = ", …" if len(strange) > 3 else ""
        sentence += f" Only validation has {', '.join(strange[:3])}{more}."
    return sentence


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
    """How long the sequences are, if they are not all alike.

    Args:
        dataset: as it is cut.
        facts: what was worked out of it.
        view: changes when the picture begins anew.
    """
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
    """The autocorrelation of a series.

    Args:
        dataset, facts, view: as for `lengths`.
    """
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
