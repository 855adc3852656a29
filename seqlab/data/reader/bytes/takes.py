"""A sound file, or a ZIP archive of sound files -> signals, each decoded within bounds.

libsndfile (the package soundfile) decodes. One file is in memory at a time, and of each no more is
decoded than `MOST_SECONDS`, whatever its header promises.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqlab.data.reader.bytes import packed
from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.bytes.packed import ZIP
from seqlab.data.reader.wording import names, shown

ENDINGS = frozenset({"wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc"})
OTHER_SOUNDS = frozenset({"m4a", "aac", "wma", "webm", "amr", "mp4", "3gp", "sph", "caf"})
RATES = (4_000, 192_000)  # samples a second
MOST_SECONDS = 60  # of one file
MOST_SAMPLES = 20_000_000  # of one file, all channels together
MOST_FILES = 5_000
MOST_MEMBERS = 2 * MOST_FILES  # with those that are no sounds
MOST_UNPACKED = 200 * 2**20  # bytes of all files together


@dataclass(frozen=True, eq=False)
class Take:
    """One decoded sound file.

    Attributes:
        name: its path in the archive.
        samples: (samples, channels) float32, from -1 to 1.
        rate: samples a second.
        cut: whether the file is longer than what was decoded.
    """

    name: str
    samples: NDArray[np.float32]
    rate: int
    cut: bool


@dataclass(frozen=True)
class Damaged:
    """A sound file that cannot be decoded."""

    name: str
    reason: str


def is_sound(data: bytes) -> bool:
    """Whether these are the bytes of one sound file that libsndfile may know."""
    return (
        data.startswith((b"fLaC", b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3"))
        or (data.startswith((b"RIFF", b"RIFX", b"RF64")) and data[8:12] == b"WAVE")
        or (data.startswith(b"FORM") and data[8:12] in (b"AIFF", b"AIFC"))
    )


def is_archive(data: bytes) -> bool:
    """Whether this is a ZIP archive with a sound file in it, by the names of its members."""
    if not data.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            endings = {_ending(member.filename) for member in packed.members(archive)}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
        return False  # the caller says what is wrong with it
    if ENDINGS.isdisjoint(endings) and not OTHER_SOUNDS.isdisjoint(endings):
        kinds = " and ".join(f".{ending}" for ending in sorted(OTHER_SOUNDS & endings))
        raise UploadError(
            f"The sounds of this archive are {kinds} files, which are not read. Save them as WAV, "
            "FLAC, OGG or MP3."
        )
    return not ENDINGS.isdisjoint(endings)


def others_of(data: bytes) -> list[str]:
    """The names of the files in an archive that are no sounds; none for a single file."""
    if not data.startswith(ZIP):
        return []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [m.filename for m in packed.members(archive) if _ending(m.filename) not in ENDINGS]


def read(data: bytes, name: str) -> Iterator[Take | Damaged]:
    """Every sound of an archive, in the order of their names; or the one of a sound file.

    Raises:
        UploadError: if there are too many, or the archive is damaged or locked.
    """
    if not data.startswith(ZIP):
        yield _decoded(data, name)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            everything = packed.members(archive)
            members = [m for m in everything if _ending(m.filename) in ENDINGS]
            _check(members, len(everything))
            left = MOST_UNPACKED
            for member in sorted(members, key=lambda member: member.filename):
                content = _unpacked(archive, member, left)
                if isinstance(content, Damaged):
                    yield content
                    continue
                left -= len(content)
                yield _decoded(content, member.filename)
    except zipfile.BadZipFile as error:
        raise UploadError("This ZIP archive is damaged. Pack it again.") from error


def _ending(name: str) -> str:
    return name.casefold().rpartition("/")[2].rpartition(".")[2]


def _check(members: list[zipfile.ZipInfo], files: int) -> None:
    """Raises `UploadError` for more sounds, or more files of any kind, than can be read."""
    if files > MOST_MEMBERS:
        raise UploadError(
            f"This archive holds {files:,} files; at most {MOST_MEMBERS:,} are looked through. "
            "Pack the sounds alone."
        )
    if len(members) > MOST_FILES:
        raise UploadError(
            f"This archive holds {len(members):,} sounds; at most {MOST_FILES:,} are read. Keep a "
            "part of them."
        )
    if any(member.flag_bits & 1 for member in members):
        raise UploadError("This ZIP archive is locked by a password. Pack it without one.")
    size = sum(member.file_size for member in members)
    if size > MOST_UNPACKED:
        raise UploadError(
            f"The sounds of this archive take {size / 2**20:,.0f} MB unpacked; at most "
            f"{MOST_UNPACKED // 2**20} MB are read. Keep a part of them."
        )


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes | Damaged:
    """The bytes of a member; its header may have promised less than it holds."""
    try:
        with archive.open(member) as file:
            content = file.read(most + 1)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, ValueError) as error:
        return Damaged(member.filename, f"its place in the archive is damaged ({str(error)[:60]})")
    except (NotImplementedError, RuntimeError) as error:
        return Damaged(member.filename, f"it is packed in an unusual way ({str(error)[:60]})")
    if len(content) > most:
        raise UploadError(
            f"The sounds of this archive take more than {MOST_UNPACKED // 2**20} MB unpacked, and "
            "that is the most that is read. Keep a part of them."
        )
    return content


def _decoded(data: bytes, name: str) -> Take | Damaged:
    """One sound file as samples."""
    import soundfile  # with libsndfile: only where a sound is read

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            rate, channels, promised = file.samplerate, file.channels, file.frames
            if not RATES[0] <= rate <= RATES[1]:
                why = f"it has {rate:,} samples a second, not {RATES[0]:,} to {RATES[1]:,}"
                return Damaged(name, why)
            most = min(MOST_SECONDS * rate, MOST_SAMPLES // channels)
            samples = file.read(frames=min(most, promised), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError, ValueError, OSError, MemoryError) as error:
        reason = str(error).removeprefix("Error opening").strip() or type(error).__name__
        return Damaged(name, f"it is no sound file that can be decoded ({_short(reason)})")
    samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)  # files of floats hold any
    return Take(name, np.clip(samples, -1, 1), rate, promised > most)


def _short(reason: str) -> str:
    """What libsndfile says, without the address of the object that it read."""
    return reason.rpartition(": ")[2].rstrip(".")[:60]


def damage(found: list[Damaged]) -> str:
    """A sentence about sounds that were left out."""
    first = found[0]
    if len(found) == 1:
        return f"{shown(first.name)} was left out: {first.reason}."
    several = names(each.name for each in found)
    return f"{len(found):,} sounds were left out: {several}. Of the first one: {first.reason}."
