"""Words out of a formula: a buzz through moving resonances, heard as log-mel frames.

A word here is a glide from one vowel to another. Every two words are mirror images of each other,
so what sounds are in a word does not tell them apart: their order does.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from seqlab.data import sequences
from seqlab.data.dataset import Dataset
from seqlab.data.entry import Entry, knob, samples, seed
from seqlab.data.log_mel import LogMel
from seqlab.experiment import Data

Reals = NDArray[np.float64]

MADE = LogMel(rate=8000, frame_ms=32, hop_ms=20, bands=16)
# The first three resonances of the vocal tract of men, in Hz: Peterson & Barney (1952), table II.
FORMANTS = {
    "i": np.array([270.0, 2290.0, 3010.0]),
    "a": np.array([730.0, 1090.0, 2440.0]),
    "u": np.array([300.0, 870.0, 2240.0]),
}
BANDWIDTHS = np.array([60.0, 90.0, 150.0])  # Hz, of the order of those in Klatt (1980)
WORDS = {"we": "ui", "you": "iu", "eye": "ai", "yah": "ia"}  # from one vowel to the other
SECONDS = 0.2, 0.5  # how long a word may take
PITCH = 90.0, 240.0  # Hz
TRACT = 0.9, 1.25  # how much higher resonances are than a man's: a shorter vocal tract
STEP = 20  # samples
EDGE = 0.03  # seconds in which a word swells and fades


def spoken_words(data: Data) -> Dataset:
    """Which of four words was said? Every word by a voice of its own.

    x: (n, frames, bands) log-mel features, padded and masked; y: the word. `noise` is the breath
    and the room: white noise, as a share of the loudness of the voice.
    """
    generator = np.random.default_rng(data.data_seed)
    spoken = [list(WORDS)[k] for k in np.arange(data.samples) % len(WORDS)]
    features = [MADE.of(sound(word, generator, data.noise)) for word in spoken]
    names = tuple(f"{centre:.0f} Hz" for centre in MADE.centres)
    made = sequences.classified(features, spoken, names, "word", data, (MADE.sentence,))
    return replace(made, log_mel=MADE)


def sound(word: str, generator: np.random.Generator, noise: float = 0.0) -> Reals:
    """One word by one voice: (samples,) at `MADE.rate`, with a mean square of 1 before the noise.

    A voice is the harmonics of a falling pitch, each as loud as `passed` lets it, with 6 dB less
    for every octave: about that of a voice at the lips.

    Args:
        word: one of the vocabulary.
        generator: draws the voice.
        noise: its standard deviation.
    """
    rate = MADE.rate
    n = int(rate * generator.uniform(*SECONDS))
    time = np.linspace(0, 1, n)
    pitch = generator.uniform(*PITCH) * (1 - generator.uniform(0.0, 0.25) * time)  # (n,) Hz
    turn, steep = generator.uniform(0.35, 0.65), generator.uniform(8, 20)
    share = 1 / (1 + np.exp(-steep * (time - turn)))[:, None]  # of the second vowel
    first, second = (FORMANTS[vowel] for vowel in WORDS[word])
    formants = generator.uniform(*TRACT) * ((1 - share) * first + share * second)  # (n, 3) Hz
    harmonic = np.arange(1, int(rate / 2 / pitch.min()) + 1)
    # What the formants let pass changes slowly: it is worked out for every `STEP`th sample.
    frequency = pitch[::STEP, None] * harmonic  # (n / STEP, harmonics) Hz
    loudness = passed(frequency, formants[::STEP]) / harmonic * (frequency < rate / 2)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    waves = np.sin(phase[:, None] * harmonic)  # (n, harmonics)
    voice = np.einsum("nh,nh->n", waves, loudness.repeat(STEP, axis=0)[:n])
    voice *= np.minimum(1, np.minimum(np.arange(n), np.arange(n)[::-1]) / (EDGE * rate))
    voice /= np.sqrt(np.mean(voice**2))
    heard: Reals = voice + noise * generator.standard_normal(n)
    return heard


def passed(frequency: Reals, formants: Reals) -> Reals:
    """How much of each frequency resonances in a row let pass, 1 of the lowest (Klatt, 1980).

    One of them passes |H(f)| = 1 / |1 - (f / F)^2 + i f B / F^2| at formant F of bandwidth B.

    Args:
        frequency: (n, harmonics) in Hz.
        formants: (n, 3) in Hz.
    """
    gain = np.ones_like(frequency)
    for formant, width in zip(formants.T, BANDWIDTHS, strict=True):
        ratio = frequency / formant[:, None]
        gain /= np.hypot(1 - ratio**2, ratio * width / formant[:, None])
    return gain


ENTRIES = (
    Entry(
        "spoken_words",
        "Synthesised words",
        "Classification",
        "Which of four words was said, “we”, “you”, “eye” or “yah”?",
        (
            knob("noise", "Noise", 0.3, help="White noise; the voice is 1.", difficulty=True),
            samples(320),
            seed(),
        ),
        spoken_words,
        "ln 4 = 1.386: four words, all as likely. Each has a mirror image among them.",
        "written for seqlab; formants of Peterson & Barney (1952), resonances of Klatt (1980)",
    ),
)
