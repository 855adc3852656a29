"""The parts of an experiment: data, recurrent layers, what is around them, training."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    FiniteFloat,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from seqlab.cells import CELLS
from seqlab.choices import (
    KNOBS,
    Activation,
    BiasInitializer,
    Cell,
    ClassWeight,
    Duplicates,
    Head,
    HeadActivation,
    Initializer,
    Kind,
    Loss,
    Metric,
    Missing,
    Optimizer,
    ScalingKind,
    Schedule,
    Source,
    Split,
    Step,
    Tails,
)
from seqlab.limits import ExperimentError, Frozen, sentences, within


class ParseOptions(Frozen):
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
        swapped: the first two axes of an array, or rows and columns of a table with one sequence
            a row, change places: (steps, sequences) becomes (sequences, steps).

    Example:
        >>> ParseOptions(delimiter=";", decimal=",").model_dump_json()
        '{"delimiter":";","decimal":","}'
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
    codes: tuple[FiniteFloat, ...] = ()
    step: Step | None = None
    swapped: bool | None = None

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


class Data(Frozen):
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
        longest: whole sequences and texts of a file are cut after so many steps, as
            `keras.utils.pad_sequences(maxlen=..., truncating="post")` does; `None` for the usual
            limits, 2,000 steps of a table and 200 words or characters of a text.
        tails: what becomes of the steps at the end of a whole sequence of numbers that only repeat
            the step before them: they are kept, or cut ("cut"). Only for one target a sequence.
        duplicates: what becomes of training sequences that also stand, with the same target, in
            the validation or the test part: they are kept, or left out of training ("drop").
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

    Example:
        >>> Data(source="sine", window=50).horizon
        1
    """

    source: Source = "sunspots"
    window: Annotated[int, within("window", int)] = 22
    horizon: Annotated[int, within("horizon", int)] = 1
    steps: Annotated[int, within("steps", int)] = 1
    stride: Annotated[int, within("stride", int)] = 1
    scaling: ScalingKind = "standard"
    split: Split = "time"
    test_share: Annotated[float, within("test_share", float)] = 0.0
    missing: Missing = "interpolate"
    longest: Annotated[int, within("longest", int)] | None = None
    tails: Tails = "keep"
    duplicates: Duplicates = "keep"
    period: Annotated[int, within("period", int)] = 0
    target: str | None = None
    inputs: tuple[str, ...] = ()
    file: str | None = None
    reading: ParseOptions = ParseOptions()
    samples: Annotated[int, within("samples", int)] = 1000
    noise: Annotated[float, within("noise", float)] = 0.1
    lag: Annotated[int, within("lag", int)] = 5
    difficulty: Annotated[int, within("difficulty", int)] = 2
    data_seed: Annotated[int, within("data_seed", int)] = 0


class Recurrent(Frozen):
    """One recurrent layer. Names and defaults are those of the Keras layer's arguments.

    Attributes:
        cell: the Keras layer.
        units: width of the hidden state; each direction of a bidirectional layer has as many.
        return_sequences: hand on the state of every step instead of the last one.
        bidirectional: a `keras.layers.Bidirectional` around the layer, outputs concatenated.
        activation: of the candidate, and of the cell state for the output of an LSTM.
        recurrent_activation: of the gates, where there are some.
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

    Example:
        >>> Recurrent(cell="GRU", units=8, bidirectional=True).title
        'Bidirectional(GRU(8))'
    """

    cell: Cell = "LSTM"
    units: Annotated[int, within("units", int)] = 16
    return_sequences: bool = False
    bidirectional: bool = False
    activation: Activation = "tanh"
    recurrent_activation: Activation = "sigmoid"
    use_bias: bool = True
    dropout: Annotated[float, within("dropout", float)] = 0.0
    recurrent_dropout: Annotated[float, within("recurrent_dropout", float)] = 0.0
    go_backwards: bool = False
    stateful: bool = False
    kernel_initializer: Initializer = "glorot_uniform"
    recurrent_initializer: Initializer = "orthogonal"
    bias_initializer: BiasInitializer = "zeros"
    unit_forget_bias: bool = True
    forget_bias: Annotated[float, within("forget_bias", float)] = 1.0
    recurrent_scale: Annotated[float, within("recurrent_scale", float)] = 1.0
    l2: Annotated[float, within("l2", float)] = 0.0
    layer_normalization: bool = False

    def has(self, setting: str) -> bool:
        """Whether a setting means something to this cell; the others are left aside."""
        return CELLS[self.cell].has(setting)

    @property
    def title(self) -> str:
        """As one would say it: "LSTM(16)", "Bidirectional(LSTM(16))"."""
        name = f"{self.cell}({self.units})"
        return f"Bidirectional({name})" if self.bidirectional else name


class Network(Frozen):
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

    Example:
        >>> Network(head_activation="softmax").head
        'auto'
    """

    embedding: Annotated[int, within("embedding", int)] = 16
    masking: bool = True
    head: Head = "auto"
    head_activation: HeadActivation = "linear"


class Training(Frozen):
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
        class_weight: how much each class counts in the training loss, as `class_weight` of
            `keras.Model.fit`: "none", all targets alike; "balanced", all classes alike, as
            scikit-learn's `compute_class_weight` (`seqlab.data.class_weight`). The validation loss
            always counts all targets alike. Ignored with values.
        shuffle: take the sequences in another order than their own.
        momentum, nesterov, rho, centered, beta_1, beta_2, amsgrad, epsilon, weight_decay,
        initial_accumulator_value: knobs of some optimizers, see `KNOBS`; `None` is Keras' default.
            Those that the optimizer does not have are ignored.

    Example:
        >>> Training(optimizer="SGD", learning_rate=0.1).epochs
        40
    """

    optimizer: Optimizer = "Adam"
    learning_rate: Annotated[float, within("learning_rate", float)] = 0.005
    batch_size: Annotated[int, within("batch_size", int)] = 32
    epochs: Annotated[int, within("epochs", int)] = 40
    seed: Annotated[int, within("seed", int)] = 0
    clipnorm: Annotated[float, within("clipnorm", float)] | None = None
    clipvalue: Annotated[float, within("clipvalue", float)] | None = None
    schedule: Schedule = "constant"
    warmup: Annotated[int, within("warmup", int)] = 0
    decay_rate: Annotated[float, within("decay_rate", float)] = 0.1
    plateau_patience: Annotated[int, within("plateau_patience", int)] = 5
    patience: Annotated[int, within("patience", int)] | None = None
    loss: Loss = "auto"
    metrics: tuple[Metric, ...] = ()
    class_weight: ClassWeight = "none"
    shuffle: bool = True
    momentum: Annotated[float, within("momentum", float)] | None = None
    nesterov: bool | None = None
    rho: Annotated[float, within("rho", float)] | None = None
    centered: bool | None = None
    beta_1: Annotated[float, within("beta_1", float)] | None = None
    beta_2: Annotated[float, within("beta_2", float)] | None = None
    amsgrad: bool | None = None
    epsilon: Annotated[float, within("epsilon", float)] | None = None
    weight_decay: Annotated[float, within("weight_decay", float)] | None = None
    initial_accumulator_value: (
        Annotated[float, within("initial_accumulator_value", float)] | None
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
