"""Archives of sounds that were made to hold a server or to fill it."""

import io
import struct
import time
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqlab.data.reader.bytes import takes
from seqlab.data.upload import Table, UploadError, read_table
from tests.sounds import RATE, archive, sound, tone, words

WHOLE = words(2)
ENCODED = {
    kind: sound(tone("up", 0.15), kind=kind) for kind in ("WAV", "FLAC", "OGG", "MP3", "AIFF")
}
SMALL = {f"{word}/{k}.wav": sound(tone(word, 0.15)) for word in ("up", "down") for k in (0, 1)}


def header(promised: int, rate=RATE, channels=1) -> bytes:
    """A WAV file whose header promises more than it holds."""
    width = 2 * channels
    start = struct.pack("<4sI4s4sI", b"RIFF", 36 + promised, b"WAVE", b"fmt ", 16)
    kind = struct.pack("<HHIIHH", 1, channels, rate, min(rate * width, 2**32 - 1), width, 16)
    return start + kind + struct.pack("<4sI", b"data", promised) + bytes(1000)


def check(data: bytes) -> None:
    """A table of finite features, or a sentence that was written for this case."""
    table = error = None
    try:
        table = read_table(data, "words.zip")
    except UploadError as refused:
        error = str(refused)
    assert "could not be understood" not in (error or "")
    if error is None:
        assert isinstance(table, Table)
        assert all(np.isfinite(each).all() for each in table.speech.features)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=12
    ),
    end=st.integers(40, len(WHOLE)),
)
def test_a_mutated_archive_gives_a_table_or_a_sentence(changes, end):
    data = bytearray(WHOLE)
    for place, byte in changes:
        data[place] = byte
    check(bytes(data[:end]))


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(list(ENCODED)),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_a_mutated_sound_gives_a_table_or_a_sentence(kind, changes):
    data = bytearray(ENCODED[kind])
    for place, byte in changes:
        data[int(place * len(data))] = byte
    check(archive(SMALL | {f"up/2.{kind.casefold()}": bytes(data)}))


def test_headers_that_promise_too_much_cost_nothing():
    files = SMALL | {
        "up/long.wav": header(2**31),
        "up/fast.wav": header(1000, rate=2_000_000_000),
        "up/wide.wav": header(2**30, channels=1000),
        "up/slow.wav": header(1000, rate=10),
    }
    tracemalloc.start()
    start = time.process_time()
    table = read_table(archive(files), "words.zip")
    spent, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(table.frame) == 4
    assert spent < 10
    assert peak < 200 * 2**20


def test_an_archive_of_too_much_is_measured_before_it_is_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for k in range(3):
            with file.open(f"up/{k}.wav", "w") as member:
                member.write(header(80 * 2**20))
                for _ in range(80):
                    member.write(bytes(2**20))
    tracemalloc.start()
    with pytest.raises(UploadError, match="take 240 MB unpacked; at most 200 MB"):
        read_table(out.getvalue(), "bomb.zip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_a_member_that_is_larger_than_its_entry_says_is_not_unpacked_further(monkeypatch):
    monkeypatch.setattr(takes, "MOST_UNPACKED", 10_000)
    monkeypatch.setattr(takes, "_check", lambda *_: None)  # as if its sizes were lies
    with pytest.raises(UploadError, match="unpacked, and that is the most that is read"):
        read_table(WHOLE, "words.zip")


def test_more_sounds_than_can_be_read_are_refused(monkeypatch):
    monkeypatch.setattr(takes, "MOST_FILES", 3)
    with pytest.raises(UploadError, match="holds 4 sounds; at most 3 are read"):
        read_table(archive(SMALL), "words.zip")


def test_many_other_files_are_not_looked_through(monkeypatch):
    monkeypatch.setattr(takes, "MOST_MEMBERS", 5)
    others = {f"{k}.txt": b"" for k in range(3)}
    with pytest.raises(UploadError, match="holds 7 files; at most 5 are looked through"):
        read_table(archive(SMALL | others), "words.zip")


def test_an_archive_with_a_password_is_named():
    data = bytearray(archive(SMALL))
    at = data.find(b"PK\x01\x02")
    while at >= 0:  # the flag of each entry in the list at the end
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    with pytest.raises(UploadError, match="locked by a password"):
        read_table(bytes(data), "words.zip")


def test_a_very_long_sound_is_read_up_to_a_minute():
    quiet = 0.1 * np.sin(np.arange(70 * 4_000))
    long = sound(quiet, 4_000)
    files = {"a/0.wav": long, "b/0.wav": long}
    table = read_table(archive(files), "words.zip")
    assert table.speech.seconds.tolist() == [60] * 2
    told = next(f.message for f in table.findings if f.code == "long_takes")
    assert told == "2 takes longer than 60 seconds: only their beginning was read."


def test_sounds_that_last_too_long_together_are_refused(monkeypatch):
    from seqlab.data import speech

    monkeypatch.setattr(speech, "MOST_SECONDS_OF_ALL", 1)
    with pytest.raises(UploadError, match=r"the most that is read\. Keep a part"):
        read_table(WHOLE, "words.zip")
    monkeypatch.undo()
    monkeypatch.setattr(speech, "MOST_VALUES", 1_000)
    with pytest.raises(UploadError, match=r"40 bands every 10 ms that is \S+ values"):
        read_table(WHOLE, "words.zip")
