"""A word that somebody says, and what a network makes of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.inspection.networks import output_of
from seqlab.inspection.sequences import Sequence
from seqlab.lens.generate import predict
from seqlab.lens.stack import Stack


def spoken(dataset: Dataset, features: NDArray[np.floating]) -> Sequence:
    """A take as the network of these data reads it: scaled, and padded as in training.

    Args:
        dataset: of sounds.
        features: (frames, bands) in dB, made as those of the dataset were.
    """
    scaled = dataset.input_scaling.apply(np.asarray(features, np.float64))
    x = np.zeros((max(dataset.timesteps, len(scaled)), scaled.shape[1]), dataset.x.dtype)
    x[: len(scaled)] = scaled
    return Sequence(x, None, len(scaled), "the word that you said")


def word_probabilities(
    network: Stack, dataset: Dataset, features: NDArray[np.floating]
) -> NDArray[np.float64]:
    """The probability of each word of the dataset, (classes,), for one take.

    Args:
        network: trained on the dataset.
        dataset: of sounds.
        features: (frames, bands) in dB, made as those of the dataset were.
    """
    take = spoken(dataset, features)
    raw = predict(network, take.x[np.newaxis], take.batch_mask)
    return output_of(network, dataset, raw)[0]
