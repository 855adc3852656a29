"""Sound -> log-mel features: how loud each band of frequencies is, from frame to frame.

This file needs NumPy and SciPy and nothing of seqlab: an exported script takes it along as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOWEST = 60.0  # Hz, where the first band begins: below is hum, and no speech
FLOOR = -80.0  # dB below the loudest value of a take; what is quieter counts as this
LARGEST_TRANSFORM = 16_384  # points
BLOCK = 256  # frames whose spectra are worked out at once

Reals = NDArray[np.float64]


def mel(hertz: float) -> float:
    """A frequency on the mel scale, 2595 log10(1 + f / 700) (O'Shaughnessy 1987; HTK).

    Example:
        >>> round(mel(1000.0), 1)
        1000.0
    """
    return 2595 * math.log10(1 + hertz / 700)


def band_edges(bands: int, rate: int) -> Reals:
    """Where bands begin, peak and end, (bands + 2,) in Hz: evenly spaced in mel up to rate / 2.

    Band i begins at edge i, peaks at edge i + 1 and ends at edge i + 2.
    """
    steps = np.linspace(mel(LOWEST), mel(rate / 2), bands + 2)
    edges: Reals = 700 * (10 ** (steps / 2595) - 1)
    return edges


def mel_matrix(bands: int, rate: int, points: int) -> Reals:
    """Triangles of height 1 over the frequencies of a transform, (bands, points // 2 + 1).

    Args:
        bands: how many.
        rate: samples a second.
        points: of the Fourier transform.
    """
    edges = band_edges(bands, rate)[:, np.newaxis]
    frequencies = np.fft.rfftfreq(points, 1 / rate)
    low, peak, high = edges[:-2], edges[1:-1], edges[2:]
    rising = (frequencies - low) / (peak - low)
    falling = (high - frequencies) / (high - peak)
    return np.maximum(0, np.minimum(rising, falling))


def resampled(signal: Reals, rate: int, wanted: int) -> Reals:
    """A signal (samples,) with another number of samples a second, through a low-pass filter.

    Args:
        signal: (samples,).
        rate: its samples a second.
        wanted: the samples a second of the result.
    """
    from scipy.signal import resample_poly  # not above: it takes a third of a second to import

    common = math.gcd(rate, wanted)
    changed: Reals = resample_poly(signal, wanted // common, rate // common)
    return changed


@dataclass(frozen=True)
class LogMel:
    """How the features of a sound are made.

    Frames of `frame_ms` lie `hop_ms` apart, each under a Hann window. Its power spectrum is summed
    up in triangular mel bands and said in dB below the loudest value of the take: how far somebody
    sits from the microphone makes no difference.

    Attributes:
        rate: samples a second of what it is given.
        frame_ms, hop_ms: length and distance of frames, in milliseconds.
        bands: mel bands, the features of each step.
        trim_db: frames at both ends are cut whose power lies so many dB below that of the loudest
            one; 0 keeps them.

    Example:
        >>> tone = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
        >>> made = LogMel()
        >>> features = made.of(tone)
        >>> features.shape, round(float(made.centres[features.mean(axis=0).argmax()]))
        ((98, 40), 452)
    """

    rate: int = 16_000
    frame_ms: float = 25.0
    hop_ms: float = 10.0
    bands: int = 40
    trim_db: float = 30.0

    @property
    def centres(self) -> Reals:
        """Where each band peaks, (bands,) in Hz."""
        return band_edges(self.bands, self.rate)[1:-1]

    def seconds(self, frames: int) -> float:
        """How long so many frames last."""
        return ((frames - 1) * self.hop_ms + self.frame_ms) / 1000

    @property
    def sentence(self) -> str:
        """How features are made, in a sentence."""
        trimmed = f", quiet ends ({self.trim_db:g} dB) cut" if self.trim_db else ""
        return (
            f"Log-mel features: {self.bands} bands up to {self.rate / 2000:g} kHz, frames of "
            f"{self.frame_ms:g} ms every {self.hop_ms:g} ms, in dB below the loudest{trimmed}."
        )

    def of(self, signal: Reals) -> Reals:
        """The features of a signal (samples,) at `rate`: (frames, bands) in dB, 0 the loudest.

        A signal that is shorter than a frame is filled up with zeros to one.
        """
        power, loudness = self._spectra(signal)
        if self.trim_db > 0:
            heard = np.flatnonzero(loudness > loudness.max() * 10 ** (-self.trim_db / 10))
            if len(heard):
                power = power[heard[0] : heard[-1] + 1]
        return np.maximum(10 * np.log10(np.maximum(power / power.max(initial=1e-30), 1e-30)), FLOOR)

    def _spectra(self, signal: Reals) -> tuple[Reals, Reals]:
        """The power in each band, (frames, bands), and in each frame, (frames,)."""
        frame = max(2, round(self.rate * self.frame_ms / 1000))
        hop = max(1, round(self.rate * self.hop_ms / 1000))
        centred = np.zeros(max(frame, len(signal)))
        centred[: len(signal)] = signal - (signal.mean() if len(signal) else 0)
        points = 2 ** math.ceil(math.log2(frame))
        matrix = mel_matrix(self.bands, self.rate, points)
        while not matrix.any(axis=1).all() and points < LARGEST_TRANSFORM:
            points *= 2  # narrow bands at the bottom need more frequencies, by padding with zeros
            matrix = mel_matrix(self.bands, self.rate, points)
        # Only frames that lie in the signal altogether, (frames, samples of a frame), and a block
        # of them at a time: the spectra of all would take much memory.
        frames = np.lib.stride_tricks.sliding_window_view(centred, frame)[::hop]
        window = np.hanning(frame + 1)[:-1]  # periodic
        in_bands, in_all = np.empty((len(frames), self.bands)), np.empty(len(frames))
        for start in range(0, len(frames), BLOCK):
            block = slice(start, start + BLOCK)
            spectra = np.abs(np.fft.rfft(frames[block] * window, points)) ** 2
            in_bands[block], in_all[block] = spectra @ matrix.T, spectra.sum(axis=1)
        return in_bands, in_all
