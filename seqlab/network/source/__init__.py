"""An experiment as what a Keras user would write: a script, a notebook, and the files they read."""

from seqlab.network.source.files import files
from seqlab.network.source.notebook import notebook
from seqlab.network.source.script import changed_lines, source

__all__ = ["changed_lines", "files", "notebook", "source"]
