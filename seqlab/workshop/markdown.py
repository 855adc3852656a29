"""From a text file to a `Lesson`: Markdown, with TOML where the machine has to read.

A header between two lines of +++; a page for each `## Title`; in a page a block

    ```toml
    done = ["run ended"]
    ```

and the parts `### Hint` and `### Afterwards`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from seqlab.experiment import Experiment, ExperimentError
from seqlab.workshop.lesson import MOST_BYTES, Lesson, LessonError, Page, after

FENCE = "+++"
PARTS = {
    "afterwards": "afterwards",
    "hint": "hint",
    "之后": "afterwards",
    "提示": "hint",
}
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_KINDS = {
    "missing": "`{name}` is missing.",
    "extra_forbidden": "`{name}` is not known here.",
    "union_tag_not_found": "A question needs its `kind`: choice, number or curve.",
    "union_tag_invalid": "A question's `kind` is choice, number or curve, got {input!r}.",
}


@dataclass
class _Block:
    """Lines of a file, and where they begin."""

    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def read(path: Path) -> Lesson:
    """The lesson in a file. Raises `LessonError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LessonError(path.name, [(1, f"The file cannot be read: {error.strerror}.")]) from None
    if len(data) > MOST_BYTES:
        raise LessonError(path.name, [(1, f"A lesson has at most {MOST_BYTES:,} bytes.")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        reason = "These are no letters of UTF-8. Save the file as UTF-8."
        raise LessonError(path.name, [(line, reason)]) from None
    return parse(text, path.name)


def parse(text: str, name: str) -> Lesson:
    """The lesson in a text.

    Args:
        text: what stands in the file.
        name: of the file.

    Raises:
        LessonError: with every line and reason.
    """
    problems: list[tuple[int, str]] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header, begin = _header(lines, name)
    settings = _toml(header, problems)
    pages = [page for block in _pages(lines, begin, problems) if (page := _page(block, problems))]
    if not problems and not pages:
        problems.append((begin, "A lesson needs at least one page: a line `## Title`."))
    if not problems:
        problems += _out_of_range(pages)
    if problems:
        raise LessonError(name, problems)
    if own := [each for each in ("key", "pages") if each in settings]:
        unknown = [(_line_of(header, (each,)), f"`{each}` is not known here.") for each in own]
        raise LessonError(name, unknown)
    try:
        return Lesson(key=Path(name).stem, **settings, pages=tuple(pages))
    except ValidationError as error:
        raise LessonError(name, _sentences(error, header)) from None


def _header(lines: list[str], name: str) -> tuple[_Block, int]:
    """The header, and the line behind it."""
    if lines[0].strip() != FENCE:
        reason = f"A lesson begins with a header between two lines of {FENCE}."
        raise LessonError(name, [(1, reason)])
    for i, line in enumerate(lines[1:], 2):
        if line.strip() == FENCE:
            return _Block(2, lines[1 : i - 1]), i
    raise LessonError(name, [(1, f"The header does not end: a second line of {FENCE} is missing.")])


def _toml(block: _Block, problems: list[tuple[int, str]]) -> dict[str, Any]:
    try:
        return tomllib.loads("\n".join(block.lines))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = _TOML_LINE.search(str(error))
        line = int(place[1]) if place else max(1, len(block.lines))
        words = _TOML_LINE.sub("", str(error)).replace("(at end of document)", "").strip()
        problems.append((block.line + line - 1, f"This is no TOML: {words}."))
        return {}


def _marked(lines: list[str], begin: int) -> Iterator[tuple[int, str, bool]]:
    """Each line with its number, and whether it stands in a fenced block."""
    fence = ""
    for number, line in enumerate(lines[begin:], begin + 1):
        mark = re.match(r"(`{3,}|~{3,})", line.strip())
        inside = bool(fence) or mark is not None
        if mark and not fence:
            fence = mark[1]
        elif mark and fence and line.strip().startswith(fence) and not line.strip().strip("`~"):
            fence = ""
        yield number, line, inside


def _pages(lines: list[str], begin: int, problems: list[tuple[int, str]]) -> list[_Block]:
    """One block for each page, its title in the first line."""
    blocks: list[_Block] = []
    for number, line, inside in _marked(lines, begin):
        if not inside and line.startswith("## "):
            blocks.append(_Block(number, [line]))
        elif blocks:
            blocks[-1].lines.append(line)
        elif line.strip():
            problems.append((number, "Text stands before the first page: a line `## Title`."))
            break
    return blocks


