"""A script that answers new rows with the trained network: Keras, NumPy and pandas, no seqlab."""

from __future__ import annotations

import json

from seqlab.cells import CELLS
from seqlab.data import holiday_columns
from seqlab.data.calendar_columns import NAMES
from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment

SCRIPT_FILE, SETTINGS_FILE = "predict.py", "predict.json"
SCRIPT = '''\
"""Answers a CSV file with the network beside this script.

    python predict.py new.csv > answers.csv        each row, forecast from the rows before it
    python predict.py new.csv 24 > future.csv      the next 24 rows, by its own forecasts

Columns are matched by their names (predict.json) and scaled as in the training. A network of
several targets gives a column for each.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd

HERE = Path(__file__).parent
told = json.loads((HERE / "predict.json").read_text(encoding="utf-8"))
window, lead, block = told["window"], told["lead"], told["block"]
history = told["row"] + max(told["seasons"])  # rows in front of a window that its differences need
back = history + window + lead - 1  # rows before the first one that is answered
read, needed = told["read"], told["needed"]  # columns of numbers: of the network, for an answer
targets = told["targets"]  # the first columns
LOGARITHMS = {"none": (np.array, np.array), "log": (np.log, np.exp), "log1p": (np.log1p, np.expm1)}
logarithm, raised = LOGARITHMS[told["logarithm"]]


def level(values):
    """The logarithm of values, if the network was trained on that; NaN where there is none."""
    with np.errstate(all="ignore"):
        made = logarithm(values)
    return np.where(np.isfinite(made), made, np.nan)


def since(rows, lag):
    """What rows have changed by since `lag` rows before."""
    change = np.full_like(rows, np.nan)
    change[lag:] = rows[lag:] - rows[:-lag]
    return change


def scaled(raw):
    """Rows (rows, columns) -> what the network reads of them: changed as in training, scaled."""
    plain = np.where(told["logged"], level(raw), raw)
    change = since(plain, 1) if told["row"] else plain
    for season in {*told["seasons"]} - {0}:
        change = np.where(np.array(told["seasons"]) == season, since(change, season), change)
    made = np.where(told["differenced"], change, plain)[:, read]
    return ((made - told["offset"]) / told["scale"]).astype("float32")


def answers(model, x, past):
    """Windows (n, window, inputs), scaled -> (n, block, targets), in original units.

    past: (n, rows, targets), the last known values: a network may have learned changes.
    """
    said = model.predict(x, verbose=0).reshape(len(x), block, len(targets))
    said = said.astype("float64") * told["target_scale"] + told["target_offset"]
    known = level(past) if told["logged"][0] else past
    if told["differenced"][0]:
        last, ahead = known[:, -1], lead + np.arange(block)
        for i, season in enumerate(told["seasons"][: len(targets)]):
            base = last[:, i, None]
            if season:
                seasons = -(-ahead // season)
                base = known[:, known.shape[1] - 1 + ahead - season * seasons, i]
                if told["row"]:
                    base = base + seasons * (last - known[:, -1 - season])[:, i, None]
            said[..., i] += base
    return raised(said) if told["logged"][0] else said


def numbers(table, when):  # `when` reaches as far behind the table as holidays are read ahead
    """The columns that are needed, (rows, columns), targets first; gaps as in the training."""
    made = pd.DataFrame(index=table.index)
    for name in told["columns"]:
        if name in told["calendar"]:
            part, wave = told["calendar"][name]
            length = np.where(when.is_leap_year, 366, 365)
            share = {
                "hour": (when.hour + when.minute / 60) / 24,
                "weekday": when.dayofweek / 7,
                "month": (when.month - 1) / 12,
                "day of year": (when.dayofyear - 1) / length,
            }[part]
            wave = np.sin if wave == "sine" else np.cos
            made[name] = wave(2 * np.pi * np.asarray(share))[: len(table)]
        else:
            source, later = told["ahead"].get(name, [name, 0])  # known in the rows that come
            if source in told["holidays"]:
                days = when.normalize().isin(pd.DatetimeIndex(told["holidays"][source]))
                made[name] = days.astype("float64")[later : later + len(table)]
            else:
                made[name] = table[source].shift(-later) if source in table else np.nan
    return made


def filled(table):
    """The columns without gaps, as in the training."""
    if told["missing"] == "interpolate":
        return table.interpolate(limit_direction="both")
    return table.ffill().bfill() if told["missing"] == "forward" else table


def dates(table, steps):
    """The times of the rows, and of the next ones, if the network reads the calendar."""
    if not told["calendar"] and not told["holidays"]:
        return None
    for name in table:
        if not pd.api.types.is_numeric_dtype(table[name]):
            when = pd.DatetimeIndex(pd.to_datetime(table[name], errors="coerce"))
            if when.notna().all():
                usual = pd.infer_freq(when) or pd.Series(when).diff().median()
                return when.append(pd.date_range(when[-1], periods=steps + 1, freq=usual)[1:])
    sys.exit("The network reads the calendar, and the file has no column of dates.")


def rows(model, table, raw, whole):
    """The table with an answer in each row, and the rows behind its end that it reaches."""
    x = scaled(whole)
    fine = np.isfinite(x).all(axis=1)
    if told["differenced"][0]:
        fine &= np.isfinite(level(whole[:, : len(targets)])).all(axis=1)
    last = range(history + window - 1, len(raw))
    last = [t for t in last if fine[t - window + 1 : t + 1].all()]
    if told["missing"] == "interpolate":  # a line across a gap knows what comes behind it
        last = [t for t in last if np.isfinite(raw[t, needed]).all()]
    elif told["missing"] == "forward":  # nor is a value taken from behind a window
        seen = np.logical_or.accumulate(np.isfinite(raw[:, needed])).all(axis=1)
        last = [t for t in last if seen[t]]
    typed = [rows for name, rows in told["ahead"].values() if name not in told["holidays"]]
    later = max(typed, default=0)
    last = [t for t in last if t < len(raw) - later]
    made = np.full((len(raw) + lead, len(targets)), np.nan)
    if last:
        windows = np.stack([x[t - window + 1 : t + 1] for t in last])
        past = np.stack([whole[t - window - history + 1 : t + 1, : len(targets)] for t in last])
        made[np.array(last) + lead] = answers(model, windows, past)[:, 0]
    names = ["answer"] if len(targets) == 1 else [f"answer {name}" for name in targets]
    return table.reindex(range(len(made))).assign(**dict(zip(names, made.T)))


def future(model, known, ahead, steps):
    """The next rows of a network that reads what it forecasts, and the calendar."""
    whole, count = np.concatenate([known, ahead]), len(known)
    made = 0
    for row in range(steps):
        if row < made:
            continue
        end = min(-1, row - lead)  # the last row of the window, -1 is the last known one
        if row - end - lead >= block:
            end = -1 + block * -(-(row + 2 - lead - block) // block)
        last = count + end + 1
        seen = whole[last - window - history : last]
        place = row - end - lead
        past = seen[None, :, : len(targets)]
        said = answers(model, scaled(seen)[None, history:], past)[0, place:]
        # Rows before the last reach of the known ones have a newer window each.
        said = said[: 1 if end < -1 else steps - row]
        whole[count + row : count + row + len(said), : len(targets)] = said
        made = row + len(said)
    names = ["forecast"] if len(targets) == 1 else [f"forecast {name}" for name in targets]
    made = dict(zip(names, whole[count:][:steps].T))
    return pd.DataFrame({"step": np.arange(steps) + 1, **made})


def main(file, steps=None):
    table = pd.read_csv(file)
    sources = [told["ahead"].get(name, [name])[0] for name in told["columns"]]
    lacking = [
        sources[i]
        for i in needed
        if sources[i] not in [*table, *told["calendar"], *told["holidays"]]
    ]
    if lacking:
        sys.exit(f"{file} lacks the column {lacking[0]!r}. The network reads: {told['inputs']}.")
    if len(table) < back:
        sys.exit(f"{file} has {len(table)} rows; the network reads {back} before it answers.")
    count, more = len(table), 0 if steps is None else int(steps)
    ahead = max([rows for _, rows in told["ahead"].values()], default=0)
    longer = numbers(table.reindex(range(count + more)), dates(table, more + ahead))
    raw = longer[:count].to_numpy("float64")
    whole = filled(longer[:count]).to_numpy("float64")
    model = keras.saving.load_model(HERE / "model.keras", compile=False)
    if steps is None:
        made = rows(model, table, raw, whole)
    elif {sources[i] for i in read} - {*told["calendar"], *told["holidays"]} <= {*targets}:
        made = future(model, whole, longer[count:].to_numpy("float64"), more)
    else:
        sys.exit("Only a network that reads nothing but what it forecasts can go on by itself.")
    made.to_csv(sys.stdout, index=False)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
'''


