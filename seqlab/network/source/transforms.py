"""Lines of a script that change and scale values, and bring answers back to their units."""

from __future__ import annotations

import numpy as np

from seqlab.data.transforms import Transform


def change_lines(change: Transform) -> list[str]:
    """Lines that make `level` and `learned` from `values`."""
    logged, differenced = np.flatnonzero(change.logged), np.flatnonzero(change.differenced)
    if not len(logged) and not len(differenced):
        return []
    lines = ["level = values.copy()"]
    if len(logged):
        columns = f"[:, {logged.tolist()}]"
        lines.append(f"level{columns} = np.{change.logarithm}(level{columns})")
    lines.append("learned = level.copy()")
    if len(differenced):
        of_season = {
            season: [int(i) for i in differenced if change.seasons[i] == season]
            for season in dict.fromkeys(change.seasons)
            if season
        }
        of_row = [(1, differenced.tolist())] if change.row else []
        for lag, places in (*of_row, *of_season.items()):
            over = "from row to row" if lag == 1 else f"over {lag} rows"
            lines += [
                f"change = learned[{lag}:, {places}] - learned[:-{lag}, {places}]  # {over}",
                f"learned[{lag}:, {places}] = change",
            ]
    return lines


def target_lines(change: Transform, kind: str, steps: int, targets: int) -> list[str]:
    """Lines that make `y` from `level`, where changes are learned.

    Args:
        change: what is made of values before they are learned.
        kind: of scaling, "standard" and its like.
        steps: how many rows a target has.
        targets: how many columns are targets.
    """
    if not change.memory:
        return []
    of = "0" if targets == 1 else f":{targets}"  # the targets' columns
    lines = [
        "# A target is the distance from what is known beside the last row of its window.",
        "last = (starts + window - 1)[:, None]",
        f"ahead = horizon + np.arange({steps})",
    ]
    if not change.season:
        lines.append(f"base = level[last, {of}]")
    elif len({*change.seasons[:targets]}) > 1:
        bases = [f"    {_base(change, i)}," for i in range(targets)]
        lines += ["base = [", *bases, "]", "base = np.stack(base, axis=-1)"]
    else:
        base = f"base = level[last + ahead - {change.season} * seasons, {of}]"
        if change.row:
            each = "seasons" if targets == 1 else "seasons[:, None]"
            base += f" + {each} * (level[last, {of}] - level[last - {change.season}, {of}])"
        lines += [f"seasons = -(-ahead // {change.season})", base]
    lines.append(f"distance = level[last + ahead, {of}] - base")
    seen, axis = "distance[train]", "" if targets == 1 else "axis=(0, 1)"
    more = f", {axis}" if axis else ""
    if kind == "none":
        lines.append("offset_y, scale_y = 0.0, 1.0")
    elif kind == "robust":
        lines.append(f"low, offset_y, high = np.quantile({seen}, [0.25, 0.5, 0.75]{more})")
        lines.append("scale_y = (high - low) or 1.0" if not axis else "scale_y = high - low")
    else:
        spread = f"{seen}.std({axis})" if kind == "standard" else f"np.ptp({seen}{more})"
        middle = "mean" if kind == "standard" else "min"
        least = "" if axis else " or 1.0"
        lines.append(f"offset_y, scale_y = {seen}.{middle}({axis}), {spread}{least}")
    if targets == 1:
        return [*lines, 'y = ((distance - offset_y) / scale_y).astype("float32")']
    if kind != "none":
        lines.append("scale_y = np.where(scale_y > 0, scale_y, 1.0)")
    y = '((distance - offset_y) / scale_y).astype("float32").reshape(len(distance), -1)'
    return [*lines, f"y = {y}"]


def answer_lines(change: Transform, steps: int, targets: int) -> list[str]:
    """Lines that define `in_units`, for a target in another form or several of them.

    Args:
        change: what is made of values before they are learned.
        steps: how many rows a target has.
        targets: how many columns are targets.
    """
    if change.is_none and targets == 1:
        return []
    answers = "answers" if targets == 1 else f"answers.reshape(-1, {steps}, {targets})"
    scaled_back = f"{answers} * scale_y + offset_y + base[validation]"
    if not change.memory:
        first = "[0]" if targets == 1 else f"[:{targets}]"
        scaled_back = f"{answers} * np.ravel(scale){first} + np.ravel(offset){first}"
    return unit_lines(change, scaled_back, targets)


def unit_lines(change: Transform, level: str, targets: int = 1) -> list[str]:
    """Lines of a function `in_units`, from scaled answers to original units.

    Args:
        change: what is made of values before they are learned.
        level: the expression that takes the scaling off `answers`.
        targets: how many columns are targets.
    """
    each = "" if targets == 1 else ", (sequences, steps, targets)"
    raised = {"log": f"np.exp({level})", "log1p": f"np.expm1({level})"}
    return [
        "",
        "",
        "def in_units(answers):",
        f'    """Answers to the validation part, in original units{each}."""',
        '    answers = np.asarray(answers, "float64")',
        f"    return {raised.get(change.target_logarithm, level)}",
        "",
    ]


def scaling_lines(kind: str, seen: np.ndarray, learned: str, reach: int) -> list[str]:
    """Lines that make `offset`, `scale` and `scaled` from `learned` and `split`.

    Args:
        kind: of scaling, "standard" and its like.
        seen: (rows, columns) the training part as it is learned, not yet scaled.
        learned: the name of the values in the script, "values" or "learned".
        reach: how many rows the changes reach back.
    """
    last = f'scaled = (({learned} - offset) / scale).astype("float32")'
    if kind == "none":
        return ["offset, scale = 0.0, 1.0", f'scaled = {learned}.astype("float32")']
    rows = f"{reach or ''}:split"
    lines = [f"seen = {learned}[{rows}]  # the scaling must not know the validation part"]
    if kind == "standard":
        lines.append("offset, scale = seen.mean(axis=0), seen.std(axis=0)")
        constant = (seen.std(axis=0) == 0).any()
    elif kind == "minmax":
        lines.append("offset, scale = seen.min(axis=0), np.ptp(seen, axis=0)")
        constant = (np.ptp(seen, axis=0) == 0).any()
    else:
        lines.append("low, offset, high = np.quantile(seen, [0.25, 0.5, 0.75], axis=0)")
        lines.append("scale = high - low")
        low, high = np.quantile(seen, [0.25, 0.75], axis=0)
        constant = (high == low).any()
    if constant:
        lines.append("scale = np.where(scale > 0, scale, 1.0)")
    return [*lines, last]


def _base(change: Transform, column: int) -> str:
    """What one of several targets is the distance from, where each has a season of its own."""
    season = change.seasons[column]
    seasons = f"-(-ahead // {season})"
    base = f"level[last + ahead - {season} * {seasons}, {column}]"
    if change.row:
        base += f" + {seasons} * (level[last, {column}] - level[last - {season}, {column}])"
    return base
