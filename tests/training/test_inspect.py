"""`gates` and `gradients` on Keras models of many shapes, against Keras and TensorFlow."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import seqlab
from seqlab.cells import CELLS
from tests.lens.helpers import assert_close

CLOSE = {"rtol": 1e-5, "atol": 1e-6}
random = np.random.default_rng(0)


def sequential(*parts: layers.Layer, shape: tuple[int | None, ...] = (6, 3)) -> keras.Model:
    """A model with random biases too: zeros would hide a bias in the wrong place."""
    model = keras.Sequential([layers.Input(shape), *parts])
    shake(model)
    return model


def shake(model: keras.Model) -> None:
    draw = np.random.default_rng(1)
    for weight in model.trainable_variables:
        weight.assign(draw.normal(0, 0.5, weight.shape))


def sequences(batch: int = 4, timesteps: int = 6, features: int = 3) -> np.ndarray:
    return random.normal(size=(batch, timesteps, features)).astype(np.float32)


def padded() -> np.ndarray:
    x = sequences()
    x[0, 4:], x[1, :2], x[2, 3] = 0, 0, 0
    return x


def output_of(model: keras.Model, name: str, x: np.ndarray) -> np.ndarray:
    """What a layer hands on, by a second model that ends there."""
    return np.asarray(keras.Model(model.inputs[0], model.get_layer(name).output)(x))


@pytest.mark.parametrize(
    ("kind", "options", "backwards"),
    [
        ("SimpleRNN", {"activation": "relu"}, False),
        ("LSTM", {}, True),
        ("LSTM", {"use_bias": False, "recurrent_activation": "hard_sigmoid", "unroll": True}, True),
        ("LSTM", {"use_bias": False, "recurrent_activation": "hard_sigmoid"}, False),
        ("GRU", {}, False),
        ("GRU", {"reset_after": False, "activation": "gelu"}, True),
    ],
)
def test_hidden_equals_the_output_of_every_layer(kind: str, options: dict, backwards: bool) -> None:
    make = getattr(layers, kind)
    model = sequential(
        layers.Masking(),
        layers.Dropout(0.5),
        make(4, return_sequences=True, go_backwards=backwards, name="first", **options),
        layers.TimeDistributed(layers.Dense(3)),
        make(5, return_sequences=True, name="second", **options),
        layers.LayerNormalization(),
        make(2, go_backwards=backwards, name="third", **options),
        layers.Dense(1),
    )
    x = padded()
    traces = seqlab.gates(model, x)
    assert list(traces) == ["first", "second", "third"]
    for name, run in traces.items():
        assert run.kind == kind
        assert tuple(run) == CELLS[kind].names
        output = output_of(model, name, x)
        found = run.hidden[:, -1] if name == "third" else run.hidden
        np.testing.assert_allclose(found, output, **CLOSE)
    np.testing.assert_array_equal(traces["first"].mask, (x != 0).any(-1)[:, :: 1 - 2 * backwards])


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("LSTM", "concat"), ("GRU", "concat"), ("LSTM", "sum"), ("GRU", "mul"), ("LSTM", "ave")],
)
def test_bidirectional_shows_both_directions_in_the_order_of_the_input(
    kind: str, mode: str
) -> None:
    inner = getattr(layers, kind)(4, return_sequences=True)
    model = sequential(layers.Bidirectional(inner, merge_mode=mode, name="both"), layers.Dense(1))
    x = sequences()
    traces = seqlab.gates(model, x)
    assert list(traces) == ["both/forward", "both/backward"]
    one, two = (run.hidden for run in traces.values())
    merged = {
        "concat": np.concatenate([one, two], -1),
        "sum": one + two,
        "mul": one * two,
        "ave": (one + two) / 2,
    }
    np.testing.assert_allclose(merged[mode], output_of(model, "both", x), **CLOSE)


def test_bidirectional_with_a_mask() -> None:
    """Keras hands on zeros at masked steps; the trace shows the state that is carried on."""
    inner = layers.LSTM(4, return_sequences=True)
    model = sequential(layers.Masking(), layers.Bidirectional(inner, name="both"))
    x = padded()
    traces = seqlab.gates(model, x)
    real = (x != 0).any(-1)
    found = np.concatenate([run.hidden for run in traces.values()], axis=-1)
    np.testing.assert_allclose(found * real[..., None], output_of(model, "both", x), **CLOSE)
    for run in traces.values():
        np.testing.assert_array_equal(run.mask, real)
    held = traces["both/forward"].hidden[0]
    np.testing.assert_array_equal(held[5], held[3])


def test_embedding_with_mask_zero() -> None:
    model = sequential(
        layers.Embedding(10, 5, mask_zero=True), layers.GRU(3, name="gru"), shape=(None,)
    )
    x = np.array([[1, 2, 3, 0, 0], [4, 5, 6, 7, 8]])
    run = seqlab.gates(model, x)["gru"]
    np.testing.assert_array_equal(run.mask, x != 0)
    np.testing.assert_allclose(run.hidden[:, -1], model(x), **CLOSE)
    np.testing.assert_array_equal(run.hidden[0, 4], run.hidden[0, 2])


def test_functional_model_with_branches_and_a_model_inside() -> None:
    block = keras.Sequential([layers.LSTM(3, return_sequences=True, name="lstm")], name="block")
    start = keras.Input((6, 3))
    left = block(start)
    right = layers.SimpleRNN(3, return_sequences=True, name="right")(start)
    top = layers.LSTM(2, name="lstm")(left + right)
    model = keras.Model(start, layers.Dense(1)(top))
    shake(model)
    x = sequences()
    traces = seqlab.gates(model, x)
    assert len(traces) == 3
    by_units = {run.hidden.shape[-1]: run for run in traces.values() if run.kind == "LSTM"}
    np.testing.assert_allclose(by_units[3].hidden, block(x), **CLOSE)
    np.testing.assert_allclose(traces["right"].hidden, output_of(model, "right", x), **CLOSE)
    last = keras.Model(start, top)(x)
    np.testing.assert_allclose(by_units[2].hidden[:, -1], last, **CLOSE)


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = layers.LSTM(4, return_sequences=True, name="inner")
        self.head = layers.Dense(1)

    def call(self, x, training=False):
        return self.head(self.rnn(x * 2.0)[:, -1])


def test_subclassed_model_that_has_not_run_yet() -> None:
    model, x = Subclassed(), sequences()
    run = seqlab.gates(model, x)["inner"]
    np.testing.assert_allclose(run.hidden, model.rnn(x * 2), **CLOSE)
    flows = seqlab.gradients(model, x, np.zeros((4, 1)), "mse")
    assert_close(flows.input, autodiff(model, x, np.zeros((4, 1)), "mse"), 1e-5)


def encoder_decoder() -> tuple[keras.Model, list[np.ndarray]]:
    source, target = keras.Input((6, 3)), keras.Input((5, 2))
    _, h, c = layers.LSTM(4, return_state=True, name="encoder")(source)
    out = layers.LSTM(4, return_sequences=True, name="decoder")(target, initial_state=[h, c])
    model = keras.Model([source, target], out)
    shake(model)
    return model, [sequences(), sequences(4, 5, 2)]


def test_decoder_starts_from_the_states_of_the_encoder() -> None:
    model, x = encoder_decoder()
    traces = seqlab.gates(model, x)
    np.testing.assert_allclose(traces["decoder"].hidden, model(x), **CLOSE)
    with pytest.raises(ValueError, match="gradients are shown for one input"):
        seqlab.gradients(model, x, np.zeros((4, 5, 4)), "mse")


def test_gradient_through_the_last_states() -> None:
    start = keras.Input((6, 3))
    outputs = layers.LSTM(4, return_sequences=True, return_state=True, name="a")(start)
    second = layers.LSTM(4, name="b")(outputs[0], initial_state=outputs[1:])
    model = keras.Model(start, layers.Dense(1)(second))
    shake(model)
    x, y = sequences(), np.ones((4, 1))
    flows = seqlab.gradients(model, x, y, "mse")
    # the layer reads x alone: all that reaches it must come out of its own backward pass
    assert_close(flows["a"].input, flows.input, 1e-9)
    assert_close(flows.input, autodiff(model, x, y, "mse"), 1e-5)


def test_stateful_layer_begins_where_it_stopped_and_does_not_move_on() -> None:
    model = keras.Sequential(
        [layers.Input(batch_shape=(4, 6, 3)), layers.LSTM(3, stateful=True, name="s")]
    )
    x = sequences()
    model(x)
    before = [np.asarray(state) for state in model.layers[0].states]
    run = seqlab.gates(model, x)["s"]
    seqlab.gradients(model, x, np.zeros((4, 3)), "mse")
    after = [np.asarray(state) for state in model.layers[0].states]
    assert np.abs(before[0]).max() > 0
    np.testing.assert_array_equal(before, after)
    np.testing.assert_allclose(run.hidden[:, -1], model(x), **CLOSE)


# ---- gradients ----------------------------------------------------------------------------------


def autodiff(model: keras.Model, x: np.ndarray, y: np.ndarray, loss: str) -> np.ndarray:
    """dL/dx by TensorFlow, in the dtype of the model."""
    function = keras.losses.get(loss)
    with tf.GradientTape() as tape:
        tensor = tf.constant(x)
        tape.watch(tensor)
        value = tf.reduce_mean(function(y.astype(x.dtype), model(tensor, training=False)))
    return tape.gradient(value, tensor).numpy()


STACKS: dict[str, Callable[[], list[layers.Layer]]] = {
    "one LSTM": lambda: [layers.LSTM(4, name="a")],
    "GRU backwards, reset before": lambda: [
        layers.GRU(4, go_backwards=True, reset_after=False, name="a")
    ],
    "masked stack": lambda: [
        layers.Masking(),
        layers.SimpleRNN(4, return_sequences=True, name="a"),
        layers.Dropout(0.5),
        layers.LSTM(3, activation="softsign", name="b"),
    ],
    "bidirectional, masked": lambda: [
        layers.Masking(),
        layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both"),
        layers.TimeDistributed(layers.Dense(4, activation="tanh")),
        layers.Bidirectional(layers.GRU(3), merge_mode="mul", name="top"),
    ],
    "masked steps that count": lambda: [  # as zeros, since Flatten does not know of masks
        layers.Masking(),
        layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both"),
        layers.Flatten(),
    ],
    "own function and normalisation": lambda: [
        layers.Lambda(lambda t: t * 2),
        layers.BatchNormalization(),
        layers.GRU(4, return_sequences=True, name="a"),
        layers.GlobalAveragePooling1D(),
    ],
}


@pytest.mark.parametrize("name", STACKS)
def test_input_gradient_equals_autodiff(name: str) -> None:
    """Against a model that is float64 throughout; then the same weights in float32."""
    keras.config.set_dtype_policy("float64")
    try:
        double = keras.Sequential(
            [layers.Input((6, 3), dtype="float64"), *STACKS[name](), layers.Dense(2)]
        )
    finally:
        keras.config.set_dtype_policy("float32")
    shake(double)
    x, y = padded(), random.normal(size=(4, 2))
    expected = autodiff(double, x.astype(np.float64), y, "mse")
    flows = seqlab.gradients(double, x, y, "mse")
    assert_close(flows.input, expected, 1e-9)
    if not name.startswith("own function"):
        # the first layer (or both directions) reads x: its own way back must end there too
        first = [flow.input for key, flow in flows.items() if key.split("/")[0] in ("a", "both")]
        assert_close(np.sum(first, axis=0), expected, 1e-9)
    if "mask" in name:
        return  # what the weights' dtype changes has nothing to do with masks
    single = sequential(*STACKS[name](), layers.Dense(2))
    for weight, value in zip(single.weights, double.weights, strict=True):
        weight.assign(tf.cast(value, tf.float32))
    assert_close(seqlab.gradients(single, x, y, "mse").input, expected, 1e-5)


def test_input_gradient_equals_finite_differences() -> None:
    model = sequential(layers.LSTM(3, return_sequences=True), layers.GRU(2), layers.Dense(1))
    x, y = sequences(2), random.normal(size=(2, 1))
    weights = [np.asarray(weight, np.float64) for weight in model.weights]

    def loss(x: np.ndarray) -> float:
        lower = seqlab_trace("LSTM", weights[:3], x)
        top = seqlab_trace("GRU", weights[3:6], lower)[:, -1]
        return float(np.mean((top @ weights[6] + weights[7] - y) ** 2))

    expected = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.astype(np.float64), x.astype(np.float64)
        up[index] += 1e-6
        down[index] -= 1e-6
        expected[index] = (loss(up) - loss(down)) / 2e-6
    assert_close(seqlab.gradients(model, x, y, "mse").input, expected, 1e-6)


def seqlab_trace(cell: str, weights: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    from seqlab.lens.trace import trace

    return trace(cell, weights, x).hidden


@pytest.mark.parametrize("masked", [False, True])
def test_norms_equal_autodiff_of_cells_called_step_by_step(masked: bool) -> None:
    """LSTM from its equations, then Keras' GRUCell and Dense: the tape sees every h_t and c_t."""
    model = sequential(
        layers.Masking(),
        layers.LSTM(4, return_sequences=True, name="lower", dtype="float64"),
        layers.GRU(3, name="upper", dtype="float64"),
        layers.Dense(1, dtype="float64"),
    )
    x, y = (padded() if masked else sequences()), random.normal(size=(4, 1))
    kernel, recurrent, bias = (tf.constant(w) for w in model.get_layer("lower").get_weights())
    upper, head = model.get_layer("upper").cell, model.layers[-1]
    watched: dict[str, list] = {"h": [], "c": [], "upper h": []}
    with tf.GradientTape() as tape:
        tape.watch([kernel, recurrent, bias])
        h, c, g = (tf.zeros((4, n), tf.float64) for n in (4, 4, 3))
        for t in range(x.shape[1]):
            keep = (x[:, t] != 0).any(-1, keepdims=True)
            z = tf.constant(x[:, t], tf.float64) @ kernel + h @ recurrent + bias
            z_i, z_f, z_c, z_o = tf.split(z, 4, axis=1)
            c = tf.where(keep, tf.sigmoid(z_f) * c + tf.sigmoid(z_i) * tf.tanh(z_c), c)
            h = tf.where(keep, tf.sigmoid(z_o) * tf.tanh(c), h)
            _, new_g = upper(h, [g])
            g = tf.where(keep, new_g[0], g)
            for name, state in zip(watched, (h, c, g), strict=True):
                watched[name].append(state)
        value = tf.reduce_mean((head(g) - y) ** 2)
    slopes = tape.gradient(value, watched, unconnected_gradients="zero")
    norms = {
        name: np.stack([np.linalg.norm(slope, axis=-1) for slope in each], axis=1)
        for name, each in slopes.items()
    }
    flows = seqlab.gradients(model, x, y, "mse")
    assert list(flows) == ["lower", "upper"]
    assert_close(flows["lower"].hidden_norm, norms["h"], 1e-9)
    assert_close(flows["lower"].cell_norm, norms["c"], 1e-9)
    assert_close(flows["upper"].hidden_norm, norms["upper h"], 1e-9)
    assert flows["upper"].cell_norm is None