def can_predict(experiment: Experiment, dataset: Dataset) -> bool:
    """Whether the script answers: values of one series of numbers, by layers of Keras' own."""
    return (
        len(dataset.stretches) == 1
        and (dataset.goal.kind, dataset.goal.at) == ("value", "end")
        and not any("=" in name for name in dataset.names)  # a column for each word
        and all(CELLS[layer.cell].is_keras for layer in experiment.layers)
    )


def _holidays(dataset: Dataset) -> dict[str, list[str]]:
    """By column of holidays, their dates, until ten years behind the last row."""
    found = {}
    for name, country in holiday_columns.countries(dataset).items():
        assert dataset.labels is not None
        years = dataset.labels.astype("datetime64[Y]").astype(int) + 1970
        known = holiday_columns.dates(country, range(years.min(), years.max() + 11))
        found[name] = known.astype(str).tolist()
    return found


def predict_files(experiment: Experiment, dataset: Dataset) -> dict[str, bytes]:
    """The script and what it must know, by file name; they stand beside `model.keras`.

    Args:
        experiment: what was trained; see `can_predict`.
        dataset: its data.
    """
    change, width, targets = dataset.transform, len(dataset.columns), len(dataset.targets)
    settings = {
        "targets": list(dataset.targets),
        "inputs": list(dataset.names),
        "columns": list(dataset.columns),
        "read": dataset.input_columns,
        "needed": dataset.needed_columns,
        "calendar": {name: NAMES[name] for name in dataset.columns if name in NAMES},
        "ahead": dataset.ahead,
        "holidays": _holidays(dataset),
        "logarithm": change.logarithm,
        "logged": list(change.logged or [False] * width),
        "differenced": list(change.differenced or [False] * width),
        "row": change.row,
        "seasons": list(change.seasons or [0] * width),
        "window": dataset.timesteps,
        "lead": experiment.data.horizon,
        "block": dataset.steps,
        "missing": experiment.data.missing,
        "offset": dataset.input_scaling.offset.tolist(),
        "scale": dataset.input_scaling.scale.tolist(),
        "target_offset": dataset.target_scaling.offset[:targets].tolist(),
        "target_scale": dataset.target_scaling.scale[:targets].tolist(),
    }
    text = json.dumps(settings, indent=2, ensure_ascii=False)
    return {SCRIPT_FILE: SCRIPT.encode(), SETTINGS_FILE: text.encode()}
