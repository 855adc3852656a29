"""What the settings of an experiment can be; those of the network by the names of Keras."""

from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator

from seqlab.cells import CELLS
from seqlab.fitting.losses import LOSSES
from seqlab.fitting.metrics import METRICS
from seqlab.fitting.optimizers import KNOBS
from seqlab.fitting.schedules import SCHEDULES

if TYPE_CHECKING:
    Cell = str
    Loss = str
    Metric = str
    Optimizer = str
    Schedule = str
else:
    Cell = Literal[tuple(CELLS)]
    Loss = Literal["auto", *LOSSES]
    Metric = Literal[tuple(METRICS)]
    Optimizer = Literal[tuple(KNOBS)]
    Schedule = Literal[tuple(SCHEDULES)]
Activation = Literal[
    "tanh",
    "relu",
    "sigmoid",
    "linear",
    "elu",
    "selu",
    "gelu",
    "silu",
    "softplus",
    "softsign",
    "hard_sigmoid",
    "hard_tanh",
    "leaky_relu",
]
Initializer = Literal[
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "identity",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "zeros",
    "ones",
]
BiasInitializer = Literal["zeros", "ones", "random_normal", "random_uniform", "truncated_normal"]
Head = Literal["auto", "dense", "time_distributed", "repeat_vector", "teacher_forcing"]
HeadActivation = Literal["linear", "softmax", "sigmoid", "tanh", "relu", "softplus"]


def _known_source(name: str) -> str:
    # The catalogue stands above this room, for sources are made from settings: so it is asked when
    # a name is checked, and a new source is known by its own file alone (decision 0033).
    from seqlab.data.catalogue import ENTRIES

    if name != UPLOAD and name not in ENTRIES:
        known = ", ".join(repr(each) for each in ENTRIES)
        raise ValueError(
            f"Received an invalid value for argument `source`, expected {known} or {UPLOAD!r}, "
            f"got {name}."
        )
    return name


@cache
def countries() -> dict[str, str]:
    """The countries whose public holidays are known: code (ISO 3166-1) and name, by name."""
    import holidays
    from babel import Locale

    names = Locale("en").territories
    known = {code: names.get(code, code) for code in holidays.list_supported_countries(False)}
    return dict(sorted(known.items(), key=lambda item: item[1]))


def _known_country(code: str | None) -> str | None:
    if code is not None and code not in countries():
        raise ValueError(
            "Received an invalid value for argument `holidays`, expected the two letters of a "
            f"country (ISO 3166-1), got {code!r}."
        )
    return code


UPLOAD = "upload"  # the source of a visitor's own file
Source = Annotated[str, AfterValidator(_known_source)]
Country = Annotated[str | None, AfterValidator(_known_country)]
ScalingKind = Literal["standard", "minmax", "robust", "none"]
Split = Literal["time", "random"]
Missing = Literal["interpolate", "forward", "drop"]
Duplicates = Literal["keep", "drop"]
Tails = Literal["keep", "cut"]
ClassWeight = Literal["none", "balanced"]
# What an uploaded table is: rows are time steps; one sequence a row; sequences below each other
# with an id; texts with a label; two columns of text; a running text; arrays of numbers; sounds.
Kind = Literal["series", "wide", "long", "text", "pairs", "corpus", "arrays", "speech"]
SeriesScaling = Literal["together", "each"]  # of several series in one file
Logarithm = Literal["none", "log", "log1p"]  # NumPy's names
Difference = Literal["none", "row", "season", "both"]  # to the row before, to the season before
Calendar = Literal["hour", "weekday", "month", "day of year"]
# Steps of the calendar, as pandas calls them.
Step = Literal["min", "5min", "15min", "30min", "h", "6h", "D", "W", "MS", "QS", "YS"]
