"""Files are read in another process: the same tables, and limits that hold."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import psutil
import pytest

from seqlab.data.reader.stages import STAGES
from seqlab.data.upload import UploadError, read_table
from seqlab.experiment import ParseOptions
from seqlab.runs import file_reader
from seqlab.runs.child import child_environment
from seqlab.runs.file_reader import FileReader
from tests.sounds import sound, tone, words

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


def test_sounds_are_decoded_there_too(reader):
    there, here = reader.read(words(2), "words.zip"), read_table(words(2), "words.zip")
    pd.testing.assert_frame_equal(there.frame, here.frame)
    assert there.speech.made == here.speech.made
    for one, other in zip(there.speech.features, here.speech.features, strict=True):
        np.testing.assert_array_equal(one, other)


FIRST_TAKE = """
import pathlib, sys
from seqlab.data.reader import serve
from seqlab.data.upload import read_table

serve._decoders()
before = set(sys.modules)
taken = read_table(pathlib.Path(sys.argv[1]).read_bytes(), "take.wav")
new = {name for name in set(sys.modules) - before if name.startswith(("scipy", "soundfile"))}
assert taken.speech.features[0].shape[1] and not new, sorted(new)[:5]
"""


def test_a_first_take_waits_for_no_library(tmp_path):
    """At another sample rate, so that it is resampled, too."""
    path = tmp_path / "take.wav"
    path.write_bytes(sound(tone("up", rate=44_100), 44_100))
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_TAKE, path],
        capture_output=True, text=True, check=False, env=child_environment(),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr


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


def large() -> bytes:
    rows = "".join(f"{i},{i % 97}.5,{i % 89}.25,word {i % 7}\n" for i in range(300_000))
    return b"a,b,c,d\n" + rows.encode()


def test_a_file_that_is_being_read_says_how_far_it_is_and_can_be_given_up(reader):
    reader.read(CSV, "a.csv")  # its process is warm
    job = reader.begin(large(), "large.csv")
    seen = set()
    while len(seen) < 2 and not job.done:
        seen.add(job.stage)
        time.sleep(0.005)
    assert seen & set(STAGES)
    assert 0 <= job.share < 1
    assert 0 < job.seconds < job.limit
    job.cancel()
    with pytest.raises(UploadError, match="cancelled"):
        job.result()
    assert reader.read(CSV, "a.csv").kind == "series"  # by another process


def test_one_that_waits_for_others_can_be_given_up_too(reader):
    for _ in range(file_reader.AT_ONCE):
        reader._turns.acquire()
    try:
        job = reader.begin(CSV, "a.csv")
        assert not job.wait(0.2)
        assert (job.stage, job.seconds) == (file_reader.WAITING, 0)
        job.cancel()
        with pytest.raises(UploadError, match="cancelled"):
            job.result()
    finally:
        for _ in range(file_reader.AT_ONCE):
            reader._turns.release()
