"""What is known of a variant on the page: its data, what the doctor says, its size."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from seqlab.comparison.entrants import Entrant, entrant, seconds_of
from seqlab.data.dataset import DataError
from seqlab.data.upload import UploadError
from seqlab.experiment import Experiment
from seqlab.network.doctor import diagnose
from seqlab.ui import services
from seqlab.ui.cache import many
from seqlab.ui.draft import STRANGE, dataset_of

logger = logging.getLogger(__name__)


def entrants_of(variants: Mapping[str, Experiment]) -> dict[str, Entrant]:
    """The variants with what is known of them."""
    return {name: entrant_of(name, each) for name, each in variants.items()}


def entrant_of(name: str, experiment: Experiment) -> Entrant:
    """One variant with what is known of it; may be asked from any thread."""
    return _entrant_or_why(name, experiment, services.pool().memory_budget)


def _entrant_or_why(name: str, experiment: Experiment, memory_budget: float | None) -> Entrant:
    """Why there is none is not kept: a file may be read a moment later."""
    try:
        return _entrant(name, experiment, memory_budget)
    except (DataError, UploadError) as error:
        return Entrant(name, experiment, str(error))
    except Exception:  # a stranger's file must not lock the page
        logger.exception("The data of a variant could not be loaded.")
        return Entrant(name, experiment, STRANGE)


@many
def _entrant(name: str, experiment: Experiment, memory_budget: float | None) -> Entrant:
    dataset = dataset_of(experiment.data)
    return entrant(name, experiment, dataset, diagnose(experiment, dataset, memory_budget))


def seconds_for(entrants: Iterable[Entrant], seeds: int) -> float:
    """About how long they take on this server, if nobody else trains."""
    pool = services.pool()
    estimates = [
        replace(each, compiling=0.0) if pool.compiled(each.program) else each for each in entrants
    ]
    return seconds_of(estimates, seeds, pool.width, services.store().pace())
