"""What a network reaches for each of several targets, beside the best rule without one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset, rmse
from seqlab.inspection.networks import fitting


def results_by_target(dataset: Dataset, raw: NDArray[np.floating] | None = None) -> pd.DataFrame:
    """The error of each target in its own units.

    Args:
        dataset: windows of one series or several, with values as targets.
        raw: (sequences, outputs) what the network gives for the first validation sequences,
            scaled; `None` before there is any.

    Returns:
        A row a target: `target`, `RMSE` if there is an answer, `best rule` without a network and
        the `RMSE of the rule`; with an answer also `network / rule`, the first error as a share
        of the second.

    Example:
        >>> from seqlab import Data, Experiment, load
        >>> two = load(Experiment(data=Data(source="seattle", targets=("wind",))))
        >>> results_by_target(two)["best rule"].tolist()
        ['linear autoregression', 'linear autoregression']
    """
    raw = fitting(raw, dataset)
    rows = []
    for one in dataset.views:
        row: dict[str, object] = {"target": one.target}
        error = float("nan")
        if raw is not None:
            places = one.validation[: len(raw)]
            made = one.target_scaling_of(places).invert(raw[:, one.answered])
            row["RMSE"] = error = rmse(made, one.truth(places))
        if (best := one.best_baseline("rmse")) is not None:
            row |= {"best rule": best[0], "RMSE of the rule": best[1].rmse}
            if "RMSE" in row:
                row["network / rule"] = error / best[1].rmse if best[1].rmse else float("nan")
        rows.append(row)
    return pd.DataFrame(rows)


def words_by_target(table: pd.DataFrame) -> str:
    """A sentence about `results_by_target`, computed from its numbers.

    Example:
        >>> words_by_target(pd.DataFrame({"target": ["a", "b"], "network / rule": [0.5, 2.0]}))
        'The network is better than the best rule for a, and not for b.'
    """
    if "network / rule" not in table:
        return ""
    better = table["network / rule"] < 1
    won, lost = (", ".join(table.loc[which, "target"]) for which in (better, ~better))
    if not lost:
        return "The network is better than the best rule for every target."
    if not won:
        return "The network is better than the best rule for no target."
    return f"The network is better than the best rule for {won}, and not for {lost}."