def test_embedded_sequence_has_the_gradient() -> None:
    embedding = layers.Embedding(10, 5, mask_zero=True)
    rest = [layers.LSTM(3, name="a"), layers.Dense(4, activation="softmax")]
    model = sequential(embedding, *rest, shape=(None,))
    x, y = np.array([[1, 2, 3, 0], [4, 5, 6, 7]]), np.array([1, 3])
    flows = seqlab.gradients(model, x, y, "sparse_categorical_crossentropy")
    with tf.GradientTape() as tape:
        vectors = embedding(x)
        tape.watch(vectors)
        value = vectors
        for layer in rest:
            value = layer(value, mask=tf.constant(x != 0)) if layer.name == "a" else layer(value)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(y, value))
    assert_close(flows.input, tape.gradient(loss, vectors).numpy(), 1e-5)
    assert_close(flows["a"].input, flows.input, 1e-9)


@pytest.mark.parametrize(
    "loss",
    [
        "mse",
        keras.losses.MeanAbsoluteError(),
        lambda a, b: keras.ops.mean((a - b) ** 4, -1),
    ],
)
def test_any_loss_with_the_mask_of_compile(loss) -> None:
    """The loss of padded sequences counts real steps only, as in `model.fit`."""
    model = sequential(layers.Masking(), layers.GRU(3, return_sequences=True), layers.Dense(1))
    model.compile(loss=loss)
    x, y = padded(), random.normal(size=(4, 6, 1)).astype(np.float32)
    with tf.GradientTape() as tape:
        tensor = tf.constant(x)
        tape.watch(tensor)
        value = model.compute_loss(x=tensor, y=y, y_pred=model(tensor))
    expected = tape.gradient(value, tensor).numpy()
    assert_close(seqlab.gradients(model, x, y, loss).input, expected, 1e-5)


