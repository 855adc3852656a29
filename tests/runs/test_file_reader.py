"""Files are read in another process: the same tables, and limits that hold."""

import os
import signal
import time

import pandas as pd
import psutil
import pytest

from seqlab.data.upload import UploadError, read_table
from seqlab.experiment import ParseOptions
from seqlab.runs import file_reader
from seqlab.runs.file_reader import FileReader

CSV = b"day,v\n" + b"".join(b"2020-01-%02d,%d.5\n" % (i, i * i) for i in range(1, 29))


@pytest.fixture(scope="module")
def reader():
    found = FileReader()
    found.start()
    yield found
    found.close()


def children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if file_reader.PROGRAM in " ".join(child.cmdline())
    ]


def test_a_table_is_what_it_is_in_this_process(reader):
    there, here = reader.read(CSV, "a.csv"), read_table(CSV, "a.csv")
    pd.testing.assert_frame_equal(there.frame, here.frame)
    assert there.findings == here.findings
    assert (there.kind, there.time, there.numeric) == (here.kind, here.time, here.numeric)
    told = reader.read(CSV, "a.csv", ParseOptions(time=""))
    assert told.time is None


def test_a_refusal_is_the_same_sentence(reader):
    with pytest.raises(UploadError, match="empty"):
        reader.read(b"", "a.csv")
    assert len(children()) == 1  # it takes the next file


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read(monkeypatch):
    reader = FileReader(seconds=0.2)
    try:
        start = time.monotonic()
        with pytest.raises(UploadError, match=r"longer than 0\.2 seconds"):
            reader.read(CSV, "a.csv")  # the process has not even started by then
        assert time.monotonic() - start < 3
        monkeypatch.setattr(reader, "_seconds", 30)
        assert reader.read(CSV, "a.csv").kind == "series"
    finally:
        reader.close()


def test_a_file_that_takes_too_much_memory_is_given_up():
    reader = FileReader(gigabytes=0.02)
    try:
        with pytest.raises(UploadError, match=r"more than 0\.02 GB"):
            reader.read(CSV, "a.csv")
    finally:
        reader.close()


def test_a_process_that_dies_is_told_and_replaced(reader, monkeypatch):
    reader.read(CSV, "a.csv")
    for child in children():
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert reader.read(CSV, "a.csv").kind == "series"


def test_nothing_is_left_behind():
    reader = FileReader()
    reader.start()
    reader.read(CSV, "a.csv")
    before = {child.pid for child in children()}
    reader.close()
    time.sleep(0.2)
    assert not before & {child.pid for child in children() if child.status() != "zombie"} or (
        len(children()) < len(before)
    )


def test_it_finds_seqlab_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    reader = FileReader()
    try:
        assert reader.read(CSV, "a.csv").kind == "series"
    finally:
        reader.close()
