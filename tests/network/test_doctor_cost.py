"""Findings about time and memory: counted in what Keras itself does, without a clock."""

import math
from contextlib import nullcontext

import keras
import pytest
import tensorflow as tf
from keras.src import backend

from seqlab.cells import CELLS
from seqlab.experiment import Experiment, Recurrent, Training
from seqlab.network.doctor.size import MUCH_MEMORY, SLOW, memory
from seqlab.network.estimate import (
    FLOPS,
    PASSES,
    SECONDS_A_BATCH,
    SECONDS_AN_EPOCH,
    estimate,
)
from seqlab.network.plan import plan
from seqlab.training.build import build, loss, optimizer
from seqlab.training.scan_layers import fast_layers
from tests.network.data import noise
from tests.network.test_doctor import codes, the


def training_graph(experiment, data, quick=False):
    """The graph of a training step with a whole batch, `quick` or as Keras makes it. Never run."""
    frame = data.frame
    model, compute = build(plan(experiment, frame)), loss(plan(experiment, frame))

    def step(x, y):
        with tf.GradientTape() as tape:
            value = compute(y, model(x, training=True))
        return tape.gradient(value, model.trainable_variables)

    size = min(experiment.training.batch_size, len(data.train))
    shapes = [tf.TensorSpec((size, *array.shape[1:]), array.dtype) for array in (data.x, data.y)]
    with fast_layers(model) if quick else nullcontext():
        return tf.function(step, autograph=False).get_concrete_function(*shapes).graph


def each_step(graph):
    """What the loops over time do at each step, there and back: products, and all operations."""
    whole = graph.as_graph_def()
    bodies = {n.attr["body"].func.name for n in whole.node if n.op in ("While", "StatelessWhile")}
    nodes = [n.op for f in whole.library.function if f.signature.name in bodies for n in f.node_def]
    return nodes.count("MatMul"), len(nodes)


def kept_for_the_way_back(graph, batch, steps):
    """Bytes that the loop over time sets aside at its steps: lists of a batch's numbers.

    Lists without a batch in them name the same weights again at every step, and take no memory.
    """
    lists = [op for op in graph.get_operations() if op.type == "EmptyTensorList"]
    shapes = [tf.get_static_value(op.inputs[0]).tolist() for op in lists]
    sizes = [op.get_attr("element_dtype").size for op in lists]
    each = zip(shapes, sizes, strict=True)
    return steps * sum(math.prod(s) * size for s, size in each if s[0] == batch)


def test_recurrent_dropout_does_more_at_every_step(monkeypatch):
    slow, data = Experiment(layers=(Recurrent(units=3, recurrent_dropout=0.2),)), noise()
    fix = the(slow, data, "recurrent_dropout_cost").fix
    dropped, plain = (each_step(training_graph(e, data)) for e in (slow, fix))
    quick = each_step(training_graph(fix, data, quick=True))
    # Keras then multiplies for each gate on its own; and its plain loop does more than ours, too.
    assert dropped[0] > plain[0] > quick[0]
    assert dropped[1] > plain[1] > quick[1]
    # Keras asks for the fused kernel of its backend only without recurrent dropout.
    asked = []

    def kernel(*_, **__):
        asked.append(True)
        raise NotImplementedError  # as it does where there is no GPU

    monkeypatch.setattr(backend, "lstm", kernel)
    for experiment, times in ((slow, 0), (fix, 1)):
        model = build(plan(experiment, data.frame))
        asked.clear()
        model(data.x[:2], training=True)
        assert len(asked) == times


class Counts(keras.callbacks.Callback):
    """How many batches `fit` trains and validates."""

    def __init__(self):
        super().__init__()
        self.trained = self.validated = 0

    def on_train_batch_end(self, batch, logs=None):
        self.trained += 1

    def on_test_batch_end(self, batch, logs=None):
        self.validated += 1


def test_a_long_training_is_foreseen_from_the_batches_that_fit_takes():
    data = noise(n=120, steps=200)
    layers = (Recurrent(cell="SimpleRNN", units=3),)
    long = Experiment(layers=layers, training=Training(batch_size=4, epochs=10_000))
    finding = the(long, data, "long_training")
    model = build(plan(long, data.frame))
    model.compile(optimizer(long.training), loss(plan(long, data.frame)), jit_compile=False)
    counts, parts = Counts(), [(data.x[i], data.y[i]) for i in (data.train, data.validation)]
    batch = long.training.batch_size
    model.fit(*parts[0], batch, validation_data=parts[1], callbacks=[counts], verbose=0)
    assert int(model.optimizer.iterations) == counts.trained == 23

    steps = model.input_shape[1]
    rnn, head = (layer.count_params() for layer in model.layers)
    products = 2 * batch * (steps * rnn + head)
    one = PASSES * products / FLOPS + steps * CELLS["SimpleRNN"].seconds_a_step + SECONDS_A_BATCH
    epoch = (counts.trained + counts.validated / PASSES) * one + SECONDS_AN_EPOCH
    cost = estimate(long, data)
    assert cost.epoch == pytest.approx(epoch)
    assert cost.total == pytest.approx(cost.compiling + 10_000 * epoch)
    assert cost.total > SLOW
    # The fix trains as many epochs as fit into the time from which on there is a finding.
    assert finding.fix.training.epochs == int((SLOW - cost.compiling) / epoch)
    assert "long_training" not in codes(finding.fix, data)


@pytest.mark.parametrize("cell", ["SimpleRNN", "GRU", "LSTM"])
def test_much_memory_is_foreseen_where_tensorflow_keeps_much(cell):
    """The estimate is of the peak, where the way back has as much again for its gradients."""
    data = noise(n=2000, steps=300)
    wide = Experiment(
        layers=(Recurrent(cell=cell, units=512),), training=Training(batch_size=1500, epochs=1)
    )
    finding = the(wide, data, "much_memory")
    batch, smaller = (e.training.batch_size for e in (wide, finding.fix))
    kept = kept_for_the_way_back(training_graph(wide, data), batch, 300)
    assert 1.5 * kept < memory(wide, data) < 4 * kept
    assert kept > MUCH_MEMORY > kept * smaller / batch
    assert "much_memory" not in codes(finding.fix, data)