def test_vanishing_gradients_are_not_rounded_to_nothing() -> None:
    """Through two layers and 400 steps: far below the smallest number of float32, 1e-45."""
    model = sequential(
        layers.SimpleRNN(4, return_sequences=True, name="a"),
        layers.SimpleRNN(4, name="b"),
        layers.Dense(1),
        shape=(400, 2),
    )
    for weight in model.weights:
        weight.assign(weight * 0.5)
    flows = seqlab.gradients(model, sequences(2, 400, 2), np.ones((2, 1)), "mse")
    assert 0 < flows["a"].hidden_norm[:, 0].max() < 1e-46
    assert 0 < np.abs(flows.input[:, 0]).max() < 1e-46


def test_the_model_stays_as_it_was() -> None:
    model = sequential(
        layers.Masking(),
        layers.Bidirectional(layers.SimpleRNN(3)),
        layers.Dense(1),
    )
    model.compile("adam", "mse", jit_compile=False)
    x, y = padded(), np.zeros((4, 1), np.float32)
    before, weights = model.predict(x, verbose=0), model.get_weights()
    seqlab.gates(model, x)
    seqlab.gradients(model, x, y, "mse")
    with pytest.raises(ValueError, match="argument `loss`"):
        seqlab.gradients(model, x, np.full((4, 1), 1e300), "mse")
    np.testing.assert_array_equal(model.predict(x, verbose=0), before)
    for weight, value in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(weight, value)
    for layer in model._flatten_layers():
        assert layer.compute_dtype == "float32"
        assert "call" not in vars(layer)
    assert model.inputs[0].dtype == "float32"
    model.compile("adam", "mse", run_eagerly=True)
    model.fit(x, y, epochs=1, verbose=0)


