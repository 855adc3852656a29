"""A series that leaves the range of its training part, and the transform that would help."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqlab.choices import Difference, Logarithm
from seqlab.data.dataset import Dataset
from seqlab.data.transforms import Transform, to_level
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.fixes import with_data

Reals = NDArray[np.float64]
LEAVES_RANGE = "leaves_range"  # the code of the finding before training
SHARE = 0.1  # of the validation part
FURTHEST = 24  # rows ahead that a series is judged by: what a forecast is usually asked for
PIECES = 8  # of the training part, where there is no season to cut it by
GROWS = 1.5  # times as high at its highest as at its lowest: below, a logarithm changes little
KINDS: dict[Difference, str] = {
    "row": "from row to row",
    "season": "over a season",
    "both": "over a season and from row to row",
}


class Outside(NamedTuple):
    """How much of the validation part lies on one side of all training targets."""

    share: float
    side: str
    border: float

    def __str__(self) -> str:
        extreme = "highest" if self.side == "above" else "lowest"
        return (
            f"{self.share:.0%} of the validation part lies {self.side} {self.border:.4g}, the "
            f"{extreme} value"
        )


def find(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """A trend or growth beyond the training part, before anything is trained."""
    left = outside(dataset)
    if left is None or (proposal := proposed(experiment, dataset)) is None:
        return []
    fix, kind, label = proposal
    return [
        Finding(
            "warning",
            LEAVES_RANGE,
            f"{left} of {dataset.target} in the training part. A network bends at levels that it "
            f"has never seen. Learned as changes {kind}, that level is nothing new, and results "
            "come back in original units.",
            fix,
            label,
        )
    ]


def outside(dataset: Dataset) -> Outside | None:
    """Whether the validation part lies above, or below, all that training has seen.

    `None` where it does not, where parts do not follow each other in time, or where changes are
    learned already.
    """
    in_time = dataset.splits is not None or (dataset.series is not None and dataset.series.possible)
    if (dataset.goal.kind, dataset.goal.at) != ("value", "end") or not in_time:
        return None
    if dataset.starts is None or dataset.transform.memory:
        return None
    seen, truth = dataset.truth(dataset.train), dataset.truth(dataset.validation)
    if not seen.size or not truth.size:
        return None
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    above, below = float((truth > high).mean()), float((truth < low).mean())
    farther = max(Outside(above, "above", high), Outside(below, "below", low))
    return farther if farther.share >= SHARE else None


def proposed(experiment: Experiment, dataset: Dataset) -> tuple[Experiment, str, str] | None:
    """The transform after which the training part changes least, chosen by that part alone.

    Of the differences, the one that the mean of the earlier changes foretells best in the last
    quarter of the training part, up to as far ahead as is usually forecast. The logarithm, if
    pieces of the training part vary in proportion to their level rather than all alike (Guerrero
    1993, Time-series analysis supported by power transformations, for the exponents 0 and 1).

    Returns:
        The experiment with it, what changes are called, and a label; `None` if no difference fits.
    """
    if dataset.values is None or dataset.starts is None or not len(dataset.train):
        return None
    season = dataset.season if dataset.season > 1 else 0
    logarithm: Logarithm = "log" if _proportional(dataset, season) else "none"
    spreads: dict[Difference, float] = {}
    # Over a season only where each of several targets has one: the data are refused otherwise.
    all_have = season and min(dataset.whole.seasons.values(), default=season) > 1
    kinds: tuple[Difference, ...] = ("row", "season", "both") if all_have else ("row",)
    for difference in kinds:
        change = Transform(
            logarithm,
            difference != "season",
            (season if difference != "row" else 0,),
            (logarithm != "none",),
            (True,),
        )
        spread = _spread(dataset, change)
        if spread is not None:
            spreads[difference] = spread
    if not spreads:
        return None
    best = min(spreads, key=lambda name: spreads[name])
    changes = {"difference": best, "logarithm": logarithm}
    fix = with_data(experiment, **changes)
    of = " of the logarithm" if logarithm != "none" else ""
    return fix, f"{of} {KINDS[best]}".strip(), f"Learn changes{of}"


def _first_rows(dataset: Dataset) -> NDArray[np.int64]:
    """The first row of the series of each training window, (windows,)."""
    assert dataset.starts is not None
    firsts = np.array([one.first for one in dataset.stretches], np.int64)
    return firsts[np.searchsorted(firsts, dataset.starts[dataset.train], side="right") - 1]


def _spread(dataset: Dataset, change: Transform) -> float | None:
    """How far the last quarter of the training part lies from the mean change before it (RMS)."""
    assert dataset.values is not None
    assert dataset.starts is not None
    starts, window = dataset.starts[dataset.train], dataset.timesteps
    fits = starts - _first_rows(dataset) >= change.reach
    if fits.sum() < max(2, len(starts) // 3):  # too much of the training part would be lost
        return None
    origins = starts[fits] + window - 1
    goals = starts[-1] + window + dataset.horizon + dataset.y.shape[1] - 2
    furthest = max(min(FURTHEST, window), dataset.horizon + dataset.y.shape[1] - 1)
    origins = origins[origins + furthest <= goals]
    if len(origins) < 8:
        return None
    series = dataset.values[:, 0]
    past = change.known_before(series, origins)
    ahead = np.arange(dataset.horizon, furthest + 1)
    level = to_level(series[origins[:, np.newaxis] + ahead], change.target_logarithm)
    learned = level - change.base(past, ahead)
    early, late = learned[: len(learned) * 3 // 4], learned[len(learned) * 3 // 4 :]
    if not np.isfinite(early).any() or not np.isfinite(late).any():
        return None
    return float(np.sqrt(np.nanmean(np.square(late - np.nanmean(early, axis=0)))))


def _proportional(dataset: Dataset, season: int) -> bool:
    """Whether pieces of the training part vary as their level does."""
    assert dataset.values is not None
    if len(dataset.stretches) > 1:
        seen = [dataset.values[one.first : one.unseen, 0] for one in dataset.stretches]
    else:
        end = dataset.splits[0] if dataset.splits is not None else len(dataset.values)
        seen = [dataset.values[:end, 0]]
    if min((np.nanmin(part) for part in seen if len(part)), default=0.0) <= 0:
        return False
    if not (dataset.values[:, 0][np.isfinite(dataset.values[:, 0])] > 0).all():
        return False
    means, spreads = [], []
    for part in seen:
        length = max(season, len(part) // PIECES, 4)
        for piece in part[len(part) % length :].reshape(-1, length):
            line = piece - np.linspace(piece[0], piece[-1], length)
            means.append(piece.mean())
            spreads.append(line.std() if season else np.diff(piece).std())
    level, spread = np.array(means), np.array(spreads)
    known = np.isfinite(level) & np.isfinite(spread)
    level, spread = level[known], spread[known]
    if len(level) < 3 or level.max() < GROWS * level.min():
        return False
    return _variation(spread / level) < _variation(spread)


def _variation(values: Reals) -> float:
    """Standard deviation by mean."""
    return float(values.std() / max(float(values.mean()), 1e-300))
