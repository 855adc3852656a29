"""An experiment as what a Keras user would write: a script, a notebook, and the files they read."""

from seqlab.network.source.data import arrays_file, files
from seqlab.network.source.notebook import notebook
from seqlab.network.source.package import metrics_csv, package
from seqlab.network.source.script import changed_lines, source

__all__ = [
    "arrays_file",
    "changed_lines",
    "files",
    "metrics_csv",
    "notebook",
    "package",
    "source",
]
