"""`python -m seqlab.workshop.check FOLDER`: reads lessons, names line and reason of each fault."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from seqlab.workshop.lesson import Lesson, LessonError
from seqlab.workshop.library import files


def main(arguments: list[str] | None = None) -> int:
    """Checks files and folders; returns 0 if all lessons can be used."""
    parser = argparse.ArgumentParser(prog="python -m seqlab.workshop.check", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, metavar="FOLDER", help="or a single file")
    wrong = False
    for path in parser.parse_args(arguments).paths:
        paths = files(path) if path.is_dir() else [path]
        if not paths:
            print(f"{path}: no file that ends in .md")  # noqa: T201
            wrong = True
        for file in paths:
            try:
                lesson = Lesson.read(file)
            except LessonError as error:
                wrong = True
                for line, reason in error.problems:
                    print(f"{file}:{line}: {reason}")  # noqa: T201
            else:
                pages, name = len(lesson.pages), lesson.title
                print(f"{file}: {name!r}, {pages} page{'s' if pages > 1 else ''}")  # noqa: T201
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
