"""minGRU: Feng et al. 2024, "Were RNNs All We Needed?" (arXiv 2410.01201), section 3.1.

A GRU whose gates read the input alone, so that nothing but the state itself goes from step to
step: h_t = (1 - z_t) ⊙ h_{t-1} + z_t ⊙ g_t. In the paper's letters z weighs what is new; in Keras'
GRU it weighs what is old.
"""

# mypy: allow-untyped-defs, allow-incomplete-defs
# The layer goes into scripts as it stands here, and a script of Keras has no types.

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from seqlab.cells.activations import Floats, find_activation
from seqlab.cells.cell import BackwardStep, Cell, Keep, Options, Picture, States, Step, columns
from seqlab.cells.values import CANDIDATE, HIDDEN, UPDATE_GATE

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

UPDATE, LINEAR = replace(UPDATE_GATE, squash="sigmoid"), replace(CANDIDATE, squash="linear")


@functools.cache
def layer() -> type[keras.layers.RNN]:
    """A Keras layer, as a script gets it."""
    import keras

    @keras.saving.register_keras_serializable("seqlab")
    class MinGRUCell(keras.Layer):
        """minGRU (Feng et al. 2024): h_t = (1 - z_t) h_{t-1} + z_t g_t."""

        def __init__(
            self,
            units,
            use_bias=True,
            kernel_initializer="glorot_uniform",
            bias_initializer="zeros",
            kernel_regularizer=None,
            **kwargs,
        ):
            super().__init__(**kwargs)
            self.units = self.state_size = self.output_size = units
            self.use_bias = use_bias
            self.kernel_initializer = keras.initializers.get(kernel_initializer)
            self.bias_initializer = keras.initializers.get(bias_initializer)
            self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)

        def build(self, input_shape):
            self.kernel = self.add_weight(
                shape=(input_shape[-1], 2 * self.units),
                name="kernel",
                initializer=self.kernel_initializer,
                regularizer=self.kernel_regularizer,
            )
            self.bias = None
            if self.use_bias:
                self.bias = self.add_weight(
                    shape=(2 * self.units,),
                    name="bias",
                    initializer=self.bias_initializer,
                )

        def call(self, inputs, states, training=False):
            (hidden,) = states if isinstance(states, (list, tuple)) else (states,)
            sums = keras.ops.matmul(inputs, self.kernel)
            if self.use_bias:
                sums += self.bias
            z, candidate = keras.ops.split(sums, 2, axis=-1)
            z = keras.ops.sigmoid(z)
            hidden = (1 - z) * hidden + z * candidate
            return hidden, [hidden]

        def get_config(self):
            serialize = keras.saving.serialize_keras_object
            return {
                **super().get_config(),
                "units": self.units,
                "use_bias": self.use_bias,
                "kernel_initializer": serialize(self.kernel_initializer),
                "bias_initializer": serialize(self.bias_initializer),
                "kernel_regularizer": serialize(self.kernel_regularizer),
            }

    @keras.saving.register_keras_serializable("seqlab")
    class MinGRU(keras.layers.RNN):
        """A layer of `MinGRUCell`, with the arguments of `keras.layers.RNN`."""

        def __init__(
            self,
            units,
            use_bias=True,
            kernel_initializer="glorot_uniform",
            bias_initializer="zeros",
            kernel_regularizer=None,
            **kwargs,
        ):
            settings = dict(
                use_bias=use_bias,
                kernel_initializer=kernel_initializer,
                bias_initializer=bias_initializer,
                kernel_regularizer=kernel_regularizer,
            )
            cell = MinGRUCell(units, dtype=kwargs.get("dtype"), **settings)
            super().__init__(cell, **kwargs)
            self.units, self.use_bias = units, use_bias

        def get_config(self):
            config = super().get_config()
            cell = config.pop("cell")["config"]
            own = {name: cell[name] for name in cell if name not in config}
            return config | own

        @classmethod
        def from_config(cls, config):
            return cls(**config)

    return MinGRU


def forward(_: Floats, b: Floats, options: Options) -> Step:
    """One step; shapes as in `Cell`.

    Args:
        _: (..., units, 0) recurrent kernel; no gate reads the hidden state.
        b: (..., 1, 2 * units) bias beside U h; not used, it is 0.
        options: activations, and the like.
    """
    sigma = find_activation("sigmoid").forward

    def step(projected: Floats, states: States) -> tuple[Floats, ...]:
        (h,) = states
        a_z, g = columns(projected, 2)  # candidate      g_t = W_g x_t + b_g
        z = sigma(a_z)  #                  update gate    z_t = σ(W_z x_t + b_z)
        h = (1 - z) * h + z * g  #         hidden state   h_t = (1 - z_t) ⊙ h_{t-1} + z_t ⊙ g_t
        return z, g, h

    return step


