"""A forecast that does not read the past of what it forecasts."""

from __future__ import annotations

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment, Finding
from seqlab.network.doctor.fixes import with_data


def find(experiment: Experiment, dataset: Dataset) -> list[Finding]:
    """Inputs that were chosen without the target: the choice replaced it."""
    chosen, target = experiment.data.inputs, dataset.target
    of_values = (dataset.goal.kind, dataset.goal.at) == ("value", "end")
    if not chosen or target in dataset.names or not of_values or dataset.starts is None:
        return []
    return [
        Finding(
            "hint",
            "without_own_past",
            f"The network reads {', '.join(chosen)}, and not the past of {target}, which it is to "
            "forecast. Inputs that are chosen take the place of the target. Where values follow "
            "from those before them, that past is usually the best input.",
            with_data(experiment, inputs=(target, *chosen)),
            f"Add {target} to the inputs",
        )
    ]