# ---- what cannot be shown -----------------------------------------------------------------------


class OwnLSTM(layers.LSTM):
    """Could compute anything."""


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: sequential(layers.Dense(2)), "at least one layer of SimpleRNN, LSTM, GRU.*Dense"),
        (lambda: layers.LSTM(3), "`model`, expected a keras.Model"),
        (lambda: sequential(OwnLSTM(3)), "expected only SimpleRNN, LSTM, GRU.*OwnLSTM"),
        (
            lambda: sequential(layers.RNN([layers.GRUCell(2), layers.GRUCell(2)])),
            "custom layer cannot.*StackedRNNCells",
        ),
        (
            lambda: sequential(layers.LSTM(3, activation=lambda a: a)),
            "keras.activations as `activa",
        ),
        (lambda: sequential(layers.GRU(4, activation="sparsemax")), "keras.activations as `activa"),
    ],
)
@pytest.mark.parametrize("call", ["gates", "gradients"])
def test_models_that_cannot_be_shown(call: str, model: Callable, message: str) -> None:
    more = {} if call == "gates" else {"y": np.zeros((4, 3)), "loss": "mse"}
    with pytest.raises(ValueError, match=f"Received an invalid value for argument.*{message}"):
        getattr(seqlab, call)(model(), sequences(), **more)


