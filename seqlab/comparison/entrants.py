"""What is known of a variant before it is trained: can it be, and in what are its losses told?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from seqlab.data.dataset import DataError, Dataset
from seqlab.experiment import Data, Experiment, Finding
from seqlab.inspection.baselines import losses_to_beat
from seqlab.network.doctor import diagnose
from seqlab.network.estimate import estimate
from seqlab.network.plan import plan
from seqlab.network.program_key import ProgramKey, program_key
from seqlab.network.shapes import links

NO_VALIDATION = "There is no validation part, so nothing says which network is better."
SCALING = {"scaling", "period"}  # settings of data that change no target
WINDOWS = {"window", "horizon", "stride", "inputs", "split", "test_share"}  # only which ones
WINDOWS |= {"rows"}
NOT_KEPT = ("experiment", "program")


@dataclass(frozen=True)
class Entrant:
    """A variant before its start.

    Attributes:
        name: of the variant.
        experiment: what is trained; each run takes another seed.
        problem: why it cannot be trained, in a sentence; "" if it can.
        parameters: how many numbers the network learns.
        baseline: name and loss of the best rule without a network; `None` if there is none that
            can be compared with the losses.
        loss: in what losses are told, as "mean_squared_error"; with "of log" where the target's
            logarithm is learned, and "+ penalty" where Keras adds penalties on weights.
        unit: what an error of 1 is in units of the target; `None` for classes, and where the
            target's columns have several scales.
        targets: the same for the same targets in the validation part.
        count: how many targets these are.
        epoch_seconds: foreseen for an epoch on the reference machine.
        compiling: seconds that its first run takes longer, there.
        program: what its compiled program depends on.
    """

    name: str
    experiment: Experiment
    problem: str = ""
    parameters: int = 0
    baseline: tuple[str, float] | None = None
    loss: str = ""
    unit: float | None = None
    targets: str = ""
    count: int = 0
    epoch_seconds: float = 0.0
    compiling: float = 0.0
    program: ProgramKey | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        settings = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in NOT_KEPT}
        return settings | {"experiment": json.loads(self.experiment.to_json())}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """The entrant of `to_json`, without its program. Raises `ExperimentError`."""
        experiment = Experiment.from_json(json.dumps(kept["experiment"]))
        rule = kept["baseline"]
        baseline = None if rule is None else (str(rule[0]), float(rule[1]))
        return cls(**{**kept, "experiment": experiment, "baseline": baseline})


def entrant(
    name: str, experiment: Experiment, dataset: Dataset | None, findings: Iterable[Finding]
) -> Entrant:
    """Looks at a variant.

    Args:
        name: of the variant.
        experiment: what would be trained.
        dataset: its data; `None` if they could not be loaded, which a finding says.
        findings: what the doctor says; an error keeps it from being trained.
    """
    errors = [finding.message for finding in findings if finding.level == "error"]
    if dataset is None:
        return Entrant(name, experiment, errors[0] if errors else "Its data could not be loaded.")
    if errors or not len(dataset.validation):
        return Entrant(name, experiment, errors[0] if errors else NO_VALIDATION)
    planned = plan(experiment, dataset.frame)
    foreseen = estimate(experiment, dataset)
    loss = planned.loss
    if dataset.transform.target_logarithm != "none":
        loss += f" of {dataset.transform.target_logarithm}"
    if any(layer.l2 for layer in experiment.layers):
        loss += " + penalty"
    return Entrant(
        name,
        experiment,
        parameters=sum(link.parameters for link in links(planned)),
        baseline=next(iter(losses_to_beat(experiment, dataset).items()), None),
        loss=loss,
        unit=_unit(dataset),
        targets=_targets(experiment, dataset),
        count=len(dataset.validation),
        epoch_seconds=foreseen.epoch,
        compiling=foreseen.compiling,
        program=program_key(planned, dataset),
    )


def entrant_of(name: str, experiment: Experiment, load: Callable[[Data], Dataset]) -> Entrant:
    """Looks at a variant, with its data and what the doctor says.

    Args:
        name: of the variant.
        experiment: what would be trained.
        load: data to datasets; if it raises `DataError`, its sentence is the variant's problem.
    """
    try:
        dataset = load(experiment.data)
    except DataError as error:
        return Entrant(name, experiment, str(error))
    return entrant(name, experiment, dataset, diagnose(experiment, dataset))


def _targets(experiment: Experiment, dataset: Dataset) -> str:
    """What is the same for the same targets, whatever the network sees of the past."""
    places, how = dataset.validation, SCALING
    if dataset.starts is not None:  # windows of a series, by the row of their first target
        places = dataset.starts[places] + dataset.timesteps + dataset.horizon - 1
        how = SCALING | WINDOWS
    about = experiment.data.model_dump_json(exclude=how)
    return hashlib.sha256(about.encode() + places.tobytes()).hexdigest()[:12]


def seconds_of(entrants: Iterable[Entrant], seeds: int, workers: int, pace: float = 1.0) -> float:
    """About how long a comparison takes if all workers are free.

    Args:
        entrants: the variants; those with a problem are not trained.
        seeds: of each.
        workers: that train side by side.
        pace: how much longer the last trainings took than was foreseen (`Store.pace`).
    """
    each = [
        (entrant.compiling, entrant.experiment.training.epochs * entrant.epoch_seconds)
        for entrant in entrants
        if not entrant.problem
    ]
    if not each:
        return 0.0
    total = sum(compiling + seeds * seconds for compiling, seconds in each)
    return pace * max(total / workers, max(sum(one) for one in each))


def _unit(dataset: Dataset) -> float | None:
    """The scale of a target of values, if there is one for all of them."""
    return dataset.target_unit if dataset.goal.kind == "value" else None
