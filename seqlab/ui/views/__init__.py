"""The views of the lens, one file each: a function that draws a `Scene`."""

from collections.abc import Callable

from seqlab.ui.views.gates import gates
from seqlab.ui.views.scene import Scene

VIEWS: dict[str, Callable[[Scene], None]] = {
    "Gates": gates,
}
