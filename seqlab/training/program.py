"""One network architecture compiled into XLA programs that train and predict many batches a call.

The weights, the loss and the optimizer are Keras' own, and so are the layers but for those that
`scan` computes in a quicker order. What a run may change without compiling
again - seed, learning rate, clipnorm, number of epochs, data - enters as a variable or a tensor.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqlab.data.frame import Frame
from seqlab.experiment import Experiment
from seqlab.training import build, scan

Floats = NDArray[np.float32]
State = list[NDArray[Any]]

MAX_BATCHES = 16  # batches in the buffer of one call
MAX_BUFFER = 2**24  # bytes of that buffer
KEPT = 4  # compiled programs; each takes about 11 MB


class Program:
    """A network, its optimizer, and the compiled functions that work on them.

    Attributes:
        model: the Keras model that is trained in place.
        batch: sequences in one batch, B.
        capacity: batches in the buffer of one call, C.
        compiled: `False` when XLA could not compile and a plain TensorFlow graph is used.
        traces: how often TensorFlow has traced one of the functions.
    """

    def __init__(
        self, experiment: Experiment, timesteps: int, features: int, outputs: int, batch: int
    ) -> None:
        self._frame = Frame(timesteps, features, outputs)
        self.model = build.build(experiment, self._frame)
        training = experiment.training
        self._clips = training.clipnorm is not None
        self._clipnorm = tf.Variable(training.clipnorm or 1.0, dtype=tf.float32)
        self._optimizer = build.optimizer(training.model_copy(update={"clipnorm": None}))
        self._optimizer.build(self.model.trainable_variables)
        self._fresh = [variable.numpy() for variable in self._optimizer.variables]
        self._loss = keras.losses.MeanSquaredError(reduction="none")
        self.batch = batch
        self.capacity = max(1, min(MAX_BATCHES, MAX_BUFFER // (4 * batch * timesteps * features)))
        self.compiled = True
        self.traces = 0
        self._make(jit=True)

    def _make(self, jit: bool) -> None:
        self._train = tf.function(self._train_steps, jit_compile=jit, autograph=False)
        self._forward = tf.function(self._forward_steps, jit_compile=jit, autograph=False)

    def reset(self, experiment: Experiment) -> None:
        """Fresh initial weights for the experiment's seed, a fresh optimizer with its settings."""
        initial = build.build(experiment, self._frame).get_weights()
        self.restore([*initial, *self._fresh])
        self._optimizer.learning_rate = experiment.training.learning_rate
        if experiment.training.clipnorm is not None:
            self._clipnorm.assign(experiment.training.clipnorm)

    def state(self) -> State:
        """A copy of all weights and of the optimizer's variables."""
        return [v.numpy() for v in (*self.model.weights, *self._optimizer.variables)]

    def restore(self, state: State) -> None:
        """Puts back what `state` gave."""
        for variable, value in zip(
            (*self.model.weights, *self._optimizer.variables), state, strict=True
        ):
            variable.assign(value)

    def weights(self) -> dict[str, Floats]:
        """A copy of the weights by name."""
        return {name: variable.numpy() for name, variable in build.weights(self.model)}

    def compile(self, x: Floats, y: Floats, weight: Floats) -> str:
        """Compiles by a call without any batch; the arguments are those of `train`.

        Returns:
            Why XLA could not compile, or "".
        """
        try:
            self.forward(x, y, weight, 0, 0)
            self.train(x, y, weight, 0, 0)
        except tf.errors.OpError as error:
            self.compiled = False
            self._make(jit=False)
            return error.message.splitlines()[0]
        return ""

    def train(self, x: Floats, y: Floats, weight: Floats, first: int, last: int) -> Floats:
        """Takes one optimizer step for each of the batches `first` to `last - 1`.

        Args:
            x: (C, B, timesteps, features), the buffer.
            y: (C, B, outputs).
            weight: (C, B), the share of each sequence in the mean loss of its batch; 0 is padding.
            first: the first batch to use.
            last: one past the last batch to use.

        Returns:
            The loss of each of those batches before its step, (last - first,).
        """
        losses = self._train(x, y, weight, tf.constant(first), tf.constant(last))
        return losses.numpy()[first:last]

    def forward(
        self, x: Floats, y: Floats, weight: Floats, first: int, last: int
    ) -> tuple[Floats, Floats]:
        """Predicts. Arguments as in `train`.

        Returns:
            Losses (last - first,) and predictions (last - first, B, outputs).
        """
        losses, predictions = self._forward(x, y, weight, tf.constant(first), tf.constant(last))
        return losses.numpy()[first:last], predictions.numpy()[first:last]

    def _batch_loss(
        self, x: tf.Tensor, y: tf.Tensor, weight: tf.Tensor, training: bool
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The weighted loss of one batch, (), and its predictions, (B, outputs)."""
        prediction = x
        for layer in self.model.layers:
            prediction = scan.call(layer, prediction, training)
        each = tf.reshape(self._loss(y, prediction), [self.batch, -1])
        return tf.reduce_sum(tf.reduce_mean(each, axis=1) * weight), prediction

    def _train_steps(
        self, x: tf.Tensor, y: tf.Tensor, weight: tf.Tensor, first: tf.Tensor, last: tf.Tensor
    ) -> tf.Tensor:
        self.traces += 1
        variables = self.model.trainable_variables

        def step(i: tf.Tensor, losses: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            with tf.GradientTape() as tape:
                loss, _ = self._batch_loss(x[i], y[i], weight[i], training=True)
            gradients = tape.gradient(loss, variables)
            if self._clips:
                gradients = [clip(gradient, self._clipnorm) for gradient in gradients]
            self._optimizer.apply(gradients, variables)
            return i + 1, tf.tensor_scatter_nd_update(losses, [[i]], [loss])

        losses = tf.zeros([self.capacity])
        return tf.while_loop(lambda i, _: i < last, step, [first, losses])[1]

    def _forward_steps(
        self, x: tf.Tensor, y: tf.Tensor, weight: tf.Tensor, first: tf.Tensor, last: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        self.traces += 1

        def step(
            i: tf.Tensor, losses: tf.Tensor, predictions: tf.Tensor
        ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            loss, prediction = self._batch_loss(x[i], y[i], weight[i], training=False)
            return (
                i + 1,
                tf.tensor_scatter_nd_update(losses, [[i]], [loss]),
                tf.tensor_scatter_nd_update(predictions, [[i]], [prediction]),
            )

        shape = (self.capacity, self.batch, *self.model.output_shape[1:])
        start = [first, tf.zeros([self.capacity]), tf.zeros(shape)]
        return tf.while_loop(lambda i, *_: i < last, step, start)[1:]


def clip(gradient: tf.Tensor, clipnorm: tf.Tensor) -> tf.Tensor:
    """Keras' `clipnorm` with the limit as a tensor: a gradient of at most that Euclidean norm."""
    norm = tf.sqrt(tf.reduce_sum(tf.square(gradient)))
    return gradient * clipnorm / tf.maximum(norm, clipnorm)


_programs: OrderedDict[tuple[Any, ...], Program] = OrderedDict()


def program_for(
    experiment: Experiment, timesteps: int, features: int, outputs: int, sequences: int
) -> tuple[Program, bool]:
    """The program for an architecture, reset for the experiment, and whether it is a kept one.

    The batch is no larger than the training part, as in Keras, so that nothing is padded in vain.
    """
    training = experiment.training
    batch = min(training.batch_size, max(sequences, 1))
    key = (
        *(experiment.layers, timesteps, features, outputs, batch),
        *(training.optimizer, training.clipnorm is not None),
        *(training.clipvalue, *training.knobs.items()),
    )
    program = _programs.get(key)
    kept = program is not None
    if program is None:
        _one_thread()
        program = _programs[key] = Program(experiment, timesteps, features, outputs, batch)
    _programs.move_to_end(key)
    while len(_programs) > KEPT:
        _programs.popitem(last=False)
    program.reset(experiment)
    return program, kept


def _one_thread() -> None:
    """One thread for each operation: two are up to 45 % slower. Only before TensorFlow starts."""
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
    except RuntimeError:  # TensorFlow runs already, as it may in a notebook
        return
