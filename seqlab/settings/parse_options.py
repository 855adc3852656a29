"""How an uploaded file is read, where the reader's own guess is wrong."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    FiniteFloat,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
)

from seqlab.choices import Kind, Step
from seqlab.limits import ExperimentError, Frozen, Setting, sentences


class ParseOptions(Frozen):
    """How to read an uploaded file where the reader's own guess is wrong; `None` lets it guess.

    It travels with the experiment, so that a shared run reads its file the same way again. Only
    what was changed by hand stands in JSON and in the URL.

    Attributes:
        sheet: of a workbook, the name of the one to read; `None` for the fullest.
        encoding: a Python codec such as "cp1252".
        delimiter: one character; " " for runs of blanks, "" for a single column.
        decimal: the decimal sign.
        header: how many header rows stand above the data, 0 for none.
        day_first: is 03/04/2020 the third of April?
        kind: what the table is.
        time: the column to take the time from, "" for none.
        label: the column with the classes, "" for none.
        sequence_id: the column that tells sequences apart, "" for none.
        text: of texts with a label, the column to read.
        label_at: one label a sequence ("end"), or one for each of its steps.
        borders: where a series breaks into stretches that no window leaves: where it begins anew
            ("restarts", the guess), at long gaps in time as well ("gaps"), or nowhere ("none").
        ignored: columns to leave out altogether.
        codes: numbers that stand for a missing value, such as -999.
        step: makes irregular times regular, one row for each of these steps.
        swapped: the first two axes of an array, or rows and columns of a table with one sequence
            a row, change places: (steps, sequences) becomes (sequences, steps).
        frame_ms, hop_ms: length and distance of the frames of a sound, in milliseconds.
        mel_bands: bands of frequencies, the features of each frame.
        sample_rate: samples a second to which sounds are resampled.
        trim_db: frames at both ends of a take that lie so far below its loudest one are cut; 0
            keeps them.
        by_speaker: whether all takes of one speaker lie in the same part.

    Example:
        >>> ParseOptions(delimiter=";", decimal=",").model_dump_json()
        '{"delimiter":";","decimal":","}'
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    header: Annotated[int | None, Setting(0, 100)] = None
    day_first: bool | None = None
    kind: Kind | None = None
    time: str | None = None
    label: str | None = None
    sequence_id: str | None = None
    text: str | None = None
    label_at: Literal["end", "every step"] | None = None
    borders: Literal["none", "restarts", "gaps"] | None = None
    ignored: tuple[str, ...] = ()
    codes: tuple[FiniteFloat, ...] = ()
    step: Step | None = None
    swapped: bool | None = None
    frame_ms: Annotated[float | None, Setting(5, 200, step=5)] = None
    hop_ms: Annotated[float | None, Setting(2, 200)] = None
    mel_bands: Annotated[int | None, Setting(8, 128, step=4)] = None
    sample_rate: Annotated[int | None, Setting(4_000, 48_000, step=1000)] = None
    trim_db: Annotated[float | None, Setting(0, 80, step=5)] = None
    by_speaker: bool | None = None

    def changed(self, **changes: Any) -> Self:  # noqa: ANN401
        """A copy with some fields changed, checked. Raises `ExperimentError`."""
        if not changes:
            return self
        try:
            return type(self).model_validate({**dict(self), **changes})
        except ValidationError as error:
            raise ExperimentError(sentences(error)) from error

    @model_serializer(mode="wrap")
    def _changed(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Only what differs from the defaults."""
        return {k: v for k, v in handler(self).items() if v is not None and v != () and v != []}
