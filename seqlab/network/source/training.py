"""Lines of a script that compile and train the network."""

from __future__ import annotations

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Training
from seqlab.fitting.losses import LOSSES
from seqlab.fitting.metrics import METRICS
from seqlab.fitting.schedules import SCHEDULES
from seqlab.network.plan import Plan
from seqlab.network.source.data import Preparation
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


def training_lines(
    experiment: Experiment,
    frame: Frame,
    dataset: Dataset,
    planned: Plan,
    prepared: Preparation,
) -> tuple[str, ...]:
    """Lines that compile and fit.

    Args:
        experiment: what is trained.
        frame: the shapes of its data.
        dataset: its data.
        planned: the plan of its layers.
        prepared: how the script gets its arrays.
    """
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
    if has_state(experiment):
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
    if has_state(experiment):
        callbacks.insert(0, "FreshStates()")
    if callbacks:
        inner = "\n".join(f"    {line}," for line in callbacks)
        fit.append(f"callbacks=[\n{inner}\n]")
    fit.append("verbose=2")
    return (*lines, *call("model.fit", fit, before="history = "))


def has_state(experiment: Experiment) -> bool:
    """Whether a layer goes on in a batch where it ended in the one before."""
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
