"""Small files of a wave, and what the reader says of them."""

import io
import math

import numpy as np
import pandas as pd

N = 36
DAYS = pd.date_range("2020-01-01", periods=N, freq="D")
HOURS = pd.date_range("2020-01-01", periods=N, freq="h")
WAVE = [round(10 + 5 * math.sin(i / 3), 3) for i in range(N)]


def text(*columns, header="date,value", sep=",", end="\n"):
    rows = [sep.join(map(str, row)) for row in zip(*columns, strict=True)]
    return end.join([header, *rows] if header else rows) + end


def told(table):
    return "\n".join(f"{f.level} {f.code}: {f.message}" for f in table.findings)


def warnings(table):
    return {f.code for f in table.findings if f.level == "warning"}


def npz(compressed=False, **arrays):
    """The bytes of an archive of NumPy arrays."""
    out = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(out, **arrays)
    return out.getvalue()
