"""A comparison in words and as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from seqlab.comparison.entrants import Entrant
from seqlab.comparison.study import Study
from seqlab.field_words import in_words, label_of
from seqlab.inspection.differences import setting_of

CORRECTED = (
    "{count} pairs were compared. The more pairs, the likelier one of them looks clear by luck: "
    "that is taken into account (Holm 1979)."
)


def settings(study: Study) -> pd.DataFrame:
    """`Study.differences` for people: a row a variant, a column a setting, as text."""
    several = any(len(experiment.layers) > 1 for experiment in study.variants.values())
    differ = study.differences
    table = pd.DataFrame(index=differ.index)
    for key in map(str, differ):
        name, layer = setting_of(key)
        which = f" {layer + 1}" if layer is not None and several else ""
        table[f"{label_of(name)}{which}"] = [in_words(value, name) for value in differ[key]]
    return table


def table(study: Study) -> pd.DataFrame:
    """A row a variant: what differs, what its seeds reached, and its size and time, as text.

    Columns: variant; each setting that differs; the best results of the seeds as interquartile mean
    (median where a seed gave none) and its 95 % interval; how many seeds beat the best baseline,
    and in which epoch they first did; n; parameters; seconds, the median of a training.
    """
    name = study.measure.name
    rows = []
    differ = settings(study)
    for row in study.summary.to_dict("records"):
        variant = row["variant"]
        rows.append(
            {
                "variant": variant,
                **differ.loc[variant],
                f"best {name}": _centre(row),
                "95 % interval": _interval(row["low"], row["high"]),
                "beat the baseline": _share(row),
                "in epoch": _number(row["epochs_to_beat"], 3),
                "n": row["n"],
                "parameters": f"{row['parameters']:,}" if row["n"] else "–",
                "seconds a run": _number(row["seconds"], 2),
            }
        )
    return pd.DataFrame(rows)


def about_the_table(study: Study, baseline: tuple[str, float] | None) -> str:
    """What the numbers of `table` are."""
    what = "val_loss" if study.measure.name == "val_loss" else "RMSE, in units of the target,"
    text = (
        f"Best {what} of each seed: interquartile mean with its 95 % bootstrap interval. Smaller "
        "is better. n: the seeds that came to their end."
    )
    if baseline is not None:
        text += f" Best baseline: {baseline[0]}, {baseline[1]:.4g}."
    return text


def verdict(study: Study) -> list[str]:
    """What each pair of variants came to, in a sentence each; empty if none can be compared."""
    if study.measure.problem:
        return []
    pairs = [row for row in study.pairs.to_dict("records") if row["n"]]
    sentences = [f"{row['a']} and {row['b']}: {row['words']}" for row in pairs]
    if len(pairs) > 1:
        sentences.append(CORRECTED.format(count=len(pairs)))
    return sentences


def same_targets(entrants: dict[str, Entrant]) -> str:
    """A sentence where the variants are not measured on the same targets, else ""."""
    able = [each for each in entrants.values() if not each.problem]
    if len({each.targets for each in able}) < 2:
        return ""
    counts = " and ".join(sorted({f"{each.count:,}" for each in able}))
    return (
        f"The variants are measured on different targets ({counts} of them): a part of the "
        "difference can be the targets'."
    )


def progress(study: Study) -> tuple[float, str]:
    """How far a comparison is, as a share of all epochs and in words."""
    runs = [run for run in study.results if run.status != "failed"]
    epochs = {name: each.training.epochs for name, each in study.variants.items()}
    whole = sum(epochs[run.variant] for run in runs)
    done = sum(
        epochs[run.variant] if run.counted else min(len(run.val_loss), epochs[run.variant])
        for run in runs
    )
    ended = sum(run.counted for run in runs)
    return done / whole if whole else 1.0, f"{ended} of {len(runs)} runs"


def chart_sentence(study: Study) -> str:
    """What the chart of a comparison says, from its numbers."""
    summary = study.summary
    there = summary[(summary["n"] > 0) & np.isfinite(summary["median"])]
    if not len(there):
        return "The line of a variant is the median of its seeds; it appears with the first epochs."
    if study.measure.problem:
        return "Each variant on its own: their numbers are of different kinds."
    # As in the table; a mean is known only where every seed has a result.
    centre, kind = ("iqm", "interquartile mean") if np.isfinite(there["iqm"]).all() else (
        "median", "median"
    )  # fmt: skip
    best = there.loc[there[centre].idxmin()]
    text = (
        f"Lowest {kind} of the best {study.measure.name}: {best['variant']} with "
        f"{best[centre]:.4g} (n = {best['n']}"
    )
    text += f", {best['diverged']} of them without a result)" if best["diverged"] else ")"
    others = [
        f"{row['variant']} {row[centre]:.4g}"
        for row in there.to_dict("records")
        if row["variant"] != best["variant"]
    ]
    return f"{text}; {', '.join(others)}." if others else f"{text}."


def _centre(row: Mapping[Any, Any]) -> str:
    if np.isfinite(row["iqm"]):
        return f"{row['iqm']:.4g}"
    if np.isfinite(row["median"]):
        return f"median {row['median']:.4g}"
    return "no result" if row["n"] else "–"


def _interval(low: float, high: float) -> str:
    return f"{low:.4g} to {high:.4g}" if np.isfinite([low, high]).all() else "–"


def _share(row: Mapping[Any, Any]) -> str:
    share = row["beats_baseline"]
    return f"{round(share * row['n'])} of {row['n']}" if np.isfinite(share) else "–"


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}g}" if np.isfinite(value) else "–"
