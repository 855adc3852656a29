"""How long files take to be read: `python -m tests.bench.files [REPEATS]`.

200,000 rows should take less than 3 s, honest files of 12 to 16 MB less than 10 s. Each file is
made here and read as the server reads it, in a process of its own that is warm; the fastest of the
repeats counts, since other work on the machine can only make it slower; the seconds of the
processor tell what is left of the time when other work is taken off.
"""

import io
import json
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import psutil

from seqlab.runs.file_reader import FileReader

RNG = np.random.default_rng(0)
WORDS = ("alpha", "beta", "gamma", "delta", "one", "two", "three", "red", "blue", "green")


def numbers(rows: int, columns: int) -> pd.DataFrame:
    frame = pd.DataFrame(RNG.normal(20, 5, (rows, columns)).round(3))
    frame.columns = [f"sensor_{i}" for i in range(columns)]
    return frame


def dated(rows: int, columns: int) -> pd.DataFrame:
    frame = numbers(rows, columns)
    frame.insert(0, "time", pd.date_range("2020-01-01", periods=rows, freq="min"))
    return frame


def rows_200k() -> bytes:
    return dated(200_000, 3).to_csv(index=False).encode()


def plain() -> bytes:
    return dated(250_000, 5).to_csv(index=False).encode()


def european() -> bytes:
    frame = dated(280_000, 4)
    frame["time"] = frame["time"].dt.strftime("%d.%m.%Y %H:%M")
    return frame.to_csv(index=False, sep=";", decimal=",").encode("cp1252")


def panel() -> bytes:
    frame = dated(4_000, 3)
    parts = [frame.assign(store=f"store {k}", item=k % 7) for k in range(70)]
    return pd.concat(parts).to_csv(index=False).encode()


def wide() -> bytes:
    frame = numbers(8_000, 250)
    frame["label"] = RNG.choice(["a", "b", "c"], 8_000)
    return frame.to_csv(index=False).encode()


def texts() -> bytes:
    lines = [
        f'"{" ".join(RNG.choice(WORDS, 30))}",{RNG.choice(["good", "bad"])}' for _ in range(85_000)
    ]
    return "\n".join(["text,label", *lines]).encode()


def untidy() -> bytes:
    """Quotes, units, gaps, thousands separators."""
    price = RNG.normal(5000, 900, 260_000)
    kinds = [str(i % 9) if i % 50 else "NA" for i in range(len(price))]
    lines = [
        f'"{i % 28 + 1:02}/03/{1000 + i // 28}","{p:,.2f}",{p / 100:.1f} kg,{kinds[i]}'
        for i, p in enumerate(price)
    ]
    return "\n".join(["day,price,weight,kind", *lines]).encode()


def records() -> bytes:
    frame = dated(105_000, 4)
    frame["time"] = frame["time"].astype(str)
    return json.dumps(frame.to_dict("records")).encode()


def parquet() -> bytes:
    file = io.BytesIO()
    dated(200_000, 6).to_parquet(file)
    return file.getvalue()


def workbook() -> bytes:
    file = io.BytesIO()
    dated(60_000, 5).to_excel(file, index=False)
    return file.getvalue()


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "200,000 rows of a date and 3 numbers": ("a.csv", rows_200k),
    "dates and 5 numbers": ("a.csv", plain),
    "European: semicolons, decimal commas": ("a.csv", european),
    "a panel of 70 stores": ("a.csv", panel),
    "8,000 sequences of 250 steps in rows": ("a.csv", wide),
    "texts with a label": ("a.csv", texts),
    "quotes, units, thousands separators": ("a.csv", untidy),
    "JSON, a list of records": ("a.json", records),
    "Parquet, 200,000 rows of 7 columns": ("a.parquet", parquet),
    "Excel workbook, 60,000 rows of 6 columns": ("a.xlsx", workbook),
}


def processor() -> float:
    """Seconds that this process and its children have computed: on a busy machine, the truth."""
    family = [psutil.Process(), *psutil.Process().children()]
    return sum(sum(each.cpu_times()[:2]) for each in family)


def main(repeats: int) -> None:
    reader = FileReader(seconds=300, gigabytes=2)
    reader.read(b"a,b\n1,2\n3,4\n", "warm.csv")
    print("| file | MB | rows read | seconds | of the processor |\n|--|--|--|--|--|", flush=True)
    for what, (name, make) in FILES.items():
        data, rows = make(), 0
        took = []
        for _ in range(repeats):
            start, before = time.perf_counter(), processor()
            rows = len(reader.read(data, name).frame)
            took.append((time.perf_counter() - start, processor() - before))
        clock, busy = min(took)
        size = f"{len(data) / 1e6:.1f}"
        print(f"| {what} | {size} | {rows:,} | {clock:.1f} | {busy:.1f} |", flush=True)
    reader.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
