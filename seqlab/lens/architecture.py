"""What the lens must know of a network beside its weights: told, never guessed from shapes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

KEY = "architecture"  # its name among the arrays of a snapshot


@dataclass(frozen=True)
class Architecture:
    """How the layers of a network are put together; JSON in each snapshot.

    Attributes:
        layers: by layer name what `lens.bptt.Layer` knows beside the weights, the "cell" above
            all, and the "activation" of a head. For a `Bidirectional` those of its forward layer.
        sequences: whether the last recurrent layer hands on every step.
        masked: whether padding is skipped.
        decoder_steps: of an encoder-decoder, whose decoder is the last recurrent layer: how many
            steps it takes.
        decoder_embedding: the name of the embedding of the symbols that a decoder has written; ""
            for one that reads the encoder's last state at every step.
    """

    layers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sequences: bool = False
    masked: bool = True
    decoder_steps: int | None = None
    decoder_embedding: str = ""

    def to_array(self) -> NDArray[np.uint8]:
        """As bytes (n,), to stand among the weights of a snapshot."""
        return np.frombuffer(json.dumps(asdict(self)).encode(), np.uint8)

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Architecture | None:
        """The architecture of a snapshot; `None` for one of before it was kept."""
        if KEY not in arrays:
            return None
        return cls(**json.loads(arrays[KEY].tobytes()))
