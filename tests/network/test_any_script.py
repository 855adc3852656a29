"""The script of any experiment: it trains on the very windows of the run, with the same losses.

A long campaign: `python -m tests.bench.scripts --examples 300`.
"""

import ast
import contextlib
import io
import os
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
from hypothesis import HealthCheck, Phase, assume, given, settings

from seqlab.data.dataset import DataError, Dataset
from seqlab.data.load import load
from seqlab.data.upload import Table, read_table
from seqlab.experiment import Data, Experiment
from seqlab.network.doctor import diagnose
from seqlab.network.source import files, notebook, source
from seqlab.network.source.data import prepare
from seqlab.training.train import train
from tests.network.any_experiment import data_of, experiments


@contextlib.contextmanager
def folder_with(content: dict[str, bytes], folder: Path):
    """Works in a folder that holds these files."""
    before = Path.cwd()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def loaded(experiment: Experiment, table: Table | None) -> Dataset | None:
    """The data; `None` if there are none, or they have an error without a fix."""
    try:
        dataset = load(experiment, table)
    except DataError:
        return None
    errors = [found for found in diagnose(experiment, dataset) if found.level == "error"]
    return None if errors else dataset


def same_windows(experiment: Experiment, dataset: Dataset, folder: Path) -> None:
    """The script's arrays are those of the run."""
    prepared = prepare(experiment, dataset)
    code = "\n".join([*prepared.imports, *prepared.code])
    made: dict[str, np.ndarray] = {}
    with folder_with(prepared.files, folder):
        exec(compile(code, "script", "exec"), made)
    for part in ("train", "validation"):
        indices = getattr(dataset, part)
        if part == "train" or len(indices):
            np.testing.assert_allclose(made[f"x_{part}"], dataset.x[indices], rtol=1e-5, atol=1e-6)
            np.testing.assert_allclose(made[f"y_{part}"], dataset.y[indices], rtol=1e-5, atol=1e-6)


def same_losses(experiment: Experiment, dataset: Dataset, folder: Path) -> None:
    """The script's losses are those of the run, as far as that goes."""
    result = train(experiment, dataset)
    made: dict[str, object] = {"__name__": "__main__"}
    text = source(experiment, dataset)
    with folder_with(files(experiment, dataset), folder), contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "script", "exec"), made)
    history = made["history"].history
    for name in ("loss", "val_loss"):
        ours, theirs = result.history[name], history.get(name, [])
        finite = [np.isfinite(value) for value in ours]
        count = finite.index(False) if False in finite else len(ours)
        if count == len(ours) and result.status == "finished":
            assert len(ours) == len(theirs), name
        np.testing.assert_allclose(ours[:count], theirs[:count], rtol=1e-4, atol=1e-6, err_msg=name)
        if count < len(ours):
            assert not np.isfinite(theirs[count]), name


@settings(max_examples=60, derandomize=True, suppress_health_check=list(HealthCheck))
@given(made=data_of())
def test_the_script_cuts_the_windows_of_the_run(made, tmp_path):
    data, table = made
    experiment = Experiment(data=data)
    try:
        dataset = load(experiment, table)
    except DataError:
        assume(False)
    same_windows(experiment, dataset, tmp_path)


@settings(
    max_examples=4,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # each example takes seconds
)
@given(made=experiments())
def test_the_script_has_the_losses_of_the_run(uncompiled, made, tmp_path):
    experiment, table = made
    dataset = loaded(experiment, table)
    assume(dataset is not None)
    same_losses(experiment, dataset, tmp_path)


def test_the_script_promises_what_it_keeps():
    experiment = Experiment()
    assert source(experiment).startswith("# Made by seqlab: the same losses as in the playground\n")
    layer = experiment.layers[0].model_copy(update={"dropout": 0.2})
    dropping = experiment.model_copy(update={"layers": (layer,)})
    assert source(dropping).startswith(
        "# Made by seqlab: the losses of the playground, but for what"
    )


def test_a_strangers_words_are_no_markup_and_no_code(tmp_path):
    name = "![x](http://a.b/c.png) <b>\rimport os; boom"
    rows = b"".join(b"%d,%d\n" % (i, i % 7) for i in range(90))
    table = read_table(f't,"{name}"\n'.encode() + rows, "a.csv")
    experiment = Experiment(data=Data(source="upload", file="f", window=5))
    dataset = load(experiment, table)
    dataset = replace(dataset, **{"target": name, "names": (name,)})
    imported = [
        alias.name
        for node in ast.walk(ast.parse(source(experiment, dataset)))
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    assert "os" not in imported
    same_windows(experiment, dataset, tmp_path)
    cells = nbformat.reads(notebook(experiment, dataset), 4).cells
    words = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert not any("![" in text or "<b>" in text.replace("\\<", "") for text in words)


def test_windows_that_a_gap_spoils_are_left_out_of_the_script_too(tmp_path):
    lines = [f"{i},{'' if i % 17 == 3 else i % 12}" for i in range(200)]
    table = read_table("\n".join(["t,value", *lines]).encode(), "gaps.csv")
    experiment = Experiment(data=Data(source="upload", file="f", window=8))
    dataset = load(experiment, table)
    assert len(dataset.starts) < 200 - 8
    assert "window_begins" in source(experiment, dataset)
    same_windows(experiment, dataset, tmp_path)
    whole = Experiment()
    assert "window_begins" not in source(whole, load(whole))
