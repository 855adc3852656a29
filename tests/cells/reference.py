"""A cell's Keras layer with given weights, and the losses of a script in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from seqlab.cells import CELLS
from seqlab.experiment import Experiment
from seqlab.network.source import source


def keras_output(cell: str, kernel: np.ndarray, bias: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Hidden states (batch, timesteps, units) of a layer without a recurrent kernel."""
    layer = CELLS[cell].layer()(CELLS[cell].units([kernel]), return_sequences=True, dtype="float64")
    layer.build(x.shape)
    layer.set_weights([kernel, bias])
    return np.asarray(layer(x))


def run_script(experiment: Experiment, folder: Path) -> dict[str, list[float]]:
    """The history of the exported script, which knows nothing of seqlab."""
    text = source(experiment) + "\nimport json\nprint('HISTORY', json.dumps(history.history))\n"
    assert "import seqlab" not in text
    (folder / "script.py").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1"},
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("HISTORY")]
    history: dict[str, list[float]] = json.loads(line.removeprefix("HISTORY"))
    return history
