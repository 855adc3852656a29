"""A lesson file is a lesson, or it is told line by line why it is none."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqlab
from seqlab.workshop import check
from seqlab.workshop.library import BUILT_IN, library
from seqlab.workshop.markdown import parse

WHOLE = """+++
title = "A lesson"
language = "en"
+++

## First

Some words.

```toml
point_at = "loss_chart"
lock = ["units_0"]
done = ["run ended with learning_rate >= 0.1"]

[start]
data = "sunspots"
learning_rate = 1e-5

[question]
kind = "choice"
ask = "What comes?"
choices = ["this", "that"]
answer = 2
```

### Hint

Try it.

### Afterwards

It ended at {best_val_loss}, {best_val_loss vs baseline_loss} {baseline}.

## Second

```python
# ## no page, ### no part
```
"""


def line_of(text: str, words: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if words in line)


def test_every_part_of_a_page_is_read():
    lesson = parse(WHOLE, "a_lesson.md")
    first, second = lesson.pages
    assert (lesson.key, lesson.title, lesson.language) == ("a_lesson", "A lesson", "en")
    assert (first.title, first.text, first.hints) == ("First", "Some words.", ("Try it.",))
    assert first.start == {"data": "sunspots", "learning_rate": 1e-5}
    assert (first.lock, first.point_at) == (("units_0",), "loss_chart")
    assert first.question.choices == ("this", "that")
    assert first.needs_run
    assert first.line == line_of(WHOLE, "## First")
    assert "no page" in second.text
    assert [e.training.learning_rate for e in lesson.experiments()] == [1e-5, 1e-5]


@pytest.mark.parametrize(
    ("before", "after", "line", "reason"),
    [
        ("+++\ntitle", "title", "title", "begins with a header"),
        ('"en"', '"fr"', '"fr"', "`language`"),
        ('title = "A lesson"\n', "", "language", "`title` is missing"),
        ('title = "A lesson"', 'titel = "A"', "titel", "`titel` is not known here"),
        ('"sunspots"', '"moonspots"', "## First", "no sequences called 'moonspots'"),
        ("= 1e-5", "= 1e5", "## First", "argument `learning_rate`, expected a number from"),
        ("learning_rate = 1e-5", "rate = 1", "[start]", "'rate' is no setting"),
        ("units_0", "unit_0", "lock", "Did you mean units_0?"),
        ('"loss_chart"', '"chart"', "point_at", "no part of the page"),
        ("run ended", "run ende", "done", "Received an invalid condition"),
        ("learning_rate >=", "learningrate >=", "done", "Did you mean learning_rate?"),
        ("answer = 2", "answer = 3", "[question]", "expected 1 to 2"),
        ("answer = 2", "right = 3", "[question]", "`right`, expected 1 to 2"),
        ("answer = 2", "answer = 2\nright = 1", "[question]", "either `answer`"),
        ('kind = "choice"', 'kind = "guess"', "[question]", "choice, number or curve"),
        ('kind = "choice"\n', "", "[question]", "needs its `kind`"),
        ("{best_val_loss}", "{best_loss_val}", "## First", "{best_loss_val} is no number"),
        ("Some words.", "At {last_loss}.", "## First", "only stand under Afterwards"),
        ("### Hint", "### Tip", "### Tip", "called `### Hint` or `### Afterwards`"),
        ("### Hint", "### Afterwards", "{best_val_loss}", "one part Afterwards"),
        ("[start]", "[start", "[start", "This is no TOML"),
        ("answer = 2\n```", "answer = 2", "Try it.", "This is no TOML"),
        ("Some words.", "", "## First", "needs a title and some text"),
        ("done = [", "text = 'x'\ndone = [", "text = 'x'", "`text` is not known here"),
        ('language = "en"', 'key = "other"', "key", "`key` is not known here"),
        ('language = "en"', "pages = 3", "pages", "`pages` is not known here"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(before, after, line, reason):
    text = WHOLE.replace(before, after, 1)
    assert text != WHOLE
    with pytest.raises(seqlab.LessonError) as caught:
        parse(text, "a_lesson.md")
    lines = {number for number, words in caught.value.problems if reason in words}
    assert lines, caught.value.problems
    if reason != "one part Afterwards":  # of the second of them
        assert line_of(text, line) in lines, caught.value.problems
    assert str(caught.value).startswith("a_lesson.md, line ")


def test_a_page_that_tells_numbers_must_wait_for_a_run():
    text = WHOLE.replace('done = ["run ended with learning_rate >= 0.1"]\n', "")
    with pytest.raises(seqlab.LessonError, match='a condition that begins with "run"'):
        parse(text, "a.md")


def lesson_or_problems(read):
    """The experiments of the lesson, or the lines of its problems; any other error fails."""
    try:
        return read().experiments()
    except seqlab.LessonError as error:
        return [line for line, reason in error.problems if line >= 1 and reason]


@given(st.data())
def test_a_broken_file_is_a_lesson_or_an_error_with_lines(data):
    """Cut, doubled, swapped and strange lines: never anything but a Lesson or a LessonError."""
    lines = WHOLE.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(lines) - 1)))
        change = data.draw(st.sampled_from(["drop", "double", "cut", "text", "swap"]))
        if not lines:
            break
        if change == "drop":
            del lines[at]
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "cut":
            lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
        elif change == "text":
            lines[at] = data.draw(st.text(max_size=40))
        else:
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
    text = "\n".join(lines)
    told = lesson_or_problems(lambda: parse(text, "broken.md"))
    assert told


@given(st.binary(max_size=300))
def test_any_bytes_are_a_lesson_or_an_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("lessons") / "any.md"
    path.write_bytes(b"+++\n" + data)
    assert lesson_or_problems(lambda: seqlab.Lesson.read(path))


def test_a_broken_file_keeps_no_other_away(tmp_path):
    (tmp_path / "good.md").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "bad.md").write_text("## No header", encoding="utf-8")
    (tmp_path / "README.md").write_text("no lesson", encoding="utf-8")
    found = library(tmp_path)
    assert found.find("good", "zh").title == "A lesson"  # in English, since it has no other
    assert [error.name for error in found.broken] == ["bad.md"]
    assert found.find("learning_rate", "en") is not None


def test_two_files_with_one_key_are_told(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.md").write_text(WHOLE, encoding="utf-8")
    (error,) = library(tmp_path).broken
    assert "Rename one of them" in str(error)


def test_the_command_names_file_line_and_reason(tmp_path, capsys):
    (tmp_path / "good.md").write_text(WHOLE, encoding="utf-8")
    assert check.main([str(tmp_path)]) == 0
    (tmp_path / "bad.md").write_text("+++\ntitle = 3\n+++\n## A\nb", encoding="utf-8")
    command = [sys.executable, "-m", "seqlab.workshop.check", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "bad.md:2: " in done.stdout
    assert "`title`" in done.stdout
    assert check.main([str(tmp_path / "nowhere")]) == 1
    assert "cannot be read" in capsys.readouterr().out


def test_all_lessons_of_seqlab_can_be_read_and_stand_in_both_languages():
    found = library()
    assert not found.broken, "\n".join(map(str, found.broken))
    keys = {key for key, _ in found.lessons}
    assert set(found.lessons) == {(key, lang) for key in keys for lang in ("en", "zh")}
    for key in keys:
        english, chinese = found.lessons[key, "en"], found.lessons[key, "zh"]
        assert len(english.pages) == len(chinese.pages), key
        for one, other in zip(english.pages, chinese.pages, strict=True):
            same = ("start", "settings", "hide", "lock", "point_at", "done")
            assert [getattr(one, n) for n in same] == [getattr(other, n) for n in same], key
            assert type(one.question) is type(other.question), key
            for name in ("answer", "quantity", "low", "high", "epochs", "cover"):
                assert getattr(one.question, name, None) == getattr(other.question, name, None)
    assert BUILT_IN.is_dir()
