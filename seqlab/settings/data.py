"""Which sequences are learned, and how they are made of the source."""

from __future__ import annotations

from typing import Annotated

from seqlab.choices import (
    Calendar,
    Country,
    Difference,
    Duplicates,
    Logarithm,
    Missing,
    ScalingKind,
    SeriesScaling,
    Source,
    Split,
    Tails,
)
from seqlab.limits import Frozen, Setting
from seqlab.settings.parse_options import ParseOptions


class Data(Frozen):
    """Which sequences, and how windows are cut from them.

    The text below a field is the help of its widget.

    Attributes:
        source: a bundled series ("sunspots"), a task of the bench ("sine", "adding") or "upload";
            what each one is, and which of the numbers below it uses within which limits:
            `seqlab.data.catalogue`.
        window: for a drawn task its length T.
        horizon, steps, stride, test_share, missing: of series only.
        series_scaling, logarithm, difference: of forecasts only, see `seqlab.data.transforms`.
        rows: of one series only. A fold of a walk-forward knows what was known on its day.
        tails: of whole sequences of numbers with one target each.
        target: the column to predict; `None` for the first numeric one.
        targets: columns that are forecast at once with `target`: see `Dataset.only`.
        inputs: the columns the network sees; empty for the source's own choice: the targets
            alone, or what belongs together (all three of Lorenz).
        known_ahead: see `seqlab.data.known_ahead`.
        holidays: a country (ISO 3166-1 alpha-2, as "DE"); of one series of days or hours only.
        file: the name under which the run store keeps an uploaded file.
        reading: how that file is to be read.
        samples: how many points of a series, or how many sequences of a task, are drawn.
        lag: the steps that a task asks to bridge: the delay of the echo, of Mackey-Glass.
        difficulty: a small whole number whose meaning is the task's own: how many sines are
            added, how many kinds of brackets there are.

    Example:
        >>> Data(source="sine", window=50).horizon
        1
    """

    source: Source = "sunspots"
    window: Annotated[int, Setting(1, 1000)] = 22
    """How many past steps the network sees: the timesteps of input_shape."""
    horizon: Annotated[int, Setting(1, 1000, label="Lead time")] = 1
    """How many steps after the window the target lies. 1 is the very next step."""
    steps: Annotated[int, Setting(1, 200, label="Forecast horizon")] = 1
    """How many steps from the horizon on are predicted at once."""
    stride: Annotated[int, Setting(1, 1000, label="Stride")] = 1
    """Rows from the start of one window to the start of the next one."""
    scaling: Annotated[ScalingKind, Setting(label="Scaling", words={"minmax": "min-max"})] = (
        "standard"
    )
    """How columns are scaled. Always fitted on the training part alone."""
    series_scaling: Annotated[
        SeriesScaling,
        Setting(
            label="Scale of the series",
            words={"together": "all series together", "each": "each by itself"},
        ),
    ] = "together"
    """All series with one offset and one scale, so that their levels and sizes stay comparable; or
    each by its own training rows, so that a small one counts as much as a large one."""
    logarithm: Annotated[
        Logarithm,
        Setting(label="Logarithm", words={"log": "log(x)", "log1p": "log(1 + x), with zeros"}),
    ] = "none"
    """Learn the logarithm of the target, for growth by a percentage. Results come back in original
    units."""
    difference: Annotated[
        Difference,
        Setting(
            label="Differences",
            words={
                "row": "to the row before",
                "season": "to the season before",
                "both": "to the season and the row before",
            },
        ),
    ] = "none"
    """Learn how the target changes instead of its level: for trends, so that a level that training
    never saw is nothing new. Results come back in original units."""
    transform_inputs: Annotated[bool, Setting(label="Transform inputs")] = False
    """Logarithm and differences for the other inputs as well, but for the calendar and columns of
    zeros and ones."""
    calendar: Annotated[tuple[Calendar, ...], Setting(label="Calendar", empty="none")] = ()
    """Read hour, weekday, month or day of the year of each row, as sine and cosine. What the step
    between rows makes meaningful is offered."""
    split: Annotated[
        Split, Setting(label="Split", words={"time": "by time", "random": "at random"})
    ] = "time"
    """By time: training, then validation, then test. At random flatters: neighbouring windows
    overlap."""
    test_share: Annotated[float, Setting(0, 0.5, label="Test fraction")] = 0.0
    """Share of the rows at the very end that is kept out of training and validation."""
    rows: Annotated[
        int | None, Setting(2, 10_000_000, step=10, label="Known rows", empty="all")
    ] = None
    """Only the first so many rows of the series are known, as on an earlier day; those behind them
    are left out altogether. Empty: all of them."""
    missing: Annotated[
        Missing,
        Setting(
            label="Missing values",
            words={
                "interpolate": "straight lines",
                "forward": "carry forward",
                "drop": "drop what touches them",
            },
        ),
    ] = "interpolate"
    """What is done with gaps."""
    longest: Annotated[
        int | None,
        Setting(1, 2000, step=10, label="Maximum length", empty="the usual limit"),
    ] = None
    """Sequences and texts are cut after so many steps: Keras' maxlen of pad_sequences. Empty: after
    2,000 steps of a table, 200 words or characters of a text."""
    tails: Annotated[
        Tails, Setting(label="Repeated tails", words={"cut": "cut repeated steps"})
    ] = "keep"
    """Steps at the end of a sequence that only repeat the one before them, as where all were filled
    up to one length. Cut, they are padding, which masking skips."""
    duplicates: Annotated[
        Duplicates,
        Setting(label="Duplicate sequences", words={"drop": "leave out of training"}),
    ] = "keep"
    """Training sequences that also stand, target and all, in the validation or the test part: a
    network that memorises them gets those right."""
    period: Annotated[int, Setting(0, 1000, label="Season length")] = 0
    """Of the seasonal baseline, in rows. 0: found by autocorrelation."""
    target: str | None = None
    targets: Annotated[tuple[str, ...], Setting(label="Also forecast", empty="none")] = ()
    """Further columns that the same network forecasts at once, each with an error and a best rule
    of its own. The loss is the mean over all of them, scaled."""
    inputs: Annotated[tuple[str, ...], Setting(empty="the usual ones")] = ()
    known_ahead: Annotated[tuple[str, ...], Setting(label="Known ahead", empty="none")] = ()
    """Columns whose values are known beforehand, as a price or a promotion. The network reads them
    in the rows that it is to forecast."""
    holidays: Annotated[Country, Setting(label="Holidays", empty="none")] = None
    """Read whether the rows that are to be forecast are public holidays of a country."""
    file: str | None = None
    reading: ParseOptions = ParseOptions()
    samples: Annotated[int, Setting(10, 20_000, step=100)] = 1000
    noise: Annotated[float, Setting(0, 10, step=0.05)] = 0.1
    """Standard deviation of the noise; the signal's amplitude is 1."""
    lag: Annotated[int, Setting(1, 500)] = 5
    difficulty: Annotated[int, Setting(1, 10)] = 2
    data_seed: Annotated[int, Setting(0, 999_999)] = 0
    """The same seed draws the same data."""
