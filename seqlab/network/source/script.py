"""The whole script, section by section."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.data.load import load
from seqlab.experiment import Experiment, Training
from seqlab.fitting.losses import LOSSES
from seqlab.fitting.metrics import METRICS
from seqlab.fitting.schedules import SCHEDULES
from seqlab.network.plan import Plan, plan
from seqlab.network.source.data import Preparation, prepare
from seqlab.network.source.model import model_lines
from seqlab.network.source.python import call, keywords, literal

FRESH_STATES = [
    "class FreshStates(keras.callbacks.Callback):",
    '    """States begin at zero in every epoch, and for the validation part."""',
    "",
    "    def on_epoch_begin(self, epoch, logs=None):",
    "        for layer in self.model.layers:",
    '            if getattr(layer, "stateful", False):',
    "                layer.reset_state()",
    "",
    "    def on_test_begin(self, logs=None):",
    "        self.on_epoch_begin(0)",
    "",
    "",
]


@dataclass(frozen=True)
class Section:
    """A part of the script with its heading."""

    title: str
    lines: tuple[str, ...]


def source(experiment: Experiment, dataset: Dataset | None = None) -> str:
    """A plain Keras script that gives the same losses as `seqlab.train(experiment)`.

    What it reads from files - a long series, drawn or uploaded sequences - is given by
    `seqlab.network.source.files`; a short series stands in the script itself.

    Args:
        experiment: what is trained.
        dataset: its data; by default those that the experiment names.

    Raises:
        seqlab.DataError: if the data are not given and cannot be loaded.

    Example:
        >>> "keras.layers.LSTM(16)" in source(Experiment())
        True
    """
    parts = sections(experiment, dataset if dataset is not None else load(experiment))
    blocks = ["\n".join([f"# {part.title}", *part.lines]) for part in parts]
    return "\n\n".join(blocks) + "\n"


def sections(experiment: Experiment, dataset: Dataset) -> list[Section]:
    """The script in parts: imports, model, data, training, evaluation."""
    frame = dataset.frame
    prepared, planned = prepare(experiment, dataset), plan(experiment, frame)
    head = f"{', '.join(dataset.targets)} · {len(dataset.train):,} training sequences"
    return [
        Section(f"Made by seqlab: {_promise(experiment)}", _imports(prepared)),
        # First what one looks for: a series may take hundreds of lines.
        Section("Model", _model(experiment, planned)),
        # A name with a line break in it would end the comment.
        Section(" ".join(f"Data: {head}".split()), tuple(prepared.code)),
        Section("Training", _training(experiment, frame, dataset, planned, prepared)),
        Section("Evaluation", _evaluation(experiment, frame, dataset, planned, prepared)),
    ]


def _promise(experiment: Experiment) -> str:
    """What the script's losses are against those of the run."""
    if any(layer.dropout or layer.recurrent_dropout for layer in experiment.layers):
        return "the losses of the playground, but for what dropout draws"
    return "the same losses as in the playground"


def changed_lines(before: str, after: str) -> list[int]:
    """The numbers (from 0) of the lines of `after` that are new or changed against `before`."""
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        line
        for tag, _, _, first, last in matcher.get_opcodes()
        if tag in ("insert", "replace")
        for line in range(first, last)
    ]


def _imports(prepared: Preparation) -> tuple[str, ...]:
    standard = [line for line in prepared.imports if line == "import io"]
    others = sorted({*prepared.imports, "import keras"} - set(standard))
    return (*standard, *([""] if standard else []), *others)


def _model(experiment: Experiment, planned: Plan) -> tuple[str, ...]:
    seed = experiment.training.seed
    return (
        f"keras.utils.set_random_seed({seed})",
        *model_lines(experiment, planned),
        "model.summary()",
    )


def _training(
    experiment: Experiment,
    frame: Frame,
    dataset: Dataset,
    planned: Plan,
    prepared: Preparation,
) -> tuple[str, ...]:
    training = experiment.training
    validated = len(dataset.validation) > 0
    lines: list[str] = []
    if planned.decoder:
        lines += [
            "def late(y):",
            '    """What the decoder reads: the target one step late, class 0 first."""',
            "    return np.concatenate([np.zeros_like(y[:, :1]), y[:, :-1]], axis=1)",
            "",
        ]
    if _stateful(experiment):
        lines += FRESH_STATES
    rate, rate_lines = _rate(training, len(dataset.train))
    lines += rate_lines
    compiled = [
        "\n".join(call(f"keras.optimizers.{training.optimizer}", _optimizer(training, rate))),
        f"loss={_loss(planned, prepared.weighted)}",
    ]
    metrics = [METRICS[name].script for name in planned.metrics]
    if metrics:
        compiled.append(f"{_weighted(prepared)}metrics=[{', '.join(metrics)}]")
    lines += call("model.compile", compiled)
    both = bool(planned.decoder)
    counting, weights_given = _class_weight(experiment, frame, prepared)
    lines += counting
    fit = [
        "[x_train, late(y_train)]" if both else "x_train",
        "y_train",
        *weights_given,
        f"batch_size={training.batch_size}",
        f"epochs={training.epochs}",
        *(["shuffle=False"] if not training.shuffle else []),
    ]
    if validated:
        x = "[x_validation, late(y_validation)]" if both else "x_validation"
        weights = ", w_validation" if prepared.weighted else ""
        fit.append(f"validation_data=({x}, y_validation{weights})")
    callbacks = _callbacks(training, validated)
    if _stateful(experiment):
        callbacks.insert(0, "FreshStates()")
    if callbacks:
        inner = "\n".join(f"    {line}," for line in callbacks)
        fit.append(f"callbacks=[\n{inner}\n]")
    fit.append("verbose=2")
    return (*lines, *call("model.fit", fit, before="history = "))


