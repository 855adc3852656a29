"""Files that were made to hold a server or to fill it, each as small as it gets."""

import gc
import io
import threading
import time
import tracemalloc
import zipfile
from contextlib import suppress

import numpy as np
import pytest

from seqlab.data.dataset import DataError
from seqlab.data.reader.vocabulary import key
from seqlab.data.sequences import pad
from seqlab.data.text import UNKNOWN, encode
from seqlab.data.upload import Table, UploadError, read_table

MOST_MB, MOST_SECONDS = 400, 3.0  # of memory at the peak, and of processor time


def bomb(count: int = 12) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(count):
            with archive.open(f"x{i}.npy", "w") as member:
                header = {"descr": "<f8", "fortran_order": False, "shape": (8_000_000,)}
                np.lib.format.write_array_header_1_0(member, header)
                for _ in range(8):
                    member.write(bytes(8_000_000))
    return buffer.getvalue()


FILES = {
    "brackets": b"a,b\n" + b"\n".join(b"[" * 300 + b",%d" % i for i in range(40)),
    "round brackets": b"(" * 300 + b",b\n" + b"1,2\n" * 40,
    "blanks and signs": b"a,b\n" + (b"1" + b" " * 3000 + b"(,2\n") * 20,
    "digits and commas": b"a;b\n" + (b"1," * 2000 + b"x;2\n") * 20,
    "one long word": b"a" * 25_000 + b"\xe9\n1\n2\n",
    "names of brackets": b",".join(b"[" * 40 for _ in range(2_000))
    + b"\n"
    + b"1," * 1_999
    + b"1\n",
    "a wide header over short rows": b",".join(b"c%d" % i for i in range(20_000))
    + b"\n1\n" * 2_000,
}


@pytest.mark.parametrize("name", FILES)
def test_a_small_file_takes_little_time_and_memory(name):
    tracemalloc.start()
    start = time.process_time()
    with suppress(UploadError):
        assert isinstance(read_table(FILES[name], "file.csv"), Table)
    spent, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 3 * MOST_SECONDS  # counting memory makes it slower
    assert peak < MOST_MB * 2**20


def test_an_archive_is_measured_before_it_is_unpacked():
    data = bomb()
    tracemalloc.start()
    with pytest.raises(UploadError, match="732 MB unpacked; at most 152 MB"):
        read_table(data, "bomb.npz")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_targets_of_no_length_are_refused_in_words():
    buffer = io.BytesIO()
    np.savez(buffer, x=np.zeros((5, 3, 1)), y=np.zeros((5, 0), int))
    with pytest.raises(UploadError, match="holds no target at all"):
        read_table(buffer.getvalue(), "zero.npz")


def test_one_very_long_sequence_among_many_is_not_filled_up():
    """Neither numbers nor words: 3,001 sequences of 300,000 steps would take gigabytes."""
    short, long = np.zeros((2, 1)), np.zeros((300_000, 1))
    with pytest.raises(DataError, match="Cut the long ones") as caught:
        pad([long, *[short] * 3_000])
    assert caught.value.argument == "longest"
    assert pad([long[: caught.value.allowed], *[short] * 3_000])[0].shape[0] == 3_001
    texts = [["a"] * 300_000, *[["a", "b"]] * 3_000]
    with pytest.raises(DataError, match="a typical one 2"):
        encode(texts, ["", UNKNOWN, "a", "b"])


def test_the_collector_is_on_again_after_readers_that_overlap(monkeypatch):
    """The second one begins while it is off, and ends after the first one."""
    from seqlab.data import upload

    inside, leave = threading.Barrier(2), threading.Event()
    assert gc.isenabled()

    def read(_data, _name, _wish):
        assert not gc.isenabled()
        inside.wait(10)
        if threading.current_thread() is second:
            leave.wait(10)
        raise UploadError("enough")

    def reads():
        with pytest.raises(UploadError):
            read_table(b"", "a.csv")

    monkeypatch.setattr(upload, "_read", read)
    first, second = (threading.Thread(target=reads) for _ in range(2))
    first.start()
    second.start()
    first.join(10)
    assert not gc.isenabled()
    leave.set()
    second.join(10)
    assert gc.isenabled()


def test_a_table_says_what_it_takes():
    lines = b"a,one two three four five\nb,six seven eight nine ten\n" * 5_000
    assert read_table(b"label,text\n" + lines, "w.csv").nbytes > len(lines) / 2
    buffer = io.BytesIO()
    np.savez(buffer, x=np.zeros((500, 60, 4)), y=np.arange(500) % 2)
    assert read_table(buffer.getvalue(), "x.npz").nbytes >= 500 * 60 * 4 * 8


def test_names_lose_their_units_whatever_brackets_stand_there():
    assert key("Speed [km/h] (mean)") == "speed"
    assert key("value (kg") == "value kg"
    assert key("[[a]") == ""
