"""The views of the lens, one file each: a function that draws a `Scene`."""

from collections.abc import Callable

from seqlab.data.dataset import Dataset
from seqlab.ui.inspect.attribution import attribution
from seqlab.ui.inspect.cell import cell
from seqlab.ui.inspect.flow import flow
from seqlab.ui.inspect.gates import gates
from seqlab.ui.inspect.hidden_trajectory import hidden_trajectory
from seqlab.ui.inspect.scene import Scene
from seqlab.ui.inspect.statistics import statistics
from seqlab.ui.inspect.text import text

TEXT = "Text"
VIEWS: dict[str, Callable[[Scene], None]] = {
    "Gates": gates,
    "One cell": cell,
    "Statistics": statistics,
    "Gradient through time": flow,
    "Attribution": attribution,
    TEXT: text,
    "State trajectory (PCA)": hidden_trajectory,
}


def views_of(dataset: Dataset) -> list[str]:
    """The views that make sense for these data."""
    return [name for name in VIEWS if name != TEXT or dataset.vocabulary]
