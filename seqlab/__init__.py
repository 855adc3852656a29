"""seqlab: a playground for recurrent networks, and a small library for notebooks.

`import seqlab` is quick: a name is imported when it is first used, and Keras only by the names
that need it (`train`, `gates`, `gradients`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the same names for type checkers and editors; tests/test_package.py compares
    from seqlab.comparison.race import compare
    from seqlab.comparison.search import search
    from seqlab.comparison.study import Study
    from seqlab.data.dataset import DataError, Dataset
    from seqlab.data.load import load
    from seqlab.data.upload import Table, UploadError, read_table
    from seqlab.experiment import (
        Data,
        Experiment,
        ExperimentError,
        Finding,
        Network,
        ParseOptions,
        Recurrent,
        Training,
    )
    from seqlab.forecasting.future import forecast
    from seqlab.forecasting.new_data import predict
    from seqlab.forecasting.trained_folds import backtest
    from seqlab.forecasting.walk_forward import Backtest
    from seqlab.network.doctor import diagnose, read_result
    from seqlab.network.source import notebook, source
    from seqlab.runs.keras_process import ModelError, open_model
    from seqlab.training.inspect import gates, gradients
    from seqlab.training.train import train
    from seqlab.workshop.lesson import Lesson, LessonError

_HOME_OF = {
    "Data": "seqlab.experiment",
    "Experiment": "seqlab.experiment",
    "ExperimentError": "seqlab.experiment",
    "Finding": "seqlab.experiment",
    "Network": "seqlab.experiment",
    "ParseOptions": "seqlab.experiment",
    "Recurrent": "seqlab.experiment",
    "Training": "seqlab.experiment",
    "DataError": "seqlab.data.dataset",
    "Dataset": "seqlab.data.dataset",
    "load": "seqlab.data.load",
    "Table": "seqlab.data.upload",
    "UploadError": "seqlab.data.upload",
    "read_table": "seqlab.data.upload",
    "diagnose": "seqlab.network.doctor",
    "read_result": "seqlab.network.doctor",
    "notebook": "seqlab.network.source",
    "source": "seqlab.network.source",
    "ModelError": "seqlab.runs.keras_process",
    "open_model": "seqlab.runs.keras_process",
    "train": "seqlab.training.train",
    "Lesson": "seqlab.workshop.lesson",
    "LessonError": "seqlab.workshop.lesson",
    "Study": "seqlab.comparison.study",
    "compare": "seqlab.comparison.race",
    "search": "seqlab.comparison.search",
    "Backtest": "seqlab.forecasting.walk_forward",
    "backtest": "seqlab.forecasting.trained_folds",
    "forecast": "seqlab.forecasting.future",
    "predict": "seqlab.forecasting.new_data",
    "gates": "seqlab.training.inspect",
    "gradients": "seqlab.training.inspect",
}
__all__ = [
    "Backtest",
    "Data",
    "DataError",
    "Dataset",
    "Experiment",
    "ExperimentError",
    "Finding",
    "Lesson",
    "LessonError",
    "ModelError",
    "Network",
    "ParseOptions",
    "Recurrent",
    "Study",
    "Table",
    "Training",
    "UploadError",
    "backtest",
    "compare",
    "diagnose",
    "forecast",
    "gates",
    "gradients",
    "load",
    "notebook",
    "open_model",
    "predict",
    "read_result",
    "read_table",
    "search",
    "source",
    "train",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOME_OF:
        raise AttributeError(f"module 'seqlab' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
