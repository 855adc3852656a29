"""All findings before training."""

from __future__ import annotations

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Finding
from seqlab.field_words import in_words, label_of
from seqlab.network.doctor import (
    axes,
    learning,
    objective,
    own_past,
    samples,
    series_scale,
    size,
    split,
    states,
    tails,
    targets,
    trend,
)
from seqlab.network.doctor.fixes import with_data

EMPTY = (
    "No window fits, so the arrays are empty. Keras: Your input ran out of data; interrupting "
    "training."
)
ORDER = {"error": 0, "warning": 1, "hint": 2}


def diagnose(
    experiment: Experiment, dataset: Dataset | None = None, memory_budget: float | None = None
) -> list[Finding]:
    """Findings about an experiment and its data, the gravest first.

    Args:
        experiment: what is about to be trained.
        dataset: its data, if it could be loaded; most findings need it.
        memory_budget: bytes of memory that a training may take, if that is known.

    Example:
        >>> from seqlab.experiment import Recurrent
        >>> two = Experiment(layers=(Recurrent(), Recurrent()))
        >>> [finding.code for finding in diagnose(two)]
        ['return_sequences_between_layers']
        >>> diagnose(two)[0].fix.layers[0].return_sequences
        True
    """
    frame = dataset.frame if dataset is not None else Frame(experiment.data.window)
    findings = [*axes.find(experiment, frame), *states.find(experiment, frame, dataset)]
    if dataset is not None:
        fits = not any(finding.level == "error" for finding in findings)
        findings += [Finding("hint", "data_note", note) for note in dataset.notes]
        findings += objective.find(experiment, frame, dataset)
        findings += targets.find(experiment, dataset)
        findings += samples.find(experiment, frame, dataset)
        findings += series_scale.find(experiment, dataset)
        findings += tails.find(experiment, dataset)
        findings += split.find(experiment, dataset)
        for one in dataset.views:
            findings += [*own_past.find(experiment, one), *trend.find(experiment, one)]
        findings += learning.find(experiment, frame, dataset)
        if fits:
            findings += size.find(experiment, frame, dataset, memory_budget)
    return sorted(findings, key=lambda finding: ORDER[finding.level])


def explain(error: ValueError, experiment: Experiment) -> Finding:
    """Why there is no data, with a value that would do: a shorter window, say.

    Args:
        error: a `DataError`, or an `UploadError` of a file that cannot be read.
        experiment: what was asked for.
    """
    argument, allowed = getattr(error, "argument", None), getattr(error, "allowed", None)
    if argument is None or allowed is None:
        return Finding("error", "no_data", str(error))
    return Finding(
        "error",
        f"{argument}_too_long" if isinstance(allowed, int) else "no_data",
        str(error),
        with_data(experiment, **{argument: allowed}),
        f"Use {argument} = {allowed}"
        if isinstance(allowed, int)
        else f"{label_of(argument)}: {in_words(allowed, argument)}",
        EMPTY if argument in ("window", "horizon", "steps") else "",
    )
