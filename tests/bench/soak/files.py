"""Files that visitors upload: good ones, odd ones, and some made to do harm."""

from __future__ import annotations

import io
import math
import random
import zipfile
from collections.abc import Callable

import numpy as np

File = tuple[str, bytes]


def series(draw: random.Random) -> File:
    """A clean series, another one each time."""
    period, rows = draw.randint(7, 40), draw.randint(60, 900)
    lines = [f"{i},{math.sin(i / period) + draw.gauss(0, 0.1):.4f}" for i in range(rows)]
    return "series.csv", "\n".join(["t,value", *lines]).encode()


def gaps(draw: random.Random) -> File:
    """Semicolons, decimal commas, dates, gaps."""
    lines = [
        f"{1 + i % 28:02}.{1 + i // 28 % 12:02}.{2000 + i // 336};"
        + ("" if draw.random() < 0.05 else f"{i % 12},{draw.randint(0, 99):02}")
        for i in range(300)
    ]
    return "gaps.csv", "\n".join(["Datum;Wert", *lines]).encode("cp1252")


def sentences(draw: random.Random) -> File:
    """A running text."""
    words = ["gate", "state", "cell", "forgets", "keeps", "the", "a", "slowly"]
    return "text.txt", " ".join(draw.choice(words) for _ in range(800)).encode()


def arrays(draw: random.Random) -> File:
    """Sequences with a label each."""
    random_numbers = np.random.default_rng(draw.randint(0, 9))
    buffer = io.BytesIO()
    x, y = random_numbers.normal(size=(60, 12, 2)), np.arange(60) % 2
    np.savez(buffer, x=(x + y[:, None, None]).astype("f4"), y=y)
    return "sequences.npz", buffer.getvalue()


def noise(draw: random.Random) -> File:
    """No table at all."""
    return "noise.csv", draw.randbytes(4_000)


def empty(_: random.Random) -> File:
    """Nothing."""
    return "empty.csv", b""


def brackets(_: random.Random) -> File:
    """What slow patterns would look at for ever."""
    return "brackets.csv", b"a,b\n" + b"[" * 600 + b",1\n" + b"(" * 600 + b",2\n"


def letters(_: random.Random) -> File:
    """One long word and a byte that is no UTF-8."""
    return "letters.csv", b"a" * 25_000 + b"\xe9\n1\n2\n"


def wide(_: random.Random) -> File:
    """A header of very many names."""
    return "wide.csv", b",".join(b"c%d" % i for i in range(20_000)) + b"\n1,2\n"


def bomb(_: random.Random) -> File:
    """Arrays that are small as a file and large in memory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(6):
            array = io.BytesIO()
            np.save(array, np.zeros(4_000_000, "f8"))
            archive.writestr(f"x{i}.npy", array.getvalue())
    return "bomb.npz", buffer.getvalue()


FILES: list[Callable[[random.Random], File]] = [
    *(series, series, gaps, sentences, arrays, noise, empty, brackets, letters, wide, bomb)
]
