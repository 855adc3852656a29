"""A lesson: pages over the real playground. The schema; how the file looks: docs/lessons.md."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FiniteFloat, field_validator, model_validator

from seqlab.data.catalogue import ENTRIES
from seqlab.experiment import Experiment, ExperimentError
from seqlab.limits import Frozen
from seqlab.workshop import numbers, rules
from seqlab.workshop.handles import known_control, known_place, known_setting
from seqlab.workshop.phrases import Language

MOST_BYTES = 200_000  # of a file


class LessonError(ValueError):
    """Why a lesson file cannot be used: every problem with its line.

    Attributes:
        name: of the file.
        problems: pairs of line, counted from 1, and reason.

    Example:
        >>> from seqlab.workshop.markdown import parse
        >>> try:
        ...     parse("Hello", "hello.md")
        ... except LessonError as error:
        ...     print(error)
        hello.md, line 1: A lesson begins with a header between two lines of +++.
    """

    def __init__(self, name: str, problems: list[tuple[int, str]]) -> None:
        self.name, self.problems = name, sorted(problems)
        lines = [f"{name}, line {line}: {reason}" for line, reason in self.problems]
        super().__init__("\n".join(lines))


class Choice(Frozen):
    """A question with answers to choose from.

    Attributes:
        ask: the question.
        choices: at least two.
        answer: the one that came true, counted from 1, told once the page is complete.
        right: the right one, counted from 1, where that is known beforehand: told at once. Nothing
            in either where none is right or wrong.
        cover: the parts of the page that stay covered until it is answered.
    """

    kind: Literal["choice"]
    ask: Annotated[str, Field(min_length=1)]
    choices: Annotated[tuple[str, ...], Field(min_length=2, max_length=8)]
    answer: Annotated[int, Field(ge=1)] | None = None
    right: Annotated[int, Field(ge=1)] | None = None
    cover: tuple[str, ...] = ("results",)

    @model_validator(mode="after")
    def _is_a_choice(self) -> Self:
        for name, number in (("answer", self.answer), ("right", self.right)):
            if number is not None and number > len(self.choices):
                raise ValueError(
                    f"Received an invalid value for `{name}`, expected 1 to {len(self.choices)}, "
                    f"the number of a choice, got {number}."
                )
        if self.answer is not None and self.right is not None:
            raise ValueError(
                "A question has either `answer`, what came true, or `right`, what is known "
                "beforehand."
            )
        return self

    def is_right(self, given: float) -> bool | None:
        """Whether that choice, from 0, is the right one; `None` where the run decides, or nobody.

        Example:
            >>> Choice(kind="choice", ask="1 + 1?", choices=("2", "3"), right=1).is_right(0)
            True
        """
        return None if self.right is None else given == self.right - 1


class Number(Frozen):
    """A question whose answer is a number.

    Attributes:
        ask: the question.
        quantity: the number of the run that it is held against, see `rules.RESULTS`; nothing for
            one that stands in `right`.
        right: the right number, where no run tells it.
        tolerance: how far from it is still right.
        low, high: the limits of what can be entered.
        cover: the parts of the page that stay covered until it is answered.
    """

    kind: Literal["number"]
    ask: Annotated[str, Field(min_length=1)]
    quantity: str | None = None
    right: FiniteFloat | None = None
    tolerance: Annotated[FiniteFloat, Field(ge=0)] = 0.0
    low: FiniteFloat = 0.0
    high: FiniteFloat | None = None
    cover: tuple[str, ...] = ("results",)

    @model_validator(mode="after")
    def _is_answerable(self) -> Self:
        if (self.quantity is None) == (self.right is None):
            raise ValueError("A question for a number needs either `quantity` or `right`.")
        if self.right is None and self.tolerance:
            raise ValueError("`tolerance` says how far from `right` is still right.")
        if self.right is not None and not self.low <= self.right <= (
            math.inf if self.high is None else self.high
        ):
            raise ValueError("`right` must lie between `low` and `high`: nobody could enter it.")
        if self.quantity is not None and self.quantity not in rules.RESULTS:
            raise ValueError(
                f"Received an invalid value for `quantity`, expected one of "
                f"{', '.join(rules.RESULTS)}, got {self.quantity!r}."
            )
        if self.high is not None and self.high <= self.low:
            raise ValueError("`high` must be above `low`.")
        return self

    def is_right(self, given: float) -> bool | None:
        """Whether that number is the right one; `None` where the run decides.

        Example:
            >>> Number(kind="number", ask="1 / 3?", right=0.333, tolerance=0.001).is_right(0.3333)
            True
        """
        if self.right is None:
            return None
        # What is typed as 0.334 lies within 0.001 of 0.333, whatever binary numbers say.
        return abs(given - self.right) <= self.tolerance + 1e-9 * abs(self.right)


class Curve(Frozen):
    """A question whose answer is a curve over the epochs, drawn by hand.

    Attributes:
        ask: the question.
        quantity: which curve.
        low, high: the values at the lower and the upper edge of the picture.
        epochs: how many the picture has.
        cover: the parts of the page that stay covered until it is answered.
    """

    kind: Literal["curve"]
    ask: Annotated[str, Field(min_length=1)]
    quantity: Literal["loss", "val_loss"] = "val_loss"
    low: FiniteFloat = 0.0
    high: FiniteFloat
    epochs: Annotated[int, Field(ge=2, le=10_000)]
    cover: tuple[str, ...] = ("results",)

    @model_validator(mode="after")
    def _has_height(self) -> Self:
        if self.high <= self.low:
            raise ValueError("`high` must be above `low`.")
        return self


Question = Annotated[Choice | Number | Curve, Field(discriminator="kind")]


class Page(Frozen):
    """One page: a few sentences, what is set for them, what is asked, what must happen.

    Attributes:
        title: of the page.
        text: Markdown.
        start: where the page begins with an experiment of its own: the settings that differ from
            the defaults of its source, by widget key.
        settings: changes of the learner's settings, by widget key.
        hide: controls that are not there while the page is open.
        lock: settings that cannot be changed meanwhile.
        point_at: the control or part of the page that is outlined.
        question: asked before anything else.
        done: what must have happened, see `seqlab.workshop.rules`.
        afterwards: Markdown, shown then; may hold numbers of the run, as {best_val_loss}.
        hints: one after the other, for those who ask.
        line: where the page begins in its file.
    """

    title: Annotated[str, Field(min_length=1)]
    text: Annotated[str, Field(min_length=1)]
    start: dict[str, Any] | None = None
    settings: dict[str, Any] = Field(default_factory=dict)
    hide: tuple[str, ...] = ()
    lock: tuple[str, ...] = ()
    point_at: str | None = None
    question: Question | None = None
    done: tuple[str, ...] = ()
    afterwards: str = ""
    hints: tuple[str, ...] = ()
    line: int = 1

    @property
    def conditions(self) -> tuple[rules.Condition, ...]:
        """What must have happened, read."""
        return tuple(rules.condition(text) for text in self.done)

    @property
    def needs_run(self) -> bool:
        """Whether it is complete only after a run."""
        return any(each.kind == "run" for each in self.conditions)

    @field_validator("done")
    @classmethod
    def _can_be_read(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            rules.condition(text)
        return value

    @field_validator("start", "settings", "lock")
    @classmethod
    def _are_settings(
        cls, value: dict[str, Any] | tuple[str, ...] | None
    ) -> dict[str, Any] | tuple[str, ...] | None:
        for name in value or ():
            known_setting(name)
        return value

    @field_validator("hide")
    @classmethod
    def _can_be_hidden(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            known_control(name)
        return value

    @field_validator("point_at")
    @classmethod
    def _is_a_place(cls, value: str | None) -> str | None:
        if value is not None:
            known_place(value)
        return value

    @field_validator("question")
    @classmethod
    def _covers_places(cls, value: Any) -> Any:  # noqa: ANN401
        for name in value.cover if value is not None else ():
            known_place(name)
        return value

    @model_validator(mode="after")
    def _has_its_numbers(self) -> Self:
        for text in (self.text, *self.hints):
            if numbers.names_in(text):
                raise ValueError("Numbers of a run, in braces, can only stand under Afterwards.")
        if problem := numbers.problem_in(self.afterwards):
            raise ValueError(problem)
        by_run = numbers.names_in(self.afterwards) or (
            self.question is not None and getattr(self.question, "quantity", None)
        )
        if by_run and not self.needs_run:
            raise ValueError(
                "This page tells numbers of a run, so `done` needs a condition that begins with "
                '"run", as "run ended".'
            )
        return self


class Lesson(Frozen):
    """A lesson, read from a text file.

    Attributes:
        key: the file's name without its ending: what the progress of learners is kept under.
        title: of the lesson.
        about: one sentence for the list of lessons.
        language: "en" or "zh".
        minutes: how long it takes.
        section: of the course it belongs to, or "".
        order: its place in the list; the lowest comes first.
        pages: at least one.

    Example:
        >>> from seqlab.workshop.library import BUILT_IN
        >>> lesson = Lesson.read(BUILT_IN / "en" / "learning_rate.md")
        >>> lesson.language, lesson.pages[0].start["data"]
        ('en', 'sunspots')
    """

    key: Annotated[str, Field(pattern=r"^[\w-]{1,80}$")]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    about: str = ""
    language: Language = "en"
    minutes: Annotated[int, Field(ge=1, le=90)] = 10
    section: str = ""
    order: FiniteFloat = 100.0
    pages: Annotated[tuple[Page, ...], Field(min_length=1, max_length=60)]

    @classmethod
    def read(cls, path: str | Path) -> Lesson:
        """The lesson in a text file.

        Raises:
            LessonError: if it is none, with every line and reason.
        """
        from seqlab.workshop.markdown import read  # it needs this schema

        return read(Path(path))

    def experiments(self) -> list[Experiment]:
        """What each page sets up, for a learner who changes nothing of it.

        Raises:
            ExperimentError: for the first page whose settings are out of range; never for a
                lesson that was read from a file.
        """
        by_page, now = [], Experiment()
        for page in self.pages:
            now = after(page, now)
            by_page.append(now)
        return by_page


def after(page: Page, now: Experiment) -> Experiment:
    """The experiment that a page sets up for a learner who comes with `now`.

    Raises:
        ExperimentError: if a setting is out of range.
    """
    flat = now.to_flat()
    if page.start is not None:
        source = page.start.get("data", Experiment().data.source)
        if source != "upload" and source not in ENTRIES:
            raise ExperimentError([f"There are no sequences called {source!r}."])
        data = Experiment().data if source == "upload" else ENTRIES[source].default()
        flat = Experiment(data=data).to_flat() | page.start
    return Experiment.from_flat(flat | page.settings)
