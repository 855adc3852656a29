"""Several series of very different size that are scaled together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.fixes import with_data

APART = 5.0  # the widest spread of a series as a multiple of the narrowest one
LEVELS = 2.0  # spread of the series' levels, in spreads inside a series
FEWEST = 5  # training targets of a series that can be judged


def find(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """Whether the targets of some series are all but flat, or far off, on the scale of all."""
    series = dataset.series
    if series is None or not series.possible or series.scaling is not None:
        return []
    if experiment.data.scaling == "none" or dataset.goal.kind != "value":
        return []
    of, y = series.of[dataset.train], dataset.truth(dataset.train)[:, 0]
    each = pd.Series(y).groupby(of).agg(["mean", "std", "size"])
    each = each[(each["size"] >= FEWEST) & (each["std"] > 0)]
    if len(each) < 2:
        return []
    numbers = each.index.to_numpy()
    levels, spreads = each["mean"].to_numpy(), each["std"].to_numpy()
    ratio = float(spreads.max() / spreads.min())
    apart = float(levels.std() / np.median(spreads))
    if ratio < APART and apart < LEVELS:
        return []
    wide, narrow = numbers[int(spreads.argmax())], numbers[int(spreads.argmin())]
    why = (
        f"“{series.names[wide]}” varies {ratio:,.0f} times as much as “{series.names[narrow]}”, so "
        "on one scale the small ones hardly count in the loss"
        if ratio >= APART
        else f"their levels differ {apart:.1f} times as much as the values inside one of them"
    )
    return [
        Finding(
            "hint",
            "series_scales",
            f"The {len(series.names):,} series are scaled together, and {why}. Scaled each by "
            "itself, all of them count alike; what one is larger by than another is lost then.",
            with_data(experiment, series_scaling="each"),
            "Scale each series by itself",
        )
    ]
