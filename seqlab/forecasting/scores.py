"""What a walk-forward says: errors by horizon and by fold, and a verdict in words."""

from __future__ import annotations

import math

import pandas as pd

NETWORK = "network"
CLOSE = 0.02  # of an error: then two are as good as each other
SURE = 0.05


def scores(errors: pd.DataFrame, by: str) -> pd.DataFrame:
    """RMSE, MAE and MASE of each method, by "step" or by "fold".

    Args:
        errors: columns method, fold, step, error, scale (of MASE, see `rules.naive_error`).
        by: the column to group by.

    Returns:
        Columns method, `by`, n, rmse, mae, mase; spread and mase_spread, the standard deviations
        of the absolute and of the scaled errors that mae and mase are the means of (NaN of a
        single one).
    """
    frame = errors.assign(size=errors["error"].abs())
    rows = []
    for (method, place), group in frame.groupby(["method", by], sort=False):
        rows.append(
            {
                "method": method,
                by: place,
                "n": len(group),
                "rmse": math.sqrt(float((group["error"] ** 2).mean())),
                "mae": float(group["size"].mean()),
                "mase": float((group["size"] / group["scale"]).mean()),
                "spread": float(group["size"].std()),
                "mase_spread": float((group["size"] / group["scale"]).std()),
            }
        )
    return pd.DataFrame(rows)


def overall(errors: pd.DataFrame) -> dict[str, float]:
    """RMSE of each method over all folds and steps, the best first."""
    totals = {
        str(method): math.sqrt(float((group["error"] ** 2).mean()))
        for method, group in errors.groupby("method", sort=False)
    }
    return dict(sorted(totals.items(), key=lambda item: item[1]))


def verdict(errors: pd.DataFrame, target: str) -> str:
    """Whether the network is better than the best rule, and how surely, in words."""
    total = overall(errors)
    own = total.pop(NETWORK)
    if not total or not math.isfinite(own):
        return "The network gave no forecast that could be compared."
    rule, line = next(iter(total.items()))
    by_fold = scores(errors, "fold").pivot_table(index="fold", columns="method", values="rmse")
    wins = int((by_fold[NETWORK] < by_fold[rule]).sum())
    count = len(by_fold)
    measured = f"RMSE {own:.4g} against {line:.4g} of {target}"
    if abs(own / line - 1) < CLOSE if line > 0 else own == line:
        return (
            f"The network is as good as {rule}, the best rule without one ({measured}); it errs "
            f"less in {wins} of {count} folds."
        )
    if own > line:
        return (
            f"{rule.capitalize()} is better than the network ({measured} over {count} folds; the "
            f"network errs less in {wins} of {count}). Take the rule, or train otherwise."
        )
    luck = chance(wins, count)
    sure = (
        "more than luck would give"
        if luck <= SURE
        else f"by luck alone that happens with a probability of {luck:.0%}"
    )
    return (
        f"The network is better than every rule: {measured} of {rule}, the best of them, over "
        f"{count} folds. It errs less in {wins} of {count} folds; {sure}."
    )


def chance(wins: int, count: int) -> float:
    """The probability of at least so many wins if both were alike (sign test, one-sided).

    Example:
        >>> chance(4, 5), chance(5, 5)
        (0.1875, 0.03125)
    """
    return sum(math.comb(count, k) for k in range(wins, count + 1)) / 2**count
