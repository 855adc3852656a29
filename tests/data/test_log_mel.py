"""Log-mel features against the formulas, written out once more, and against numbers of librosa."""

import math

import numpy as np
import pytest

from seqlab.data.log_mel import FLOOR, LOWEST, LogMel, mel, mel_matrix, resampled
from tests.sounds import RATE, tone


def triangle(frequency, low, peak, high):
    if low < frequency <= peak:
        return (frequency - low) / (peak - low)
    return (high - frequency) / (high - peak) if peak < frequency < high else 0.0


@pytest.mark.parametrize(("bands", "rate", "points"), [(40, 16_000, 512), (24, 8_000, 256)])
def test_the_bands_are_triangles_evenly_spaced_in_mel(bands, rate, points):
    """One filter and one frequency at a time, with HTK's formula and its inverse by logarithms."""
    top, bottom = (1127.01048 * math.log(1 + f / 700) for f in (rate / 2, LOWEST))  # 2595 log10
    step = (top - bottom) / (bands + 1)
    edges = [700 * (math.exp((bottom + k * step) / 1127.01048) - 1) for k in range(bands + 2)]
    wanted = [
        [triangle(k * rate / points, *edges[band : band + 3]) for k in range(points // 2 + 1)]
        for band in range(bands)
    ]
    np.testing.assert_allclose(mel_matrix(bands, rate, points), wanted, atol=1e-5)


def test_the_bands_are_those_of_librosa():
    """librosa 0.11: filters.mel(sr=16000, n_fft=512, n_mels=40, fmin=60, htk=True, norm=None)."""
    matrix = mel_matrix(40, 16_000, 512)
    found = matrix[[0, 5, 20, 39], [3, 13, 74, 250]]
    np.testing.assert_allclose(found, [0.7249, 0.692417, 0, 0.373355], atol=1e-6)
    assert mel(1000) == pytest.approx(999.9855371396244)


@pytest.mark.parametrize(
    ("rate", "frame_ms", "hop_ms", "bands"),
    [(16_000, 25, 10, 40), (8_000, 25, 10, 40), (22_050, 23.3, 7.1, 64), (16_000, 20, 30, 24)],
)
def test_features_are_those_of_frames_cut_by_hand(rate, frame_ms, hop_ms, bands):
    signal = np.random.default_rng(3).standard_normal(7_001)
    made = LogMel(rate, frame_ms, hop_ms, bands, trim_db=0)
    frame, hop = round(rate * frame_ms / 1000), round(rate * hop_ms / 1000)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frame) / frame)
    centred = signal - signal.mean()
    points = 2 ** math.ceil(math.log2(frame))
    while not mel_matrix(bands, rate, points).any(axis=1).all():
        points *= 2
    power = []
    for start in range(0, len(signal) - frame + 1, hop):
        spectrum = np.fft.rfft(centred[start : start + frame] * window, points)
        power.append(mel_matrix(bands, rate, points) @ (np.abs(spectrum) ** 2))
    wanted = np.maximum(10 * np.log10(np.array(power) / np.max(power)), FLOOR)
    np.testing.assert_allclose(made.of(signal), wanted, atol=1e-9)


def test_a_tone_is_loudest_in_the_band_around_it():
    for hertz in (150, 440, 1000, 3000, 6000):
        signal = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
        made = LogMel()
        loudest = made.of(signal).mean(axis=0).argmax()
        assert np.abs(made.centres - hertz).argmin() == loudest


def test_neither_level_nor_a_constant_part_makes_a_difference():
    signal = tone("up")
    np.testing.assert_allclose(LogMel().of(signal), LogMel().of(0.01 * signal + 0.3), atol=1e-6)


def test_quiet_ends_are_cut_and_the_middle_stays():
    whole, trimmed = LogMel(trim_db=0).of(tone("up")), LogMel(trim_db=30).of(tone("up"))
    assert LogMel().seconds(len(whole)) == pytest.approx(0.8, abs=0.01)
    assert LogMel().seconds(len(trimmed)) == pytest.approx(0.4, abs=0.05)
    start = next(i for i in range(len(whole)) if np.array_equal(whole[i], trimmed[0]))
    np.testing.assert_array_equal(whole[start : start + len(trimmed)], trimmed)


def test_what_is_shorter_than_a_frame_or_silent_has_finite_features():
    for signal in (np.zeros(RATE), np.ones(10), np.array([0.5]), np.zeros(0)):
        features = LogMel().of(signal)
        assert np.isfinite(features).all()
        assert features.shape[1] == 40


def test_every_band_hears_something_however_narrow():
    made = LogMel(rate=8_000, frame_ms=5, bands=128, trim_db=0)
    features = made.of(np.random.default_rng(0).standard_normal(8_000))
    assert (features.max(axis=0) > FLOOR).all()


def test_resampling_keeps_a_tone_and_removes_what_would_fold():
    time = np.arange(48_000) / 48_000
    kept = resampled(np.sin(2 * np.pi * 440 * time), 48_000, 16_000)
    wanted = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    np.testing.assert_allclose(kept[500:-500], wanted[500:-500], atol=0.01)
    gone = resampled(np.sin(2 * np.pi * 11_000 * time), 48_000, 16_000)
    assert np.abs(gone[500:-500]).max() < 0.01
