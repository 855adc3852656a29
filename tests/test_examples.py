"""The notebooks of examples/ run from top to bottom, and keep no output in the repository."""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from tests.readme import ROOT

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.fspath(ROOT))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    told = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    assert told, "no cell shows anything"


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 3