def _page(block: _Block, problems: list[tuple[int, str]]) -> Page | None:
    title = block.lines[0].removeprefix("## ").strip()
    parts: dict[str, list[_Block]] = {"text": [_Block(block.line + 1)]}
    part, toml = parts["text"][0], None
    reads_toml = False
    for at, line, inside in _marked(block.lines, 1):
        number = block.line + at - 1
        if not inside and line.startswith("### "):
            name = PARTS.get(line.removeprefix("### ").strip().casefold())
            if name is None:
                reason = "A part of a page is called `### Hint` or `### Afterwards`."
                problems.append((number, reason))
                return None
            part = _Block(number + 1)
            parts.setdefault(name, []).append(part)
        elif inside and not reads_toml and line.strip() == "```toml":
            if toml is not None:
                problems.append((number, "A page has one block of settings, this is the second."))
                return None
            toml, reads_toml = _Block(number + 1), True
        elif reads_toml and line.strip() == "```":
            reads_toml = False
        elif reads_toml and toml is not None:
            toml.lines.append(line)
        else:
            part.lines.append(line)
    if reads_toml and toml is not None:
        problems.append((toml.line - 1, "This block of settings does not end: ``` is missing."))
        return None
    if len(parts.get("afterwards", [])) > 1:
        problems.append((parts["afterwards"][1].line - 1, "A page has one part Afterwards."))
        return None
    if not title or not parts["text"][0].text:
        problems.append((block.line, "A page needs a title and some text."))
        return None
    before = len(problems)
    values = {} if toml is None else _toml(toml, problems)
    if len(problems) > before:
        return None
    for name in {"title", "text", "afterwards", "hints", "line"} & values.keys():
        problems.append((_line_of(toml or block, (name,)), f"`{name}` is not known here."))
        return None
    given = {
        "title": title,
        "text": parts["text"][0].text,
        "afterwards": parts["afterwards"][0].text if "afterwards" in parts else "",
        "hints": tuple(each.text for each in parts.get("hint", []) if each.text),
        "line": block.line,
    }
    try:
        return Page(**values, **given)
    except ValidationError as error:
        problems += _sentences(error, toml or _Block(block.line), block.line)
        return None


def _out_of_range(pages: list[Page]) -> list[tuple[int, str]]:
    """Settings that no experiment can have."""
    now, problems = Experiment(), []
    for page in pages:
        try:
            now = after(page, now)
        except ExperimentError as error:
            problems += [(page.line, sentence) for sentence in error.sentences]
        except (TypeError, ValueError):
            problems.append((page.line, "These settings make no experiment."))
    return problems


def _sentences(
    error: ValidationError, block: _Block, otherwise: int | None = None
) -> list[tuple[int, str]]:
    """Pydantic's errors as pairs of line and reason; `otherwise` is the line of no single name."""
    problems = []
    for item in error.errors():
        path = tuple(str(part) for part in item["loc"] if part not in ("choice", "number", "curve"))
        name, given = path[-1] if path else "", item["input"]
        if item["type"] in _KINDS:
            reason = _KINDS[item["type"]].format(name=".".join(path), input=_kind_of(given))
        elif item["type"] == "value_error":
            reason = item["msg"].removeprefix("Value error, ")
        else:
            message = item["msg"][:1].lower() + item["msg"][1:]
            reason = f"Received an invalid value for `{name}`: {message}, got {_short(given)}."
        line = _line_of(block, path) if path else otherwise or block.line
        problems.append((line, reason))
    return problems


def _kind_of(value: Any) -> Any:  # noqa: ANN401
    return value.get("kind") if isinstance(value, dict) else value


def _short(value: Any) -> str:  # noqa: ANN401
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _line_of(block: _Block, path: tuple[str, ...]) -> int:
    """The line where the last name of a path that stands in the block is set."""
    for name in reversed(path):
        pattern = re.compile(rf"\s*(\[\s*)?(\w+\.)*\"?{re.escape(name)}\"?\s*(=|\])")
        for i, line in enumerate(block.lines):
            if pattern.match(line):
                return block.line + i
    return block.line
