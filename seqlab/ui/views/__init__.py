"""The views of the lens, one file each: a function that draws a `Scene`."""

from collections.abc import Callable

from seqlab.ui.views.cell import cell
from seqlab.ui.views.flow import flow
from seqlab.ui.views.gates import gates
from seqlab.ui.views.mattered import mattered
from seqlab.ui.views.path import path
from seqlab.ui.views.scene import Scene
from seqlab.ui.views.statistics import statistics

VIEWS: dict[str, Callable[[Scene], None]] = {
    "Gates": gates,
    "One cell": cell,
    "Statistics": statistics,
    "Gradient through time": flow,
    "What mattered": mattered,
    "Path": path,
}
