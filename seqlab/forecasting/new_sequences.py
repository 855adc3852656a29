"""What a network says to new sequences of numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.dataset import DataError, Dataset
from seqlab.data.layouts.labelled import usual_label
from seqlab.data.reader.roles.wide import features
from seqlab.data.upload import Table
from seqlab.data.windows import fill_gaps
from seqlab.experiment import Experiment
from seqlab.forecasting.matching import (
    Answers,
    Part,
    answer_columns,
    kind_of,
    lacks,
    matched,
    named,
    outside_note,
    separated,
    trained_range,
)
from seqlab.forecasting.roll import TOGETHER
from seqlab.inspection.networks import output_of
from seqlab.lens.generate import predict as answers_of
from seqlab.lens.stack import Stack

Reals = NDArray[np.float64]


def answer_sequences(
    experiment: Experiment,
    dataset: Dataset,
    network: Stack,
    table: Table,
    most: int | None = None,
) -> Answers:
    """A class or a value for each sequence, or each of its steps; errors as for `predict`.

    Args:
        experiment: what was trained.
        dataset: what it was trained on.
        network: with its weights.
        table: the new sequences.
        most: how many to answer; `None` for all.
    """
    parts, notes = _whole(dataset, table)
    if most is not None and len(parts) > most:
        notes.append(f"Only the first {most:,} of {len(parts):,} sequences are answered here.")
        parts = parts[:most]
    longest, cut = dataset.timesteps, 0
    padded = dataset.frame.padded
    low, high = trained_range(dataset)
    x = np.zeros((len(parts), longest, dataset.features), np.float32)
    lengths, far = [], []
    for i, part in enumerate(parts):
        how = "forward" if experiment.data.missing == "drop" else experiment.data.missing
        raw = fill_gaps(part.values, how)[:longest]
        cut += len(part.values) > longest
        if not np.isfinite(raw).all():
            raise DataError(f"The sequence {part.name!r} has a column without any number.")
        if len(raw) < longest and not padded:
            raise DataError(
                f"The sequence {part.name!r} has {len(raw):,} steps; the network reads exactly "
                f"{longest:,}."
            )
        x[i, : len(raw)] = dataset.input_scaling.apply(raw)
        lengths.append(len(raw))
        far.append(((raw < low) | (raw > high)).any(axis=0))
    if cut:
        notes.append(f"{cut:,} sequences were cut after {longest:,} steps, the longest trained on.")
    sizes = np.array(lengths)
    mask = None if not padded else np.arange(longest) < sizes[:, np.newaxis]
    batches = [
        answers_of(network, x[i : i + TOGETHER], None if mask is None else mask[i : i + TOGETHER])
        for i in range(0, len(x), TOGETHER)
    ]
    raw_answers = np.concatenate(batches)
    names = [part.name for part in parts]
    outside = named(np.array(far), dataset.names)
    if dataset.goal.at == "every step":
        raw_answers = raw_answers.reshape(len(parts), longest, -1)
        which, step = np.nonzero(np.arange(longest) < sizes[:, np.newaxis])
        outputs = output_of(network, dataset, raw_answers[which, step])
        own: dict[str, object] = {"sequence": [names[i] for i in which], "step": step + 1}
        frame = pd.DataFrame(own | answer_columns(dataset, outputs))
        every = zip(parts, lengths, strict=True)
        if all(part.truth is not None and len(part.truth) >= count for part, count in every):
            steps = zip(which.tolist(), step.tolist(), strict=True)
            truth = [(parts[i].truth or [])[s] for i, s in steps]
            frame["truth"] = pd.Series(truth, dtype=object).infer_objects()
        frame["outside"] = np.array(outside, object)[which]
    else:
        outputs = output_of(network, dataset, raw_answers.reshape(len(parts), -1))
        frame = pd.DataFrame({"sequence": names} | answer_columns(dataset, outputs))
        if all(part.truth is not None for part in parts):
            frame["truth"] = pd.Series([_label(part) for part in parts], dtype=object)
        frame["outside"] = np.array(outside, object)
    return Answers(frame, (*notes, *outside_note(frame)))


def _whole(dataset: Dataset, table: Table) -> tuple[list[Part], list[str]]:
    """The sequences of a table: a row each, below each other, alone, or as arrays."""
    names = list(dataset.names)
    if table.arrays is not None:
        arrays = table.arrays
        if arrays.x.shape[2] != len(names):
            raise DataError(
                f"The network reads {len(names):,} features at each step, the arrays have "
                f"{arrays.x.shape[2]:,}."
            )
        rows = zip(arrays.x, arrays.lengths, strict=True)
        return [
            Part(str(i + 1), None, one[:length].astype(np.float64), None)
            for i, (one, length) in enumerate(rows)
        ], []
    if table.speech is not None:
        if table.speech.made != dataset.log_mel:
            raise DataError(
                f"The network was not trained on such features: {kind_of(table)}"
                + ("." if dataset.log_mel is None else ", made in another way.")
            )
        takes = zip(table.frame["file"], table.speech.features, table.frame["word"], strict=True)
        return [Part(str(f), None, x.astype(np.float64), [word]) for f, x, word in takes], []
    if table.kind == "wide":
        steps = [name for name in table.numeric if name != dataset.target]
        runs = features(steps)
        if len(names) > 1:
            missing = [name for name in names if name not in runs]
            if missing:
                raise DataError(lacks(missing, list(runs)))
            stacked = np.stack(
                [table.frame[runs[name]].to_numpy(np.float64) for name in names], axis=2
            )
        else:
            stacked = table.frame[steps].to_numpy(np.float64)[:, :, np.newaxis]
        truth = table.frame[dataset.target].tolist() if dataset.target in table.frame else None
        ids = table.frame[table.sequence_id].astype(str).tolist() if table.sequence_id else [
            str(i + 1) for i in range(len(stacked))
        ]  # fmt: skip
        return [
            Part(ids[i], None, _without_tail(one), None if truth is None else [truth[i]])
            for i, one in enumerate(stacked)
        ], []
    if table.kind not in ("long", "series"):
        raise DataError(
            f"The network answers sequences of numbers, and this file is of another kind: "
            f"{kind_of(table)}."
        )
    frame = table.frame
    chosen, notes = matched(frame, names, [*names, dataset.target, table.time, table.sequence_id])
    values = np.stack([chosen[name] for name in names], axis=1)
    labels = frame[dataset.target].tolist() if dataset.target in frame else None
    if table.sequence_id is None:
        return [Part("1", None, values, labels)], notes
    return separated(frame, table.sequence_id, None, values, labels), notes


def _label(part: Part) -> object:
    """The label of a sequence, as in training."""
    return usual_label(label for label in part.truth or [] if label == label)  # not NaN


def _without_tail(rows: Reals) -> Reals:
    """A sequence (steps, features) without the empty steps behind its end."""
    known = np.flatnonzero(np.isfinite(rows).any(axis=1))
    return rows[: known[-1] + 1] if len(known) else rows[:1]
