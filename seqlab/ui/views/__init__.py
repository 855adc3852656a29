"""The views of the lens, one file each: a function that draws a `Scene`."""

from collections.abc import Callable

from seqlab.data.dataset import Dataset
from seqlab.ui.views.attribution import attribution
from seqlab.ui.views.cell import cell
from seqlab.ui.views.flow import flow
from seqlab.ui.views.gates import gates
from seqlab.ui.views.hidden_trajectory import hidden_trajectory
from seqlab.ui.views.scene import Scene
from seqlab.ui.views.statistics import statistics
from seqlab.ui.views.text import text

TEXT = "Text"
VIEWS: dict[str, Callable[[Scene], None]] = {
    "Gates": gates,
    "One cell": cell,
    "Statistics": statistics,
    "Gradient through time": flow,
    "Attribution": attribution,
    TEXT: text,
    "Trajectory": hidden_trajectory,
}


def views_of(dataset: Dataset) -> list[str]:
    """The views that make sense for these data."""
    return [name for name in VIEWS if name != TEXT or dataset.vocabulary]
