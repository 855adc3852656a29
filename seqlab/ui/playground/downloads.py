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
from seqlab.runs.keras_process import ModelError, keras_file
from seqlab.runs.store import Metrics, Run
from seqlab.ui import services
from seqlab.ui.cache import ByteCache
from seqlab.ui.words import plain

MEASURES = ("accuracy", "val_accuracy", "learning_rate", "gradient_norm")
_models: ByteCache[bytes] = ByteCache(2**27, len)


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
    chosen = run.experiment.training.metrics
    names = [*chosen, *(f"val_{name}" for name in chosen), *MEASURES]
    measures = history(services.store().metrics(run.id, *dict.fromkeys(names)))
    with shown:
        with st.container(horizontal=True):
            st.download_button(
                "Metrics (.csv)", metrics_csv(measures), "metrics.csv", key="take_metrics"
            )
            if (raw := _raw_predictions(run, newest)) is not None:
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
        model = _model(run, dataset, _epoch(newest, best))
        content = "Script, notebook, data, metrics and settings"
        st.caption(f"{content}, with the network:" if model else f"{content}:")
        st.download_button(
            "Everything (.zip)",
            partial(package, run.experiment, dataset, measures, model),
            "seqlab_run.zip",
            key="take_all",
        )


def _raw_predictions(run: Run, epoch: int) -> NDArray[np.floating] | None:
    """What the network gave for the validation part, if that was kept."""
    try:
        return services.store().snapshot(run.id, epoch).get("prediction")
    except (FileNotFoundError, ValueError):
        return None


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


def _model(run: Run, dataset: Dataset, epoch: int) -> bytes | None:
    """The button for the trained network; before it is made, the one that makes it."""
    key = services.store().snapshot_key(run.id, epoch)
    model = _models.find(key)
    if model is None:
        place = st.empty()
        with place.container():
            st.caption("The network as a file is made by Keras, which takes some seconds.")
            if not st.button("Prepare the network (.keras)", key="prepare_model"):
                return None
        try:
            with st.spinner("Keras writes the file …"):
                weights = services.store().snapshot(run.id, epoch)
                model = keras_file(run.experiment, dataset.frame, weights)
        except ModelError as error:
            st.error(plain(str(error)))
            return None
        except (FileNotFoundError, ValueError):
            st.error(f"The weights of epoch {epoch} are missing or damaged.")
            return None
        _models.keep(key, model)
        place.empty()
    st.caption(f"{when(epoch)}, for `keras.saving.load_model`:")
    st.download_button("Network (.keras)", model, "model.keras", key="take_model")
    return model