def backward(arrays: dict[str, Floats], _: Floats, b: Floats, options: Options) -> BackwardStep:
    """The same, one step back (see `Cell`).

    Args:
        arrays: the layer's values by name, each (batch, timesteps, units), and "projected" (batch,
            timesteps, 2 * units), W x + b.
        _: (units, 0) recurrent kernel; no gate reads the hidden state.
        b: (2 * units,) bias beside U h; not used, it is 0.
        options: activations, and the like.
    """
    sigma = find_activation("sigmoid")
    a_z, g = columns(arrays["projected"], 2)
    z, h_before = arrays["update_gate"], arrays["previous_hidden"]

    def step(t: int, arriving: States) -> tuple[Floats, States, States]:
        (d_h,) = arriving
        d_a_z = sigma.backward(a_z[:, t], d_h * (g[:, t] - h_before[:, t]))
        d_a = np.concatenate([d_a_z, d_h * z[:, t]], axis=-1)
        return d_a, (d_h,), (d_h * (1 - z[:, t]),)

    return step


def quick(
    x: tf.Tensor,
    states: list[tf.Tensor],
    kernel: tf.Tensor,
    recurrent: None,
    bias: tf.Tensor,
    mask: tf.Tensor | None = None,
) -> list[tf.Tensor]:
    """All gates at once; then the loop is one product and one sum.

    Args:
        x: input sequences, (T, B, F).
        states: first hidden state, (B, U).
        kernel: (F, 2U).
        recurrent: `None`: no gate reads the hidden state.
        bias: (2U,).
        mask: (T, B, 1) bool, or `None` when all steps count.
    """
    import tensorflow as tf

    from seqlab.cells.quick import dense, linear_scan

    z, candidate = tf.split(dense(x, kernel, bias), 2, axis=2)
    z = tf.sigmoid(z)
    hidden = linear_scan(1 - z, z * candidate, states[0], mask)
    return [hidden, hidden[-1]]


def _derive(values: dict[str, Floats], options: Options) -> dict[str, Any]:
    """1 - z, and the two terms of the hidden state."""
    rest = 1 - values["z"]
    return {"rest": rest, "kept": rest * values["h_before"], "added": values["z"] * values["g"]}


PICTURE = Picture(
    size=(800, 420),
    body=(110, 40, 590, 320),
    wires=(
        "M30 90 H286",
        "M314 90 H506",
        "M534 90 H775",
        "M150 398 V331",
        "M150 330 H520 V291",
        "M300 330 V291",
        "M300 240 V105",
        "M300 180 H505",
        "M520 240 V195",
        "M520 166 V105",
    ),
    boxes=(
        ("z: {update_gate}", "z", 300, 265, "update_gate"),
        ("g: {candidate}", "g", 520, 265, "candidate"),
    ),
    operations=(("×", 300, 90), ("×", 520, 180), ("+", 520, 90)),
    numbers=(
        ("h before", 62, 78, "h_before"),
        ("x", 150, 414, "x"),
        ("1 − z", 246, 130, "rest"),
        ("", 410, 80, "kept"),
        ("z", 410, 170, "z"),
        ("", 554, 140, "added"),
        ("h", 740, 78, "h"),
    ),
    sentence=(
        "it keeps {rest%} of its state ({h_before} → {kept}) and takes {z%} of the candidate {g}: "
        "h = {h}."
    ),
    equations=(
        ("hidden", "h = (1 − z) × h before + z × g"),
        ("hidden", "  = {rest} × {(h_before)} + {z} × {(g)} = {h}"),
    ),
    derive=_derive,
)
CELL = Cell(
    name="MinGRU",
    year=2024,
    source="Feng et al. 2024, arXiv 2410.01201",
    blocks=(UPDATE, LINEAR),
    states=(HIDDEN,),
    rows=(("update_gate", "candidate", "hidden"),),
    forward=forward,
    backward=backward,
    layer=layer,
    quick=quick,
    is_keras=False,
    picture=PICTURE,
    seconds_a_step=2e-6,
    floats_a_unit=9,
    lacks=frozenset(
        {
            *("activation", "recurrent_activation", "dropout", "recurrent_dropout"),
            *("recurrent_initializer", "recurrent_scale", "unit_forget_bias", "forget_bias"),
        }
    ),
    has_recurrent_kernel=False,
    keep=Keep("share 1 − z", "shares 1 − z", "hidden", lambda arrays: 1 - arrays["update_gate"]),
)
