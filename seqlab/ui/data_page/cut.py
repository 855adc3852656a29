"""How the data are cut for training, what rules without a network reach, and what would leak."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from seqlab.data import describe
from seqlab.data.dataset import Dataset, SeriesOf
from seqlab.data.entry import Entry
from seqlab.experiment import Data, ScalingKind
from seqlab.ui.components.baselines import baselines_table
from seqlab.ui.components.table import height_of
from seqlab.ui.controls import setup
from seqlab.ui.data_page.facts import Facts
from seqlab.ui.words import plain

GREAT_SHIFT = 0.1  # of the scale


def pairs(dataset: Dataset, data: Data) -> None:
    """How many pairs each part has, and one of them as picture and table."""
    st.header("What the network is asked", anchor=False)
    st.caption(plain(_parts(dataset, data)))
    place = setup.data_preview(dataset, height=220)
    with st.expander("This example as a table", icon=":material/table_rows:"):
        st.dataframe(describe.table(dataset, place), hide_index=True, key="pair_table", height=250)


def _parts(dataset: Dataset, data: Data) -> str:
    noun = "windows" if dataset.starts is not None else "sequences"
    sizes = [len(part) for part in (dataset.train, dataset.validation, dataset.test)]
    outside = len(dataset.x) - sum(sizes)
    test = f", {sizes[2]:,} for the test" if sizes[2] else ", none for a test"
    shapes = f"X has the shape {dataset.x.shape}, y {dataset.whole.y.shape}"
    sentence = f"{shapes}: {sizes[0]:,} {noun} to train with, {sizes[1]:,} for validation{test}"
    if outside:
        reasons = ["whose targets straddle a border"] if dataset.starts is not None else []
        if data.duplicates == "drop":
            reasons.append("that stand in two parts")
        why = f"{' or '.join(reasons)} " if reasons else ""
        sentence += f"; {outside:,} {why}belong to none"
    return f"{sentence}."


def baselines(dataset: Dataset, entry: Entry | None) -> None:
    """The rules without a network, and what each reaches on the validation part."""
    if not dataset.baselines:
        return
    st.header("Baselines", anchor=False)
    for one_target in dataset.views:
        if one_target.joint is not None:
            st.markdown(f"**{plain(one_target.target)}**")
        baselines_table(
            one_target,
            key=f"data_baselines_{one_target.target}" if one_target.joint else "data_baselines",
        )
        st.caption(plain(_best(one_target)))
    if entry is not None:
        st.caption(plain(f"What to beat here: {entry.line}"))


def _best(dataset: Dataset) -> str:
    if by_class := dataset.best_baseline("accuracy"):
        name, rule = by_class
        return (
            f"The best of these rules without a network is “{name}”: {rule.accuracy:.1%} of the "
            "validation targets are right."
        )
    if by_error := dataset.best_baseline("rmse"):
        name, rule = by_error
        return (
            f"The best of these rules without a network is “{name}”: its error on the validation "
            f"part is {rule.rmse:.4g} (root mean squared, in the units of {dataset.target})."
        )
    return "These lines follow from a formula; they stand in the loss chart."


FITTED = {
    "standard": ("mean", "standard deviation"),
    "minmax": ("minimum", "range"),
    "robust": ("median", "interquartile range"),
}


def leaks(dataset: Dataset, facts: Facts, scaling: ScalingKind) -> None:
    """How scaling is fitted, and what would have leaked otherwise.

    Args:
        dataset: as it is cut.
        facts: what was worked out of it.
        scaling: the kind.
    """
    if dataset.series is not None and dataset.series.scaling is not None:
        _own_scalings(dataset.series, dataset.target, scaling)
        return
    if scaling == "none" and dataset.x.ndim == 3:
        st.header("Scaling", anchor=False)
        st.caption("The values are not scaled, so nothing can leak through the scaling.")
        return
    if not facts.leaks:
        return
    st.header("Scaling", anchor=False)
    worst = max(facts.leaks, key=lambda leak: abs(leak.shift))
    offset, scale = FITTED[scaling]
    sentence = (
        f"Scaling ({scaling}) is fitted on the training part alone, each column by itself: minus "
        f"its {offset}, divided by its {scale}. The {offset} of “{worst.name}” is "
        f"{worst.offset:.4g} there and {worst.offset_of_all:.4g} over all rows, the {scale} "
        f"{worst.scale:.4g} and {worst.scale_of_all:.4g}: "
    )
    moved = max(abs(worst.shift), abs(worst.scale_of_all / worst.scale - 1))
    sentence += (
        "fitted on all rows, it would have told the network of values in the other parts."
        if moved >= GREAT_SHIFT
        else "fitted on all rows it would be nearly the same, because the parts are alike here."
    )
    st.caption(plain(sentence))
    if len(facts.leaks) > 1:
        table = pd.DataFrame(
            {
                "column": [leak.name for leak in facts.leaks],
                f"{offset}, training": [leak.offset for leak in facts.leaks],
                f"{offset}, all": [leak.offset_of_all for leak in facts.leaks],
                f"{scale}, training": [leak.scale for leak in facts.leaks],
                f"{scale}, all": [leak.scale_of_all for leak in facts.leaks],
            }
        )
        _numbers_table(table, "data_leaks")


def _own_scalings(series: SeriesOf, target: str, scaling: ScalingKind) -> None:
    """The scaling of the target in each series."""
    assert series.scaling is not None
    st.header("Scaling", anchor=False)
    offset, scale = FITTED[scaling]
    table = pd.DataFrame(
        {
            "series": series.names,
            f"{offset} of {target}": series.scaling.offset[:, 0],
            f"{scale} of {target}": series.scaling.scale[:, 0],
        }
    )
    st.caption(
        plain(
            f"Scaling ({scaling}) is fitted on each series' own training rows: minus its {offset}, "
            f"divided by its {scale}. Forecasts are brought back with the same two numbers."
        )
    )
    _numbers_table(table, "data_own_scalings")


def _numbers_table(table: pd.DataFrame, key: str) -> None:
    """A table of numbers with a name in front of each row."""
    form = st.column_config.NumberColumn(format="%.4g")
    st.dataframe(
        table,
        key=key,
        hide_index=True,
        height=height_of(len(table), 250),
        column_config=dict.fromkeys(table.columns[1:], form),
    )