def _stateful(experiment: Experiment) -> bool:
    return any(layer.stateful for layer in experiment.layers)


def _class_weight(
    experiment: Experiment, frame: Frame, prepared: Preparation
) -> tuple[list[str], list[str]]:
    """How much each target counts: lines that compute it, and the arguments of `fit`.

    Keras' `class_weight` takes targets with steps for one-hot vectors, and it cannot be given
    together with sample weights: there the weights of the classes are sample weights, too.
    """
    steps = frame.at != "end"
    if frame.kind == "value" or experiment.training.class_weight == "none":
        return [], ["sample_weight=w_train"] if prepared.weighted else []
    counted = "y_train.ravel()" if steps else "y_train"
    if prepared.weighted:
        counted += ", w_train.ravel()"
    lines = [
        "# All classes shall count alike: a target counts the more, the rarer its class is.",
        f"counts = np.bincount({counted})",
        "balanced = counts.sum() / ((counts > 0).sum() * np.maximum(counts, 1))",
    ]
    if not steps:
        return lines, ["class_weight=dict(enumerate(balanced))"]
    return lines, [f"sample_weight={'w_train * ' if prepared.weighted else ''}balanced[y_train]"]


def _weighted(prepared: Preparation) -> str:
    """Steps that do not count must not count for the metrics either."""
    return "weighted_" if prepared.weighted else ""


def _optimizer(training: Training, rate: str) -> list[str]:
    clips = [("clipnorm", training.clipnorm), ("clipvalue", training.clipvalue)]
    return [
        f"learning_rate={rate}",
        *keywords(list(training.knobs.items())),
        *keywords([(name, value) for name, value in clips if value is not None]),
    ]