def test_weights_that_are_not_finite() -> None:
    model = sequential(layers.LSTM(3, name="a"))
    model.layers[0].cell.bias.assign(np.full(12, np.nan))
    with pytest.raises(ValueError, match=r"`model`, expected finite weights.*a/lstm_cell/bias'"):
        seqlab.gates(model, sequences())


def test_layer_that_runs_twice() -> None:
    start, shared = keras.Input((6, 3)), layers.LSTM(3, return_sequences=True, name="shared")
    model = keras.Model(start, shared(shared(start)))
    with pytest.raises(ValueError, match=r"runs each of its recurrent layers once.*'shared'"):
        seqlab.gates(model, sequences())


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.full((4, 6, 3), np.nan), "`x`, expected finite numbers, got 72 of 72"),
        (np.zeros((4, 6, 5)), r"`x`, expected shape \(None, 6, 3\), got shape \(4, 6, 5\)"),
    ],
)
def test_input_that_cannot_be_read(x: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        seqlab.gates(sequential(layers.LSTM(3)), x)


def test_token_outside_the_vocabulary() -> None:
    model = sequential(layers.Embedding(10, 5), layers.GRU(3), shape=(None,))
    with pytest.raises(ValueError, match=r"`x`, expected sequences that the model can read.*10"):
        seqlab.gates(model, np.array([[1, 2, 10]]))


@pytest.mark.parametrize("loss", [None, "no_such_loss"])
def test_unknown_loss(loss) -> None:
    with pytest.raises(ValueError, match="loss"):
        seqlab.gradients(sequential(layers.LSTM(3)), sequences(), np.zeros((4, 3)), loss)
