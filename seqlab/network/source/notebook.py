"""The script as a Jupyter notebook, with plots."""

from __future__ import annotations

import re

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.data.load import load
from seqlab.experiment import Experiment
from seqlab.network.source.script import Section, sections

_MARKUP = re.compile(r"[\\`*_{}\[\]()<>#+!|~$&:]")
LOSS_PLOT = """\
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(8, 3))
for name in ("loss", "val_loss"):
    if name in history.history:
        axes.plot(range(1, len(history.history[name]) + 1), history.history[name], label=name)
axes.set(xlabel="epoch", ylabel="loss", yscale="log")
axes.legend()
plt.show()"""
VALUES_PLOT = """\
figure, axes = plt.subplots(figsize=(8, 3))
axes.plot(y_validation[:, 0], label="truth")
axes.plot(predicted[:, 0], label="prediction")
axes.set(xlabel="validation sequence", ylabel="target (scaled)")
axes.legend()
plt.show()"""
TARGETS_PLOT = """\
figure, every = plt.subplots(len(targets), figsize=(8, 2 * len(targets)), sharex=True)
for i, axes in enumerate(every):
    axes.plot(y_validation[:, i], label="truth")
    axes.plot(predicted[:, i], label="prediction")
    axes.set(ylabel=f"{targets[i]} (scaled)")
every[0].legend()
every[-1].set(xlabel="validation sequence")
plt.show()"""
CLASSES_PLOT = """\
figure, axes = plt.subplots(figsize=(4, 4))
table = np.zeros((classes, classes), int)
np.add.at(table, (y_validation, answers), 1)
axes.imshow(table, cmap="Blues")
axes.set(xlabel="answer", ylabel="truth")
plt.show()"""


def notebook(experiment: Experiment, dataset: Dataset | None = None) -> str:
    """The script of `source` as the JSON text of a notebook, with plots of loss and result.

    Args:
        experiment: what is trained.
        dataset: its data; by default those that the experiment names.

    Raises:
        DataError: if no dataset is given and none can be made.

    Example:
        >>> import nbformat
        >>> cells = nbformat.reads(notebook(Experiment()), as_version=4).cells
        >>> cells[0].source.splitlines()[0]
        '# sunspots'
    """
    dataset = dataset if dataset is not None else load(experiment)
    title = _plain(" and ".join(" ".join(name.split()) for name in dataset.targets))
    cells = [new_markdown_cell(f"# {title}\n\nAn experiment of the seqlab playground.")]
    for number, section in enumerate(sections(experiment, dataset)):
        cells += _cells(number, section)
        if section.title == "Training":
            cells.append(_code(f"{number}-plot", LOSS_PLOT))
    if plot := _result_plot(dataset.frame, dataset):
        cells.append(_code("result", plot))
    document = new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
        },
    )
    cells[0]["id"] = "title"
    nbformat.validate(document)
    return str(nbformat.writes(document))


def _cells(number: int, section: Section) -> list[nbformat.NotebookNode]:
    heading = new_markdown_cell(f"## {_plain(section.title)}", id=f"section-{number}")
    return [heading, _code(f"code-{number}", "\n".join(section.lines))]


def _plain(text: str) -> str:
    """A stranger's words as they stand: no pictures, links or HTML in Markdown."""
    return _MARKUP.sub(r"\\\g<0>", text)


def _code(name: str, text: str) -> nbformat.NotebookNode:
    """A code cell; a fixed id makes the same notebook of the same experiment."""
    return new_code_cell(text, id=name)


def _result_plot(frame: Frame, dataset: Dataset) -> str:
    if not len(dataset.validation) or frame.at != "end":
        return ""
    if frame.kind == "value":
        return TARGETS_PLOT if dataset.further else VALUES_PLOT
    return CLASSES_PLOT.replace("(classes, classes)", f"({frame.outputs}, {frame.outputs})")
