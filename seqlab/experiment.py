"""WHAT to train: one frozen, validated description of data, layers and training.

An `Experiment` is the only thing that travels between the page, the URL, the run store and the
training workers. It knows its limits and says in words what is out of range.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from seqlab.choices import (
    KNOBS,
    Activation,
    BiasInitializer,
    Cell,
    Head,
    HeadActivation,
    Initializer,
    Loss,
    Metric,
    Optimizer,
)

Source = Literal[
    "sunspots",
    "co2",
    "elnino",
    "nile",
    "macro",
    "seattle",
    "vowels",
    "sine",
    "sines",
    "damped",
    "mackey_glass",
    "lorenz",
    "logistic",
    "random_walk",
    "adding",
    "copying",
    "temporal_order",
    "first_bit",
    "echo",
    "parity",
    "frequency",
    "trend",
    "brackets",
    "reber",
    "anbn",
    "counting",
    "reviews",
    "dates",
    "french",
    "chinese",
    "upload",
]
ScalingKind = Literal["standard", "minmax", "robust", "none"]
Split = Literal["time", "random"]
Missing = Literal["interpolate", "forward", "drop"]
Schedule = Literal["constant", "cosine", "exponential", "plateau"]
# What an uploaded table is: rows are time steps; one sequence a row; sequences below each other
# with an id; texts with a label; two columns of text; a running text; arrays of numbers.
Kind = Literal["series", "wide", "long", "text", "pairs", "corpus", "arrays"]
# Steps of the calendar, as pandas calls them.
Step = Literal["min", "5min", "15min", "30min", "h", "6h", "D", "W", "MS", "QS", "YS"]

# The smallest and the largest value of every number, by its widget key.
LIMITS: dict[str, tuple[float, float]] = {
    "window": (1, 1000),
    "horizon": (1, 1000),
    "steps": (1, 200),
    "stride": (1, 1000),
    "test_share": (0, 0.5),
    "period": (0, 1000),
    "samples": (10, 20_000),
    "noise": (0, 10),
    "lag": (1, 500),
    "difficulty": (1, 10),
    "data_seed": (0, 999_999),
    "units": (1, 512),
    "learning_rate": (1e-6, 10),
    "batch_size": (1, 4096),
    "epochs": (1, 10_000),
    "seed": (0, 999_999),
    "clipnorm": (1e-6, 1e6),
    "clipvalue": (1e-6, 1e6),
    "warmup": (0, 1000),
    "decay_rate": (1e-6, 1),
    "plateau_patience": (1, 10_000),
    "patience": (1, 10_000),
    "dropout": (0, 0.95),
    "recurrent_dropout": (0, 0.95),
    "forget_bias": (-10, 10),
    "recurrent_scale": (0.5, 1.5),
    "l2": (0, 1),
    "embedding": (1, 512),
    "momentum": (0, 0.9999),
    "rho": (0, 0.9999),
    "beta_1": (0, 0.9999),
    "beta_2": (0, 0.99999),
    "epsilon": (1e-12, 1),
    "weight_decay": (0, 1),
    "initial_accumulator_value": (0, 10),
}
MAX_LAYERS = 4


class ExperimentError(ValueError):
    """What is wrong with the values of an experiment, one sentence each, for the user."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def _within(name: str, kind: type[int] | type[float]) -> BeforeValidator:
    """A validator of one number with an error text in the manner of Keras."""
    low, high = LIMITS[name]

    def check(value: object) -> object:
        try:
            number = float(str(value))
            fits = low <= number <= high and (kind is float or number == int(number))
        except (ValueError, OverflowError):
            fits = False
        if isinstance(value, bool) or not fits:
            noun = "an integer" if kind is int else "a number"
            raise ValueError(
                f"Received an invalid value for argument `{name}`, "
                f"expected {noun} from {low:,.10g} to {high:,.10g}, got {value}."
            )
        return kind(number)

    return BeforeValidator(check)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reading(_Frozen):
    """How to read an uploaded file where the reader's own guess is wrong; `None` lets it guess.

    It travels with the experiment, so that a shared run reads its file the same way again. Only
    what was changed by hand stands in JSON and in the URL.

    Attributes:
        encoding: a Python codec such as "cp1252".
        delimiter: one character; " " for runs of blanks, "" for a single column.
        decimal: the decimal sign.
        header: how many header rows stand above the data, 0 for none.
        day_first: is 03/04/2020 the third of April?
        kind: what the table is.
        time: the column to take the time from, "" for none.
        label: the column with the classes, "" for none.
        sequence_id: the column that tells sequences apart, "" for none.
        label_at: one label a sequence ("end"), or one for each of its steps.
        ignored: columns to leave out altogether.
        codes: numbers that stand for a missing value, such as -999.
        step: makes irregular times regular, one row for each of these steps.
    """

    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    header: Annotated[int, Field(ge=0, le=100)] | None = None
    day_first: bool | None = None
    kind: Kind | None = None
    time: str | None = None
    label: str | None = None
    sequence_id: str | None = None
    label_at: Literal["end", "every step"] | None = None
    ignored: tuple[str, ...] = ()
    codes: tuple[float, ...] = ()
    step: Step | None = None

    def changed(self, **changes: Any) -> Self:  # noqa: ANN401
        """A copy with some fields changed, checked. Raises `ExperimentError`."""
        if not changes:
            return self
        try:
            return type(self).model_validate({**dict(self), **changes})
        except ValidationError as error:
            raise ExperimentError(_sentences(error)) from error

    @model_serializer(mode="wrap")
    def _changed(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Only what differs from the defaults."""
        return {k: v for k, v in handler(self).items() if v is not None and v != () and v != []}


class Data(_Frozen):
    """Which sequences, and how windows are cut from them.

    Attributes:
        source: a bundled series ("sunspots"), a task of the bench ("sine", "adding") or "upload";
            what each one is, and which of the numbers below it uses within which limits:
            `seqlab.data.catalogue`.
        window: timesteps of one input sequence; for a drawn task its length T.
        horizon: the target lies this many steps after the window's last step (series only).
        steps: how many steps from there on are to be predicted at once (series only).
        stride: rows from one window's start to the next one's (series only).
        scaling: how columns are scaled; always fitted on the training part alone.
        split: "time", training before validation before test; or "random", windows dealt out at
            random, which flatters because neighbouring windows overlap.
        test_share: the share of the rows at the very end that neither training nor validation
            sees (series only).
        missing: gaps are bridged by straight lines, by the last known value, or every window
            that touches one is left out (series only).
        period: of the seasonal baseline, in rows; 0 for the one that autocorrelation finds.
        target: the column to predict; `None` for the first numeric one.
        inputs: the columns the network sees; empty for the source's own choice: the target
            alone, or what belongs together (all three of Lorenz).
        file: the name under which the run store keeps an uploaded file.
        reading: how that file is to be read.
        samples: how many points of a series, or how many sequences of a task, are drawn.
        noise: standard deviation of the noise on a signal of amplitude 1.
        lag: the steps that a task asks to bridge: the delay of the echo, of Mackey-Glass.
        difficulty: a small whole number whose meaning is the task's own: how many sines are
            added, how many kinds of brackets there are.
        data_seed: seed of the synthetic data.
    """

    source: Source = "sunspots"
    window: Annotated[int, _within("window", int)] = 22
    horizon: Annotated[int, _within("horizon", int)] = 1
    steps: Annotated[int, _within("steps", int)] = 1
    stride: Annotated[int, _within("stride", int)] = 1
    scaling: ScalingKind = "standard"
    split: Split = "time"
    test_share: Annotated[float, _within("test_share", float)] = 0.0
    missing: Missing = "interpolate"
    period: Annotated[int, _within("period", int)] = 0
    target: str | None = None
    inputs: tuple[str, ...] = ()
    file: str | None = None
    reading: Reading = Reading()
    samples: Annotated[int, _within("samples", int)] = 1000
    noise: Annotated[float, _within("noise", float)] = 0.1
    lag: Annotated[int, _within("lag", int)] = 5
    difficulty: Annotated[int, _within("difficulty", int)] = 2
    data_seed: Annotated[int, _within("data_seed", int)] = 0


class Recurrent(_Frozen):
    """One recurrent layer. Names and defaults are those of the Keras layer's arguments.

    Attributes:
        cell: the Keras layer.
        units: width of the hidden state; each direction of a bidirectional layer has as many.
        return_sequences: hand on the state of every step instead of the last one.
        bidirectional: a `keras.layers.Bidirectional` around the layer, outputs concatenated.
        activation: of the candidate, and of the cell state for the output of an LSTM.
        recurrent_activation: of the gates; a SimpleRNN has none.
        use_bias: whether there is a bias vector.
        dropout: share of the inputs that is dropped in training, the same at every step.
        recurrent_dropout: likewise of the hidden state.
        go_backwards: read the sequence from its end.
        stateful: begin a batch with the states at the end of the one before.
        kernel_initializer, recurrent_initializer, bias_initializer: how the weights begin.
        unit_forget_bias: LSTM: the forget gate's bias begins at `forget_bias`.
        forget_bias: 1 as in Keras; other values are set after the layer is made.
        recurrent_scale: the recurrent kernel begins at this multiple of what its initializer drew.
        l2: penalty on the squares of kernel and recurrent kernel.
        layer_normalization: a `keras.layers.LayerNormalization` behind the layer.
    """

    cell: Cell = "LSTM"
    units: Annotated[int, _within("units", int)] = 16
    return_sequences: bool = False
    bidirectional: bool = False
    activation: Activation = "tanh"
    recurrent_activation: Activation = "sigmoid"
    use_bias: bool = True
    dropout: Annotated[float, _within("dropout", float)] = 0.0
    recurrent_dropout: Annotated[float, _within("recurrent_dropout", float)] = 0.0
    go_backwards: bool = False
    stateful: bool = False
    kernel_initializer: Initializer = "glorot_uniform"
    recurrent_initializer: Initializer = "orthogonal"
    bias_initializer: BiasInitializer = "zeros"
    unit_forget_bias: bool = True
    forget_bias: Annotated[float, _within("forget_bias", float)] = 1.0
    recurrent_scale: Annotated[float, _within("recurrent_scale", float)] = 1.0
    l2: Annotated[float, _within("l2", float)] = 0.0
    layer_normalization: bool = False


class Network(_Frozen):
    """What lies before and behind the recurrent layers. It follows from the data by default.

    Attributes:
        embedding: numbers that stand for one token; only for data made of tokens.
        masking: recurrent layers skip padded steps.
        head: "auto" follows from the goal of the data; "dense" reads one state, "time_distributed"
            the state of every step; "repeat_vector" and "teacher_forcing" are encoder-decoders
            whose last recurrent layer is the decoder. The decoder of the first reads the encoder's
            last output at every step; that of the second starts from the encoder's states and
            reads the target, one step late.
        head_activation: "linear" for values and for logits.
    """

    embedding: Annotated[int, _within("embedding", int)] = 16
    masking: bool = True
    head: Head = "auto"
    head_activation: HeadActivation = "linear"


class Training(_Frozen):
    """How the weights are found. Everything means what it means in Keras.

    Attributes:
        optimizer: the class of `keras.optimizers`, with Keras' defaults but for the following.
        learning_rate: the rate, or where its schedule starts (after the warm-up).
        batch_size: sequences in one batch.
        epochs: passes over the training part; also the time over which a schedule decays.
        seed: of the initial weights, the order of the sequences, and dropout.
        clipnorm: clips the gradient of each weight to that Euclidean norm; `None` for no limit.
        clipvalue: clips each entry of a gradient; only one of the two may be set.
        schedule: "constant"; "cosine" and "exponential" decay at every batch until the last epoch
            (keras.optimizers.schedules.CosineDecay, ExponentialDecay); "plateau" reduces the rate
            when the validation loss has not improved (keras.callbacks.ReduceLROnPlateau).
        warmup: epochs over which the rate first rises from 0, in equal steps at every batch.
        decay_rate: the share of the rate that "cosine" and "exponential" leave at the end, and
            that "plateau" leaves at each reduction.
        plateau_patience: epochs without improvement before "plateau" reduces the rate.
        patience: epochs without improvement of the validation loss (the loss, without validation
            part) before training ends; the best weights are then restored
            (keras.callbacks.EarlyStopping). `None` for no early stopping.
        loss: "auto" is the mean squared error for values and the cross-entropy for classes.
        metrics: measured in addition; empty for accuracy with classes, nothing with values.
        shuffle: take the sequences in another order than their own.
        momentum, nesterov, rho, centered, beta_1, beta_2, amsgrad, epsilon, weight_decay,
        initial_accumulator_value: knobs of some optimizers, see `KNOBS`; `None` is Keras' default.
            Those that the optimizer does not have are ignored.
    """

    optimizer: Optimizer = "Adam"
    learning_rate: Annotated[float, _within("learning_rate", float)] = 0.005
    batch_size: Annotated[int, _within("batch_size", int)] = 32
    epochs: Annotated[int, _within("epochs", int)] = 40
    seed: Annotated[int, _within("seed", int)] = 0
    clipnorm: Annotated[float, _within("clipnorm", float)] | None = None
    clipvalue: Annotated[float, _within("clipvalue", float)] | None = None
    schedule: Schedule = "constant"
    warmup: Annotated[int, _within("warmup", int)] = 0
    decay_rate: Annotated[float, _within("decay_rate", float)] = 0.1
    plateau_patience: Annotated[int, _within("plateau_patience", int)] = 5
    patience: Annotated[int, _within("patience", int)] | None = None
    loss: Loss = "auto"
    metrics: tuple[Metric, ...] = ()
    shuffle: bool = True
    momentum: Annotated[float, _within("momentum", float)] | None = None
    nesterov: bool | None = None
    rho: Annotated[float, _within("rho", float)] | None = None
    centered: bool | None = None
    beta_1: Annotated[float, _within("beta_1", float)] | None = None
    beta_2: Annotated[float, _within("beta_2", float)] | None = None
    amsgrad: bool | None = None
    epsilon: Annotated[float, _within("epsilon", float)] | None = None
    weight_decay: Annotated[float, _within("weight_decay", float)] | None = None
    initial_accumulator_value: (
        Annotated[float, _within("initial_accumulator_value", float)] | None
    ) = None

    @model_validator(mode="after")
    def _one_clip(self) -> Self:
        if self.clipnorm is not None and self.clipvalue is not None:
            raise ValueError(
                "Only one of `clipnorm` and `clipvalue` can be set, "
                f"got clipnorm={self.clipnorm:g} and clipvalue={self.clipvalue:g}."
            )
        return self

    @property
    def knobs(self) -> dict[str, float | bool]:
        """The optimizer's own knobs that differ from Keras' defaults."""
        values = {name: getattr(self, name) for name in KNOBS[self.optimizer]}
        defaults = KNOBS[self.optimizer]
        return {k: v for k, v in values.items() if v is not None and v != defaults[k]}


class Experiment(_Frozen):
    """Data + network + training. Frozen and hashable; every field by keyword.

    Example:
        >>> e = Experiment(layers=(Recurrent(cell="GRU", units=8),))
        >>> Experiment.from_json(e.to_json()) == e
        True
        >>> e.to_query()
        {'cell_0': 'GRU', 'units_0': '8'}
    """

    data: Data = Data()
    layers: Annotated[tuple[Recurrent, ...], Field(min_length=1, max_length=MAX_LAYERS)] = (
        Recurrent(),
    )
    network: Network = Network()
    training: Training = Training()

    def to_json(self) -> str:
        """The experiment as JSON text."""
        return self.model_dump_json()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The experiment of `to_json`. Raises `ExperimentError`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise ExperimentError(_sentences(error)) from error

    def to_flat(self) -> dict[str, Any]:
        """Every value by its widget key: `units_0` is the units of the first layer."""
        flat: dict[str, Any] = {"data": self.data.source}
        flat |= self.data.model_dump(exclude={"source"})
        flat["layers"] = len(self.layers)
        for i, layer in enumerate(self.layers):
            flat |= {f"{name}_{i}": value for name, value in layer}
        return flat | self.network.model_dump() | self.training.model_dump()

    @classmethod
    def from_flat(cls, flat: Mapping[str, Any]) -> Self:
        """The experiment of `to_flat`; what is missing takes its default.

        Raises:
            ExperimentError: for every value that is out of range, in one error.
        """
        problems: list[str] = []

        def build(model: type[BaseModel], values: dict[str, Any]) -> Any:  # noqa: ANN401
            try:
                return model.model_validate(values)
            except ValidationError as error:
                problems.extend(_sentences(error))
                return None

        def pick(model: type[BaseModel], suffix: str = "") -> dict[str, Any]:
            keys = {name: f"{name}{suffix}" for name in model.model_fields}
            return {name: flat[key] for name, key in keys.items() if key in flat}

        data = pick(Data)
        if "data" in flat:
            data["source"] = flat["data"]
        try:
            count = int(flat.get("layers", 1))
        except (TypeError, ValueError, OverflowError):
            count = 0
        if not 1 <= count <= MAX_LAYERS:
            problems.append(
                f"Received an invalid value for argument `layers`, expected an integer "
                f"from 1 to {MAX_LAYERS}, got {flat['layers']}."
            )
            count = 1
        parts = {
            "data": build(Data, data),
            "layers": tuple(build(Recurrent, pick(Recurrent, f"_{i}")) for i in range(count)),
            "network": build(Network, pick(Network)),
            "training": build(Training, pick(Training)),
        }
        if problems:
            raise ExperimentError(problems)
        return cls(**parts)

    def to_query(self, base: Experiment | None = None) -> dict[str, str]:
        """The values that differ from `base` (the default experiment), as URL parameters."""
        common = (base or Experiment()).to_flat()
        return {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in self.to_flat().items()
            if key not in common or common[key] != value
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str], base: Experiment | None = None) -> Self:
        """The experiment of `to_query`; unknown parameters are ignored.

        Raises:
            ExperimentError: if a parameter is out of range.
        """
        return cls.from_flat((base or cls()).to_flat() | parse_query(query))


def parse_query(query: Mapping[str, str]) -> dict[str, Any]:
    """URL parameters as values by widget key; they may be out of range, or of no meaning at all."""
    return {key: _parse(key, text) for key, text in query.items()}


def _parse(key: str, text: str) -> Any:  # noqa: ANN401
    """A URL parameter as a value: JSON where it is JSON, else the text as it stands."""
    if key in {"target", "file"}:  # a column may be called "12" or "true"
        return None if text == "null" else text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # the latter from "[[[[[..."
        return text


def _sentences(error: ValidationError) -> list[str]:
    """Pydantic's errors as sentences in the manner of Keras."""
    found = []
    for item in error.errors():
        if item["type"] == "value_error":
            found.append(item["msg"].removeprefix("Value error, "))
            continue
        name = ".".join(str(part) for part in item["loc"]) or "experiment"
        wanted = item.get("ctx", {}).get("expected")
        what = f"expected {wanted}" if wanted else item["msg"][:1].lower() + item["msg"][1:]
        found.append(
            f"Received an invalid value for argument `{name}`, {what}, got {item['input']}."
        )
    return found


def clamp(key: str, value: Any) -> Any:  # noqa: ANN401
    """The nearest value that is allowed for a widget key; text and switches stay as they are."""
    name = key.rstrip("0123456789").rstrip("_") if key not in LIMITS else key
    if name not in LIMITS or isinstance(value, str | bool) or value is None:
        return value
    low, high = LIMITS[name]
    return min(max(value, low), high)


@dataclass(frozen=True)
class Finding:
    """Something worth saying about data, network or training, with a one-click fix if any.

    Attributes:
        level: "error" (training is not possible), "warning" or "hint".
        code: a short stable name, as in "return_sequences_between_layers".
        message: one or two sentences for the user.
        fix: the experiment with the problem mended, or `None`.
        fix_label: what the Fix button says.
        keras: what Keras itself says or does, or "".
    """

    level: Literal["error", "warning", "hint"]
    code: str
    message: str
    fix: Experiment | None = None
    fix_label: str = "Fix"
    keras: str = ""
