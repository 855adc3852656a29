"""What a network reaches on each of several series, beside the best rule without one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.inspection.networks import fitting


def results_by_series(dataset: Dataset, raw: NDArray[np.floating] | None) -> pd.DataFrame | None:
    """The error on each series in the target's own units, the largest first.

    Args:
        dataset: windows of several series with values as targets.
        raw: (sequences, outputs) what the network gives for the first validation sequences,
            scaled; `None` before there is any.

    Returns:
        Columns `series`, `targets` (how many windows of the validation part), `RMSE` if there is
        an answer, and `RMSE of NAME` of the rule with the smallest RMSE over all series. `None`
        if the data are no such windows.
    """
    series = dataset.series
    if series is None or dataset.goal.kind != "value" or dataset.goal.at != "end":
        return None
    places = dataset.validation
    raw = fitting(raw, dataset)
    places = places if raw is None else places[: len(raw)]
    truth = dataset.truth(places)
    errors: dict[str, NDArray[np.float64]] = {}
    if raw is not None:
        errors["RMSE"] = dataset.target_scaling_of(places).invert(raw) - truth
    best = dataset.best_baseline("rmse")
    if best is not None and best[1].prediction is not None:
        errors[f"RMSE of {best[0]}"] = best[1].prediction[: len(places)] - truth
    table = pd.DataFrame({"series": series.of[places]})
    for name, error in errors.items():
        table[name] = np.square(error).mean(axis=1)
    grouped = table.groupby("series")
    results: pd.DataFrame = grouped.mean() ** 0.5
    results.insert(0, "targets", grouped.size())
    results.insert(0, "series", [series.names[k] for k in results.index])
    if errors:
        results = results.sort_values(next(iter(errors)), ascending=False, kind="stable")
    return results.reset_index(drop=True)


def words_by_series(table: pd.DataFrame, target: str) -> str:
    """A sentence about `results_by_series`, computed from its numbers."""
    errors = [name for name in table.columns if name.startswith("RMSE")]
    sentences = (
        f"The validation part of each series, in units of {target}, the largest error first."
    )
    if len(errors) == 2:
        better = int((table[errors[0]] < table[errors[1]]).sum())
        rule = errors[1].removeprefix("RMSE of ")
        sentences += f" The network is better than {rule} on {better:,} of {len(table):,} series."
    return sentences
