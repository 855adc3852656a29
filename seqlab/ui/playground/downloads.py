"""Downloads of a run that has ended: metrics, data, the trained network, and all in one zip."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.inspection.predictions import predictions_table
from seqlab.inspection.words import when
from seqlab.network.source import arrays_file, metrics_csv, package
from seqlab.runs.keras_process import ModelError, NetworkFiles, network_files
from seqlab.runs.records import Metrics, Run
from seqlab.ui import networks, services, visitor
from seqlab.ui.cache import ByteCache
from seqlab.ui.report import report_of
from seqlab.ui.words import plain

MEASURES = ("accuracy", "val_accuracy", "learning_rate", "gradient_norm")
_models: ByteCache[NetworkFiles] = ByteCache("models to download", lambda files: files.size)


def take_away(run: Run, dataset: Dataset, newest: int, best: int | None) -> None:
    """A popover of downloads; what takes long is made only on a click.

    Args:
        run: which has ended.
        dataset: what it was trained on.
        newest: the newest epoch whose weights are kept.
        best: the epoch with the lowest val_loss, if its weights are kept.
    """
    shown = st.popover(
        "Download", icon=":material/download:", key="take_away", type="tertiary", on_change="rerun"
    )
    if not shown.open:
        return
    metrics = run.experiment.training.metrics
    names = [*metrics, *(f"val_{name}" for name in metrics), *MEASURES]
    measures = history(services.store().metrics(run.id, *dict.fromkeys(names)))
    with shown:
        with st.container(horizontal=True):
            st.download_button(
                "Metrics (.csv)", metrics_csv(measures), "metrics.csv", key="take_metrics"
            )
            raw = networks.prediction(run.id, newest, dataset)
            if raw is not None:
                st.download_button(
                    "Predictions (.csv)",
                    partial(_predictions, run, dataset, raw),
                    "predictions.csv",
                    key="take_predictions",
                    help="Each target of the validation part beside what the network says.",
                )
            st.download_button(
                "Data (.npz)", partial(arrays_file, dataset), "data.npz", key="take_data"
            )
            st.download_button(
                "Report (.html)",
                partial(report_of, run, dataset, visitor.owner()),
                f"seqlab_{run.id}.html",
                mime="text/html",
                key="take_report",
                help="Result, curves, forecast, gates that play, data, settings and script in one "
                "file that needs no network.",
            )
        model = _model(run, dataset, _epoch(newest, best))
        content = "Script, notebook, data, metrics, predictions and settings"
        without = f"{content}; with the network too, once it is prepared:"
        st.caption(f"{content}, with the network:" if model else without)
        st.download_button(
            "Everything (.zip)" if model else "All but the network (.zip)",
            partial(_everything, run, dataset, measures, model, raw),
            "seqlab_run.zip",
            key="take_all",
        )


def _everything(
    run: Run,
    dataset: Dataset,
    measures: dict[str, list[float | None]],
    model: NetworkFiles | None,
    raw: NDArray[np.floating] | None,
) -> bytes:
    """The zip; of the network only if it is prepared."""
    keras, lite = (model.keras, model.lite) if model else (None, b"")
    predictions = "" if raw is None else _predictions(run, dataset, raw)
    return package(run.experiment, dataset, measures, keras, lite, predictions)


def _predictions(run: Run, dataset: Dataset, raw: NDArray[np.floating]) -> str:
    """The predictions as CSV, in original units."""
    activation = run.experiment.network.head_activation
    return predictions_table(dataset, raw, activation).to_csv(index=False)


def history(metrics: Metrics) -> dict[str, list[float | None]]:
    """Measures by name, one value an epoch, `None` where an epoch gave none.

    A measure that no epoch gave is left out.
    """
    columns = {"loss": metrics.loss, "val_loss": metrics.val_loss, **metrics.more}
    return {
        name: [float(value) if np.isfinite(value) else None for value in values]
        for name, values in columns.items()
        if np.isfinite(values).any()
    }


def _epoch(newest: int, best: int | None) -> int:
    """Of which epoch the network is wanted: a choice, if the last is not the best."""
    if best is None or best == newest:
        return newest
    words = {newest: f"last, epoch {newest}", best: f"best val_loss, epoch {best}"}
    chosen = st.segmented_control(
        "Weights of the network",
        list(words),
        key="take_epoch",
        default=newest,
        required=True,
        format_func=words.__getitem__,
    )
    return chosen if chosen in words else newest


def _model(run: Run, dataset: Dataset, epoch: int) -> NetworkFiles | None:
    """The button for the trained network; before it is made, the one that makes it."""
    key = services.store().snapshot_key(run.id, epoch)
    model = _models.find(key)
    if model is None:
        place = st.empty()
        with place.container():
            st.caption("The network as a file is made by Keras, which takes some seconds.")
            if not st.button("Prepare the network (.keras, .tflite)", key="prepare_model"):
                return None
        try:
            with st.spinner("Keras writes the file …"):
                weights = services.store().snapshot(run.id, epoch)
                model = network_files(run.experiment, dataset.frame, weights)
        except ModelError as error:
            st.error(plain(str(error)))
            return None
        except (FileNotFoundError, ValueError):
            st.error(f"The weights of epoch {epoch} are missing or damaged.")
            return None
        _models.keep(key, model)
        place.empty()
    st.caption(f"{when(epoch)}, for `keras.saving.load_model`:")
    with st.container(horizontal=True):
        st.download_button("Network (.keras)", model.keras, "model.keras", key="take_model")
        if model.lite:
            st.download_button(
                "For LiteRT (.tflite)",
                model.lite,
                "model.tflite",
                key="take_lite",
                help="The same network for small devices: it reads one sequence at a time and "
                "needs no TensorFlow.",
            )
    if model.why:
        st.caption(plain(model.why))
    return model
