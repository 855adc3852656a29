"""How the weights are found."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from seqlab.choices import ClassWeight, Loss, Metric, Optimizer, Schedule
from seqlab.fitting.optimizers import KNOBS
from seqlab.limits import Frozen, Setting


class Training(Frozen):
    """How the weights are found. Everything means what it means in Keras.

    The text below a field is the help of its widget.

    Attributes:
        optimizer: the class of `keras.optimizers`, with Keras' defaults but for the following.
        learning_rate: the rate, or where its schedule starts (after the warm-up).
        batch_size: sequences in one batch.
        epochs: passes over the training part; also the time over which a schedule decays.
        seed: of dropout, too.
        clipnorm: of the gradient of each weight, its Euclidean norm; `None` for no limit.
        clipvalue: only one of the two may be set.
        schedule: "constant"; a decay at every batch until the last epoch
            (keras.optimizers.schedules); or "plateau", which reduces the rate when the validation
            loss has not improved (keras.callbacks.ReduceLROnPlateau); `seqlab.fitting.schedules`.
        warmup: in equal steps at every batch.
        patience: of the loss, without validation part (keras.callbacks.EarlyStopping).
        loss: "auto" is the mean squared error for values and the cross-entropy for classes.
        metrics: empty for accuracy with classes, nothing with values.
        class_weight: as `class_weight` of `keras.Model.fit`: "none", or "balanced" as
            scikit-learn's `compute_class_weight` (`seqlab.data.class_weight`). Ignored with values.
        momentum, nesterov, rho, centered, beta_1, beta_2, amsgrad, epsilon, weight_decay,
        initial_accumulator_value: knobs of some optimizers, see `KNOBS`; `None` is Keras' default.
            Those that the optimizer does not have are ignored.

    Example:
        >>> Training(optimizer="SGD", learning_rate=0.1).epochs
        40
    """

    optimizer: Optimizer = "Adam"
    learning_rate: Annotated[float, Setting(1e-6, 10, step=0.001)] = 0.005
    batch_size: Annotated[int, Setting(1, 4096, step=8)] = 32
    epochs: Annotated[int, Setting(1, 10_000, step=10)] = 40
    seed: Annotated[int, Setting(0, 999_999)] = 0
    """The same seed gives the same initial weights and the same order of the batches."""
    clipnorm: Annotated[float | None, Setting(1e-6, 1e6, step=0.5, empty="off")] = None
    """Gradients longer than this are shortened to it. Empty: off."""
    clipvalue: Annotated[float | None, Setting(1e-6, 1e6, step=0.1, empty="off")] = None
    """Each number of a gradient is cut to this size. Empty: off."""
    schedule: Annotated[Schedule, Setting(label="Schedule")] = "constant"
    """How the learning rate changes while training."""
    warmup: Annotated[int, Setting(0, 1000, label="Warm-up epochs")] = 0
    """Epochs over which the learning rate rises from 0."""
    decay_rate: Annotated[float, Setting(1e-6, 1, label="Decay")] = 0.1
    """The share of the learning rate that is left at the end, or at each reduction."""
    plateau_patience: Annotated[int, Setting(1, 10_000, label="Patience")] = 5
    """Epochs without a better val_loss before the rate is reduced."""
    patience: Annotated[int | None, Setting(1, 10_000, label="Early stopping", empty="off")] = None
    """Stop after so many epochs without a better val_loss, and take the best weights. Empty: train
    all epochs."""
    loss: Annotated[Loss, Setting(words={"auto": "automatic"})] = "auto"
    """What the training makes small. Those that fit the targets are offered."""
    metrics: Annotated[tuple[Metric, ...], Setting(empty="the loss alone")] = ()
    """What is measured besides the loss. Those that fit the targets are offered."""
    class_weight: Annotated[ClassWeight, Setting(words={"none": "all targets alike"})] = "none"
    """Balanced: in the training loss a rare class counts as much as a common one. The val_loss
    counts all sequences alike."""
    shuffle: bool = True
    """Take the sequences in a random order instead of their own."""
    momentum: Annotated[float | None, Setting(0, 0.9999)] = None
    """Share of the last step that goes into the next one."""
    nesterov: bool | None = None
    """Looks ahead by the momentum before it takes the gradient."""
    rho: Annotated[float | None, Setting(0, 0.9999)] = None
    """How slowly the mean of the squared gradients forgets."""
    centered: bool | None = None
    """Divides by the deviation of the gradients instead of their size."""
    beta_1: Annotated[float | None, Setting(0, 0.9999, step=0.01)] = None
    """How slowly the mean of the gradients forgets."""
    beta_2: Annotated[float | None, Setting(0, 0.99999, step=0.001)] = None
    """How slowly the mean of the squared gradients forgets."""
    amsgrad: bool | None = None
    """Divides by the largest mean of squared gradients so far."""
    epsilon: Annotated[float | None, Setting(1e-12, 1, step=1e-7)] = None
    """Added to what is divided by."""
    weight_decay: Annotated[float | None, Setting(0, 1, step=0.001)] = None
    """Share of each weight that is taken away at every step, times the rate."""
    initial_accumulator_value: Annotated[float | None, Setting(0, 10)] = None
    """Where the sum of the squared gradients begins."""

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
