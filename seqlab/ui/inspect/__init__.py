"""The page Inspect: what can be seen of a network."""

from seqlab.data.dataset import Dataset
from seqlab.ui.inspect.views import VIEWS


def views_of(dataset: Dataset) -> list[str]:
    """The views that make sense for these data."""
    return [name for name, view in VIEWS.items() if dataset.vocabulary or not view.of_texts]
