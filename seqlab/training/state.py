"""Everything a training needs to go on later as if it had never ended, as bytes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqlab.lens import snapshot
from seqlab.training.schedule import Rates, Watch

_PROGRESS = "progress"


@dataclass(frozen=True)
class TrainingState:
    """A training after a whole epoch.

    Attributes:
        epoch: how many epochs were trained.
        variables: of model and optimizer, in the order of `Program.state`.
        rates: the schedule with all changes so far.
        plateau: for the schedule "plateau".
        stopping: the lowest loss so far, and for early stopping the epochs since then.
        best_epoch: the epoch of that loss, 0 before the first one.
        best: the variables of the model after it; `None` before the first one.
    """

    epoch: int
    variables: list[NDArray[Any]]
    rates: Rates
    plateau: Watch
    stopping: Watch
    best_epoch: int = 0
    best: list[NDArray[Any]] | None = None

    def pack(self) -> bytes:
        """The state as an uncompressed .npz file."""
        progress = {
            "epoch": self.epoch,
            "rates": asdict(self.rates),
            "plateau": asdict(self.plateau),
            "stopping": asdict(self.stopping),
            "best_epoch": self.best_epoch,
        }
        arrays = {_PROGRESS: np.frombuffer(json.dumps(progress).encode(), np.uint8)}
        for kind, values in (("variable", self.variables), ("best", self.best or [])):
            arrays |= {f"{kind}/{i}": value for i, value in enumerate(values)}
        return snapshot.pack(arrays)  # type: ignore[arg-type]

    @classmethod
    def unpack(cls, data: bytes) -> TrainingState:
        """The state of `pack`. Raises `ValueError` for anything else."""
        try:
            arrays = snapshot.unpack(data)
            progress = json.loads(arrays.pop(_PROGRESS).tobytes())
            kinds: dict[str, list[NDArray[Any]]] = {"variable": [], "best": []}
            for name, value in arrays.items():
                kinds[name.split("/")[0]].append(value)
            return cls(
                epoch=progress["epoch"],
                variables=kinds["variable"],
                rates=Rates(**progress["rates"]),
                plateau=Watch(**progress["plateau"]),
                stopping=Watch(**progress["stopping"]),
                best_epoch=progress["best_epoch"],
                best=kinds["best"] or None,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("This is not the state of a training.") from error