def _rate(training: Training, sequences: int) -> tuple[str, list[str]]:
    """The learning rate as an expression, and the lines that it needs."""
    batches = -(-sequences // min(training.batch_size, max(sequences, 1)))
    warmup = min(training.warmup, training.epochs) * batches
    decay = max(1, training.epochs * batches - warmup)
    rate, left = training.learning_rate, training.decay_rate
    schedule = SCHEDULES[training.schedule]
    if schedule.share is None and not warmup:
        return literal(rate), []
    if schedule.arguments is not None and not warmup:
        common = [("initial_learning_rate", rate), ("decay_steps", decay)]
        arguments = keywords([*common, *schedule.arguments(rate, left).items()])
        keras_class = f"keras.optimizers.schedules.{schedule.keras}"
        return "rate", call(keras_class, arguments, before="rate = ")
    if schedule.on_plateau:  # that callback needs a rate that it can set
        return literal(rate), [
            "class Warmup(keras.callbacks.Callback):",
            f'    """Rises over {warmup} batches; it stands behind ReduceLROnPlateau."""',
            "",
            f"    step, full = 0, {rate!r}",
            "",
            "    def on_train_batch_begin(self, batch, logs=None):",
            f"        self.given = self.full * min(1.0, self.step / {warmup})",
            "        self.model.optimizer.learning_rate.assign(self.given)",
            "        self.step += 1",
            "",
            "    def on_epoch_end(self, epoch, logs=None):",
            "        lowered = float(self.model.optimizer.learning_rate)",
            "        self.full *= lowered / self.given if self.given else 1.0",
            "",
            "",
        ]
    after = [f"        after = keras.ops.maximum(step - {warmup}, 0) / {decay}"]
    return "Rate()", [
        "class Rate(keras.optimizers.schedules.LearningRateSchedule):",
        f'    """Rises over {warmup} batches, then: {training.schedule}."""',
        "",
        "    def __call__(self, step):",
        '        step = keras.ops.cast(step, "float32")',
        *(after if schedule.share else []),
        f"        rising = step < {warmup}",
        f"        share = keras.ops.where(rising, step / {warmup}, {schedule.in_script(left)})",
        f"        return {rate!r} * share",
        "",
        "    def get_config(self):",
        "        return {}",
        "",
        "",
    ]


def _callbacks(training: Training, validated: bool) -> list[str]:
    watched = [] if validated else [("monitor", "loss")]
    callbacks = []
    if SCHEDULES[training.schedule].on_plateau:
        values = [
            *watched,
            ("factor", training.decay_rate),
            ("patience", training.plateau_patience),
        ]
        callbacks.append(f"keras.callbacks.ReduceLROnPlateau({', '.join(keywords(values))})")
        if training.warmup:
            callbacks.append("Warmup()")
    if training.patience is not None:
        stop = [*watched, ("patience", training.patience), ("restore_best_weights", True)]
        callbacks.append(f"keras.callbacks.EarlyStopping({', '.join(keywords(stop))})")
    return callbacks


def _loss(planned: Plan, weighted: bool) -> str:
    """The loss; where steps have weights, its mean is over what counts."""
    loss = LOSSES[planned.loss]
    if not loss.entropy and not weighted:
        return literal(loss.name)
    arguments = ["from_logits=True"] if loss.entropy and planned.from_logits else []
    if weighted:
        arguments.append('reduction="mean_with_sample_weight"')
    return f"keras.losses.{loss.keras}({', '.join(arguments)})"


def _evaluation(
    experiment: Experiment,
    frame: Frame,
    dataset: Dataset,
    planned: Plan,
    prepared: Preparation,
) -> tuple[str, ...]:
    """What was reached on the validation part, in original units or as a share."""
    if not len(dataset.validation):
        return ("print(f\"loss {history.history['loss'][-1]:.4g}\")",)
    batch = f"batch_size={experiment.training.batch_size}, " if _stateful(experiment) else ""
    if frame.kind == "value":
        return _values(dataset, prepared, batch)
    if planned.decoder:
        answer = "model.predict_on_batch([x_validation, late(written)])"
        if batch:
            answer = f"model.predict([x_validation, late(written)], {batch}verbose=0)"
        return (
            "# Without the target: the decoder reads what it has written itself.",
            "written = np.zeros_like(y_validation)",
            "for step in range(y_validation.shape[1]):",
            f"    scores = {answer}",
            "    written[:, step] = scores[:, step].argmax(axis=-1)",
            "right = (written == y_validation).all(axis=1)",
            'print(f"{right.mean():.1%} of the validation targets are written without a mistake")',
        )
    lines = [f"answers = model.predict(x_validation, {batch}verbose=0).argmax(axis=-1)"]
    if frame.at == "end":
        lines += [
            "right = answers == y_validation",
            'print(f"{right.mean():.1%} of the validation sequences are right")',
        ]
    elif frame.at == "every step":
        weights = "weights=w_validation" if prepared.weighted else ""
        mean = f"np.average(answers == y_validation, {weights})" if weights else "right.mean()"
        lines += [] if weights else ["right = answers == y_validation"]
        lines.append(f'print(f"{{{mean}:.1%}} of the validation steps are right")')
    else:
        ignored = " | (w_validation == 0)" if prepared.weighted else ""
        lines += [
            f"right = ((answers == y_validation){ignored}).all(axis=1)",
            'print(f"{right.mean():.1%} of the validation targets are written without a mistake")',
        ]
    return tuple(lines)


def _values(dataset: Dataset, prepared: Preparation, batch: str) -> tuple[str, ...]:
    lines = [f"predicted = model.predict(x_validation, {batch}verbose=0)"]
    weights = ", weights=w_validation" if prepared.weighted else ""
    error = "(predicted - y_validation) ** 2"
    if dataset.further:
        names = ", ".join(literal(name) for name in dataset.targets)
        return (
            *lines,
            f"targets = [{names}]",
            "errors = in_units(predicted) - in_units(y_validation)",
            "for name, each in zip(targets, np.moveaxis(errors, -1, 0)):",
            "    rmse = np.sqrt(np.mean(each**2))",
            '    print(f"RMSE of {name} on the validation part: {rmse:.4g}")',
        )
    if prepared.in_units:
        return (
            *lines,
            "rmse = np.sqrt(np.mean((in_units(predicted) - in_units(y_validation)) ** 2))",
            'print(f"RMSE on the validation part: {rmse:.4g}")',
        )
    if dataset.series is not None and dataset.series.scaling is not None:
        return (
            *lines,
            "rmse = np.sqrt(np.mean(((predicted - y_validation) * scale) ** 2))",
            'print(f"RMSE on the validation part: {rmse:.4g}")',
        )
    if weights:
        error = f"({error}).mean(axis=-1)"
    unit = ""
    if prepared.scales:
        unit = " * np.ravel(scale)[0]"
    elif len(set(dataset.target_scaling.scale)) == 1 and dataset.target_scaling.scale[0] != 1:
        unit = f" * {float(dataset.target_scaling.scale[0])!r}"
    average = f"np.average({error}{weights})" if weights else f"np.mean({error})"
    return (
        *lines,
        f"rmse = np.sqrt({average}){unit}",
        'print(f"RMSE on the validation part: {rmse:.4g}")',
    )
