"""Sounds for tests: words of tones, made here, and archives of them."""

import io
import zipfile

import numpy as np
import soundfile

RATE = 16_000


def tone(word: str, seconds=0.4, rate=RATE, seed=0, silence=0.2):
    """ "up" rises from 300 to 2,400 Hz, "down" falls, "flat" stays at 900; silence around it."""
    n = int(seconds * rate)
    low, high = {"up": (300, 2400), "down": (2400, 300), "flat": (900, 900)}[word]
    phase = 2 * np.pi * np.cumsum(np.linspace(low, high, n)) / rate
    noise = np.random.default_rng(seed).standard_normal(n)
    quiet = np.zeros(int(silence * rate))
    return np.concatenate([quiet, 0.5 * np.sin(phase) + 0.002 * noise, quiet])


def sound(samples, rate=RATE, kind="WAV", subtype=None) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format=kind, subtype=subtype)
    return out.getvalue()


def archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def words(takes=4, of=("up", "down"), **how) -> bytes:
    """An archive with a folder for each word; the takes last longer and longer."""
    return archive(
        {
            f"{word}/{word}_{k}.wav": sound(tone(word, 0.3 + 0.05 * k, seed=k, **how))
            for word in of
            for k in range(takes)
        }
    )
