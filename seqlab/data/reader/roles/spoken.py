"""Which word each sound is, and who says it: by folders and file names, each a candidate column.

`yes/anna_03.wav` has the folder "yes" and the name parts "anna" and "03". The word is the first
candidate of which there are several with several sounds each.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from seqlab.data.reader.vocabulary import PART_WORDS
from seqlab.data.reader.wording import shown

FOLDERS = ("folder", "folder above", "second folder above")
WITHOUT_NUMBER = "name without number"
_BETWEEN = re.compile(r"[_\-\s.]+")


@dataclass(frozen=True)
class Spoken:
    """What the paths of sounds say.

    Attributes:
        columns: for each sound, by name: "file", the candidates, and "split" where folders name
            the parts.
        word: the candidate that is taken for the word.
        speaker: the candidate that tells who speaks, or `None`.
    """

    columns: dict[str, list[str]]
    word: str
    speaker: str | None

    @property
    def sentence(self) -> str:
        """Where the words were found, with an example."""
        where = {
            WITHOUT_NUMBER: "the name of its file, without a number at the end",
            "folder": "the name of its folder",
            "folder above": "the name of the folder above its own",
            "second folder above": "the name of the second folder above its own",
        }
        part = self.word.removeprefix("name part ")
        place = where.get(self.word) or f"part {part} of its file's name"
        file, word = self.columns["file"][0], self.columns[self.word][0]
        return f"The word of each sound is {place}: {shown(file)} is {shown(word)}."


def spoken(paths: Sequence[str], wish: str | None = None) -> Spoken:
    """The word and the speaker of each sound.

    Args:
        paths: of the sounds.
        wish: the candidate that the user takes for the word.

    Example:
        >>> found = spoken(["yes/anna_1.wav", "yes/ben_1.wav", "no/anna_1.wav", "no/ben_1.wav"])
        >>> found.word, found.speaker
        ('folder', 'name part 1')
        >>> spoken(["0_jackson_1.wav", "0_theo_1.wav", "1_jackson_1.wav", "1_theo_1.wav"]).speaker
        'name part 2'
    """
    columns = _columns(paths)
    numbers = _numbers_of_takes(columns)
    candidates = [name for name in columns if name not in ("file", "split", *numbers)]
    word = wish if wish in columns and wish != "file" else _word(columns, candidates)
    others = [name for name in candidates if name not in (word, WITHOUT_NUMBER)]
    return Spoken(columns, word, _speaker(columns, others, columns[word]))


def _columns(paths: Sequence[str]) -> dict[str, list[str]]:
    """Folders from the last one up, then the parts of the names."""
    named = {"file": list(paths)}
    folders = [path.split("/")[:-1][::-1] for path in paths]
    stems = [path.rpartition("/")[2].rpartition(".")[0] or path for path in paths]
    for depth, name in enumerate(FOLDERS):
        column = [each[depth] if depth < len(each) else "" for each in folders]
        if "" in column:
            break
        several = {word.casefold() for word in column}
        named["split" if len(several) > 1 and several <= PART_WORDS else name] = column
    parts = [[part for part in _BETWEEN.split(stem) if part] for stem in stems]
    width = min(map(len, parts), default=0)
    if width < max(map(len, parts), default=0):
        width = min(1, width)  # names of different kinds have only their beginning in common
    named |= {f"name part {k + 1}": [each[k] for each in parts] for k in range(width)}
    named[WITHOUT_NUMBER] = [_without_number(stem) or stem for stem in stems]
    return named


def _without_number(stem: str) -> str:
    """`yes_03` -> `yes`, `no (2)` -> `no`. By hand: a pattern takes quadratic time on digits."""
    end = len(stem.removesuffix(")"))
    numbered = end
    while numbered and stem[numbered - 1].isdecimal():
        numbered -= 1
    if numbered == end:
        return stem
    while numbered and (stem[numbered - 1].isspace() or stem[numbered - 1] in "_-.("):
        numbered -= 1
    return stem[:numbered]


def _numbers_of_takes(columns: dict[str, list[str]]) -> tuple[str, ...]:
    """The last part of the names, if it is a number in all of them, and not all that there is.

    Where a name is nothing but that number, without it nothing is left of the name.
    """
    parts = [name for name in columns if name.startswith("name part")]
    if not parts or not all(word.isdecimal() for word in columns[parts[-1]]):
        return ()
    if len(parts) > 1:
        return (parts[-1],)
    return (parts[-1], WITHOUT_NUMBER) if "folder" in columns else ()


def _word(columns: dict[str, list[str]], candidates: list[str]) -> str:
    """The first candidate that repeats, or else a folder, or the name without its number."""
    distinct = {name: len(set(columns[name])) for name in candidates}
    half = len(columns["file"]) / 2
    repeated = [name for name in candidates if 2 <= distinct[name] <= half]
    folders = [name for name in candidates if name in FOLDERS]
    varied = [name for name in (*folders, WITHOUT_NUMBER) if distinct.get(name, 0) >= 2]
    return next(iter([*repeated, *varied, *folders, WITHOUT_NUMBER]))


def _speaker(columns: dict[str, list[str]], candidates: list[str], words: list[str]) -> str | None:
    """The first candidate that repeats, and of which most say several words each."""
    for name in candidates:
        words_of: dict[str, set[str]] = defaultdict(set)
        for speaker, word in zip(columns[name], words, strict=True):
            words_of[speaker].add(word)
        several = sum(len(each) > 1 for each in words_of.values())
        if 2 <= len(words_of) <= len(words) / 2 and several >= len(words_of) / 2:
            return name
    return None
