"""One network architecture compiled into XLA programs that train and predict many batches a call.

The weights, the loss, the metrics and the optimizer are Keras' own, and so are the layers but for
the loops over time that `scan` computes in a quicker order. What a run may change without
compiling again - seed, learning rate and its schedule, clipping, class weights, number of epochs,
data - enters as a variable or a tensor.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqlab.data.class_weight import balanced
from seqlab.data.dataset import Dataset
from seqlab.fitting.losses import LOSSES
from seqlab.fitting.metrics import METRICS
from seqlab.network.plan import Plan
from seqlab.training import build, private_keras
from seqlab.training.clipping import clip
from seqlab.training.scan_layers import fast_layers, left_to_keras

Floats = NDArray[np.float32]
State = list[tf.Tensor]
Sums = list[list[tf.Tensor]]  # the variables of each metric

MAX_BATCHES = 64  # batches in the buffer of one call
MAX_BUFFER = 2**24  # bytes of that buffer, and of the predictions of one call
FIGURES = 3  # what `Program.train` gives for each batch: loss, gradient norm, whether clipped


class Buffer(NamedTuple):
    """The batches of one call: C batches of B sequences, what is missing filled with zeros.

    Attributes:
        inputs: for each input of the model (C, B, ...).
        y: targets, (C, B, ...).
        weights: how much each sequence (C, B), or each step of a target (C, B, S), counts; 0 for
            what is only there to fill up.
        sizes: (C,) how many sequences each batch really has.
    """

    inputs: list[tf.Tensor]
    y: tf.Tensor
    weights: tf.Tensor
    sizes: tf.Tensor


class Program:
    """A network, its optimizer, and the compiled functions that work on them.

    Attributes:
        plan: what it was made from.
        model: the Keras model that is trained in place.
        metrics: names of what is measured besides the loss.
        batch: sequences in one batch, B.
        capacity: batches in the buffer of one call, C.
        compiled: `False` when XLA could not compile and a plain TensorFlow graph is used.
        traces: how often TensorFlow has traced one of the functions.
    """

    def __init__(self, planned: Plan, dataset: Dataset, batch: int) -> None:
        experiment, self.plan = planned.experiment, planned
        self.model = build.build(planned)
        self._loss = build.loss(planned)
        self._metrics = [
            getattr(keras.metrics, METRICS[name].keras)(name=name) for name in planned.metrics
        ]
        one_hot = LOSSES[planned.loss].one_hot and dataset.goal.kind == "class"
        self._classes = dataset.outputs if one_hot else None
        self._class_weights: tf.Variable | None = None
        if dataset.goal.kind == "class":
            self._class_weights = tf.Variable(tf.ones(dataset.outputs), trainable=False)
        self._step_weights = dataset.y_weights is not None
        self.metrics = [metric.name for metric in self._metrics]
        self._build_metrics(dataset)
        unclipped = {"clipnorm": None, "clipvalue": None}
        self._optimizer = build.optimizer(experiment.training.model_copy(update=unclipped))
        self._optimizer.build(self.model.trainable_variables)
        self._fresh = [variable.numpy() for variable in self._optimizer.variables]
        self._clipnorm, self._clipvalue = (tf.Variable(math.inf, dtype=tf.float32) for _ in "12")
        self.batch = batch
        self._output = tuple(self.model.output_shape[1:])
        entries = [math.prod(dataset.x.shape[1:]), math.prod(self._output)]
        self.capacity = max(1, min(MAX_BATCHES, MAX_BUFFER // (4 * batch * max(entries))))
        self.compiled = True
        self.traces = 0
        self._read: Callable[[], State] | None = None
        self._initial: tuple[int, list[NDArray[Any]]] | None = None  # of the last seed
        self._make(jit=True)

    def _make(self, jit: bool) -> None:
        steps = {"train": self._train_steps, "forward": self._forward_steps}
        self._functions = {
            name: tf.function(function, jit_compile=jit, autograph=False)
            for name, function in steps.items()
        }
        self._concrete: dict[str, Callable[..., Any]] = {}

    def _run(self, name: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Calls a compiled function; TensorFlow's own look-up by signature costs a millisecond."""
        if name not in self._concrete:
            self._concrete[name] = self._functions[name].get_concrete_function(*arguments)
        return self._concrete[name](*arguments)

    @property
    def slow_layers(self) -> list[str]:
        """The recurrent layers whose loop over time is Keras' own."""
        return left_to_keras(self.model)

    def reset(self, planned: Plan, dataset: Dataset) -> None:
        """Fresh initial weights for the plan's seed, a fresh optimizer with its settings."""
        experiment, self.plan = planned.experiment, planned
        seed = experiment.training.seed
        if self._initial is None or self._initial[0] != seed:  # nothing else that differs is drawn
            built = build.build(planned)
            self._initial = seed, [variable.numpy() for variable in built.variables]
        self.restore([*self._initial[1], *self._fresh])
        self._clipnorm.assign(experiment.training.clipnorm or math.inf)
        self._clipvalue.assign(experiment.training.clipvalue or math.inf)
        if self._class_weights is not None:
            alike = experiment.training.class_weight == "none"
            self._class_weights.assign(np.ones(dataset.outputs) if alike else balanced(dataset))

    @property
    def _variables(self) -> list[keras.Variable]:
        return [*self.model.variables, *self._optimizer.variables]

    def state(self) -> State:
        """All variables of model and optimizer as they are now; later training leaves them be."""
        if self._read is None:
            read = tf.function(lambda: [v.value.read_value() for v in self._variables])
            self._read = read.get_concrete_function()  # one call instead of one a variable
        return list(self._read())

    def restore(self, state: State | list[NDArray[Any]]) -> None:
        """Puts back what `state` gave, as tensors or as arrays of their shapes.

        Raises:
            ValueError: if the state belongs to another network.
        """
        variables = self._variables
        if [tuple(value.shape) for value in state] != [tuple(v.shape) for v in variables]:
            raise ValueError("This training state belongs to another network or optimizer.")
        for variable, value in zip(variables, state, strict=True):
            variable.assign(value)

    def part_of_model(self, state: State) -> State:
        """What a state says of the model's variables alone, without those of the optimizer."""
        return state[: len(self.model.variables)]

    def weights(self, state: State | None = None) -> dict[str, Floats]:
        """A copy of the weights by name in Keras' shapes, as they are now or were in `state`.

        The model's part of a state is enough.
        """
        if state is None:
            return {name: variable.numpy() for name, variable in build.weights(self.model)}
        part = self.part_of_model(state)
        value = {id(v): tensor for v, tensor in zip(self.model.variables, part, strict=True)}
        return {name: np.array(value[id(v)]) for name, v in build.weights(self.model)}

    def compile(self, buffer: Buffer) -> str:
        """Compiles by a call without any batch.

        Returns:
            Why XLA could not compile, or "".
        """
        try:
            self._call(buffer)
        except (tf.errors.OpError, NotImplementedError) as error:
            self.compiled = False
            self._make(jit=False)
            self._call(buffer)
            return str(getattr(error, "message", error)).splitlines()[0]
        return ""

    def _call(self, buffer: Buffer) -> None:
        self.forward(buffer, 0, 0, self.start_metrics())
        self.train(buffer, np.zeros(self.capacity, np.float32), 0, 0, self.start_metrics())

    def reset_states(self) -> None:
        """Lets stateful layers begin at zero again, as they shall at the start of each part."""
        for layer in self.model.layers:
            if getattr(layer, "stateful", False):
                layer.reset_state()

    def _build_metrics(self, dataset: Dataset) -> None:
        """Lets each metric make its variables, which R2Score does only when it is first used."""
        each = 1 if dataset.goal.at == "end" else 2  # axes of sequences and steps
        y = np.zeros((1, *dataset.y.shape[each:]), dataset.y.dtype)
        prediction = np.zeros((1, *self.model.output_shape[each:]), np.float32)
        for metric in self._metrics:
            metric.update_state(y, prediction)
            metric.reset_state()

    def start_metrics(self) -> Sums:
        """The metrics' variables at the start of an epoch."""
        return [[tf.zeros_like(v) for v in metric.variables] for metric in self._metrics]

    def results(self, sums: Sums) -> dict[str, float]:
        """What the metrics' variables amount to, by the metric's name."""
        return {
            metric.name: float(metric.stateless_result(variables))
            for metric, variables in zip(self._metrics, sums, strict=True)
        }

    def train(
        self, buffer: Buffer, rates: Floats, first: int, last: int, sums: Sums
    ) -> tuple[Floats, Sums]:
        """Takes one optimizer step for each of the batches `first` to `last - 1`.

        Args:
            buffer: the batches.
            rates: (C,) the learning rate of each.
            first: the first batch to use.
            last: one past the last batch to use.
            sums: the metrics' variables so far.

        Returns:
            Figures (last - first, 3) of each batch before its step - loss, global norm of the
            gradients before they are clipped, 1 if they were clipped - and the metrics' variables.
        """
        ends = tf.constant([first, last])
        figures, sums = self._run("train", buffer, tf.constant(rates), ends, sums)
        return figures.numpy()[first:last], sums

    def forward(
        self, buffer: Buffer, first: int, last: int, sums: Sums
    ) -> tuple[Floats, Floats, Sums]:
        """Predicts.

        Args:
            buffer: the batches.
            first, last: which of them: from `first` to before `last`.
            sums: the metrics' variables so far.

        Returns:
            Losses (last - first,), predictions (last - first, B, ...), the metrics' variables.
        """
        ends = tf.constant([first, last])
        losses, predictions, sums = self._run("forward", buffer, ends, sums)
        return losses.numpy()[first:last], predictions.numpy()[first:last], sums

    def loss(self, y: tf.Tensor, prediction: tf.Tensor) -> float:
        """The mean loss of some sequences, without weights and masks."""
        return float(tf.reduce_mean(self._loss.call(self._target(y), prediction)))

    def _target(self, y: tf.Tensor) -> tf.Tensor:
        return y if self._classes is None else tf.one_hot(y, self._classes)

    def _batch(
        self, buffer: Buffer, i: tf.Tensor, sums: Sums, training: bool
    ) -> tuple[tf.Tensor, tf.Tensor, Sums]:
        """The loss of batch i, (), its predictions, (B, ...), and the metrics' variables.

        The loss is what `keras.losses.Loss` gives for the real sequences of the batch alone.
        Class weights count in training only, as in Keras: they multiply the loss of each target,
        whose mean stays one over the number of targets. Where targets have step weights, both
        together are Keras' sample weights, and the mean is one over these.
        """
        inputs, y, weights, size = tf.nest.map_structure(lambda array: array[i], buffer)
        with fast_layers(self.model):
            prediction = self.model(inputs if len(inputs) > 1 else inputs[0], training=training)
        values = self._loss.call(self._target(y), prediction)
        mask = private_keras.mask_of(prediction)
        if mask is not None:
            real = tf.logical_and(mask, tf.sequence_mask(size, self.batch)[:, None])
            weights *= tf.cast(real, tf.float32)
        if training and self._class_weights is not None:
            factors = tf.gather(tf.convert_to_tensor(self._class_weights), y)
            if self._step_weights:
                weights *= factors
            else:
                values *= factors
        loss = tf.math.divide_no_nan(tf.reduce_sum(values * weights), tf.reduce_sum(weights))
        if self.model.losses:  # penalties on weights
            loss += tf.add_n(self.model.losses)
        return loss, prediction, self._measure(sums, y, prediction, weights)

    def _measure(self, sums: Sums, y: tf.Tensor, prediction: tf.Tensor, weights: tf.Tensor) -> Sums:
        """The metrics' variables after one more batch; every step is a sample of its own."""
        samples = math.prod(weights.shape)
        y, prediction = (
            tf.reshape(a, [samples, *a.shape[len(weights.shape) :]]) for a in (y, prediction)
        )
        weights = tf.reshape(weights, [samples])
        return [
            metric.stateless_update_state(variables, y, prediction, sample_weight=weights)
            for metric, variables in zip(self._metrics, sums, strict=True)
        ]

    def _train_steps(
        self, buffer: Buffer, rates: tf.Tensor, ends: tf.Tensor, sums: Sums
    ) -> tuple[tf.Tensor, Sums]:
        self.traces += 1
        variables = self.model.trainable_variables

        def step(i: tf.Tensor, figures: tf.Tensor, sums: Sums) -> tuple[Any, ...]:
            with tf.GradientTape() as tape:
                loss, _, sums = self._batch(buffer, i, sums, training=True)
            gradients = tape.gradient(loss, variables)
            clipped, norm, changed = clip(gradients, self._clipnorm, self._clipvalue)
            self._optimizer.learning_rate.assign(rates[i])
            self._optimizer.apply(clipped, variables)
            row = tf.stack([loss, norm, changed])
            return i + 1, tf.tensor_scatter_nd_update(figures, [[i]], [row]), sums

        start = [ends[0], tf.zeros([self.capacity, FIGURES]), sums]
        return tf.while_loop(lambda i, *_: i < ends[1], step, start)[1:]

    def _forward_steps(
        self, buffer: Buffer, ends: tf.Tensor, sums: Sums
    ) -> tuple[tf.Tensor, tf.Tensor, Sums]:
        self.traces += 1

        def step(
            i: tf.Tensor, losses: tf.Tensor, predictions: tf.Tensor, sums: Sums
        ) -> tuple[Any, ...]:
            loss, prediction, sums = self._batch(buffer, i, sums, training=False)
            return (
                i + 1,
                tf.tensor_scatter_nd_update(losses, [[i]], [loss]),
                tf.tensor_scatter_nd_update(predictions, [[i]], [prediction]),
                sums,
            )

        shape = (self.capacity, self.batch, *self._output)
        start = [ends[0], tf.zeros([self.capacity]), tf.zeros(shape), sums]
        return tf.while_loop(lambda i, *_: i < ends[1], step, start)[1:]
