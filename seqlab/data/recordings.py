"""Takes that somebody records one by one, kept as the ZIP archive that somebody else would upload.

So a recorded data set needs nothing of its own: it is read, trained on and deleted as any file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable

from seqlab.data.reader.bytes.foreign import UploadError
from seqlab.data.reader.bytes.takes import MOST_UNPACKED
from seqlab.data.upload import MAX_BYTES

NAME = "recorded words.zip"
LONGEST_WORD = 30  # letters
_WHEN = (1980, 1, 1, 0, 0, 0)  # of every member, so that equal takes make equal archives
_STRANGE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')


def folder(word: str) -> str:
    """What a word's folder is called: without signs that a file system does not take.

    Raises:
        UploadError: if nothing is left of it.

    Example:
        >>> folder(" yes/no ")
        'yes no'
    """
    name = " ".join(_STRANGE.sub(" ", word).split()).strip(". ")[:LONGEST_WORD].strip()
    if not name or name.startswith("__"):
        raise UploadError("Type the word first that you are going to say.")
    return name


def counts(names: Iterable[str]) -> dict[str, int]:
    """How many takes there are of each word, by the names of an archive's files.

    Example:
        >>> counts(["yes/001.wav", "no/001.wav", "yes/002.wav"])
        {'yes': 2, 'no': 1}
    """
    takes_of: dict[str, int] = {}
    for name in names:
        word = name.rpartition("/")[0].rpartition("/")[2]
        takes_of[word] = takes_of.get(word, 0) + 1
    return takes_of


def with_take(archive: bytes | None, word: str, wav: bytes) -> bytes:
    """The archive with one more take at its end.

    Args:
        archive: what was recorded before, or `None`.
        word: what is said.
        wav: the sound.

    Raises:
        UploadError: if the word has no letters, or the archive would be too large.
    """
    name = folder(word)
    numbers = [int(match[1]) for each in names_in(archive) if (match := _take(each, name))]
    out = io.BytesIO(archive or b"")
    with zipfile.ZipFile(out, "a" if archive else "w", zipfile.ZIP_DEFLATED) as file:
        member = zipfile.ZipInfo(f"{name}/{max(numbers, default=0) + 1:03}.wav", _WHEN)
        file.writestr(member, wav, zipfile.ZIP_DEFLATED)
    if out.tell() > MAX_BYTES:
        raise UploadError(
            f"With this take the recordings would have more than {MAX_BYTES // 2**20} MB. Train "
            "on what there is, or begin anew."
        )
    return out.getvalue()


def without_last(archive: bytes, word: str) -> bytes | None:
    """The archive without the last take of a word; `None` if nothing is left.

    Raises:
        UploadError: if its files are larger than recordings can be.
    """
    of_word = [name for name in names_in(archive) if _take(name, word)]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        left = [m for m in old.infolist() if m.filename not in of_word[-1:]]
        if sum(member.file_size for member in left) > MOST_UNPACKED:
            raise UploadError("This archive was not recorded here, so nothing is taken from it.")
        for member in left:
            new.writestr(
                zipfile.ZipInfo(member.filename, _WHEN), old.read(member), zipfile.ZIP_DEFLATED
            )
    return out.getvalue() if left else None


def names_in(archive: bytes | None) -> list[str]:
    """The names of the files in an archive, in the order in which they came."""
    if archive is None:
        return []
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return file.namelist()


def _take(name: str, word: str) -> re.Match[str] | None:
    """Whether a member is a take of a word."""
    return re.fullmatch(rf"{re.escape(word)}/(\d{{1,9}})\.wav", name)
