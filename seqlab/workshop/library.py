"""The lessons there are: those that come with seqlab, and those of a folder of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from seqlab.workshop.lesson import Lesson, LessonError
from seqlab.workshop.phrases import Language

BUILT_IN = Path(__file__).parent / "lessons"
MOST_FILES = 500  # of a folder


@dataclass(frozen=True)
class Library:
    """All lessons that can be read, and why the others cannot.

    Attributes:
        lessons: by key and language, in their order.
        broken: one error a file.
    """

    lessons: dict[tuple[str, str], Lesson]
    broken: list[LessonError]

    def in_language(self, language: Language) -> list[Lesson]:
        """The lessons of one language; where one is not written in it, in another."""
        keys = dict.fromkeys(key for key, _ in self.lessons)
        return [lesson for key in keys if (lesson := self.find(key, language)) is not None]

    def find(self, key: str, language: str) -> Lesson | None:
        """The lesson of that key, if there is one in that language, else in any."""
        others = (lesson for (name, _), lesson in self.lessons.items() if name == key)
        return self.lessons.get((key, language)) or next(others, None)


def library(own: Path | None = None) -> Library:
    """The lessons of seqlab and of a folder. One file that is broken keeps no other away.

    A lesson of one's own with the name and language of a built-in one stands in its place.

    Args:
        own: a folder with .md files, also in folders below it.

    Example:
        >>> library().find("learning_rate", "en").title
        'The learning rate first'
    """
    lessons: dict[tuple[str, str], Lesson] = {}
    broken: list[LessonError] = []
    for folder in [BUILT_IN, *([own] if own else [])]:
        here: dict[tuple[str, str], str] = {}
        for path in files(folder):
            try:
                lesson = _read(path, *_stamp(path))
                name = str(path.relative_to(folder))
                if other := here.get((lesson.key, lesson.language)):
                    reason = f"{other} is the same lesson in the same language. Rename one of them."
                    raise LessonError(path.name, [(1, reason)])
                here[lesson.key, lesson.language] = name
                lessons[lesson.key, lesson.language] = lesson
            except LessonError as error:
                broken.append(error)
    in_order = sorted(lessons.items(), key=lambda item: (item[1].order, item[0]))
    return Library(dict(in_order), broken)


def files(folder: Path) -> list[Path]:
    """The lesson files of a folder and the folders below it, at most `MOST_FILES`."""
    return sorted(_markdown(folder))[:MOST_FILES]


def _markdown(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*.md") if path.is_file() and path.name != "README.md")


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file does."""
    try:
        about = path.stat()
    except OSError:
        return 0, 0
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=2 * MOST_FILES)  # two folders: with fewer, all would be read at each look
def _read(path: Path, changed: int, size: int) -> Lesson:
    return Lesson.read(path)
