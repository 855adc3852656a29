"""Everything about a run to take along: script, notebook, data, metrics, model, in one zip."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.network.source.data import ARRAYS_FILE, FEATURES_FILE, arrays_file, prepare
from seqlab.network.source.notebook import notebook
from seqlab.network.source.predict import can_predict, predict_files
from seqlab.network.source.script import source

WHEN = (2020, 1, 1, 0, 0, 0)  # the same files make the same zip
ABOUT = {
    "script.py": "the experiment as a plain Keras script: `python script.py`",
    "notebook.ipynb": "the same as a Jupyter notebook, with plots",
    "data.csv": "the series that script and notebook read",
    "data.npz": "the arrays that the network was trained on (x_train, y_train, x_validation, ...)",
    FEATURES_FILE: "how the features were made of sounds; the script says how it is called",
    "metrics.csv": "loss and other measures of every epoch",
    "predictions.csv": "each target of the validation part beside what the network says",
    "model.keras": 'the trained network: `keras.saving.load_model("model.keras")`',
    "model.tflite": "the same for LiteRT: one sequence at a time, (1, timesteps, features), scaled",
    "predict.py": "answers a new CSV file with it: `python predict.py new.csv > answers.csv`",
    "predict.json": "columns and scaling, for `predict.py`",
    "experiment.json": "the settings, for `seqlab.Experiment.from_json`",
}
README = """\
# {target}

An experiment of the seqlab playground.

{files}

Script and notebook need `pip install keras tensorflow numpy pandas` (the notebook also
`matplotlib` and `jupyter`). They give the losses of the run from its settings at the start; with
dropout, losses of the same level, because other units are dropped. What was changed while it
trained (the learning rate, further epochs) is not in them.
"""


def metrics_csv(history: Mapping[str, Sequence[float | None]]) -> str:
    """One line an epoch, one column a measure; an empty cell where there is no number."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["epoch", *history])
    length = max((len(values) for values in history.values()), default=0)
    for i in range(length):
        row = [values[i] if i < len(values) else None for values in history.values()]
        writer.writerow([i + 1, *("" if value is None else repr(float(value)) for value in row)])
    return out.getvalue()


def package(
    experiment: Experiment,
    dataset: Dataset,
    history: Mapping[str, Sequence[float | None]] | None = None,
    model: bytes | None = None,
    lite: bytes = b"",
    predictions: str = "",
) -> bytes:
    """A zip with all of it and a README.

    Args:
        experiment: what was trained.
        dataset: its data.
        history: measures by name, one value an epoch.
        model: the `.keras` file, from `seqlab.runs.keras_process.network_files`.
        lite: the `.tflite` file likewise; empty for none.
        predictions: the targets of the validation part beside what the network says, as CSV.
    """
    files: dict[str, bytes] = {
        "script.py": source(experiment, dataset).encode(),
        "notebook.ipynb": notebook(experiment, dataset).encode(),
        "experiment.json": experiment.to_json().encode(),
        ARRAYS_FILE: arrays_file(dataset),
        **prepare(experiment, dataset).files,
    }
    if history:
        files["metrics.csv"] = metrics_csv(history).encode()
    if predictions:
        files["predictions.csv"] = predictions.encode()
    if model:
        files["model.keras"] = model
        if lite:
            files["model.tflite"] = lite
        if can_predict(experiment, dataset):
            files |= predict_files(experiment, dataset)
    listed = "\n".join(f"- `{name}`: {about}" for name, about in ABOUT.items() if name in files)
    files["README.md"] = README.format(target=", ".join(dataset.targets), files=listed).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, WHEN), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
