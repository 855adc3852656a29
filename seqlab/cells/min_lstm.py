"""minLSTM: Feng et al. 2024, "Were RNNs All We Needed?" (arXiv 2410.01201), section 3.2.

An LSTM without output gate whose gates read the input alone. Forget and input gate share what is
kept and what is taken: h_t = f / (f + i) ⊙ h_{t-1} + i / (f + i) ⊙ g_t.
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
from seqlab.cells.values import CANDIDATE, FORGET_GATE, HIDDEN, INPUT_GATE

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

FORGET, INPUT = (replace(gate, squash="sigmoid") for gate in (FORGET_GATE, INPUT_GATE))
LINEAR = replace(CANDIDATE, squash="linear")


@functools.cache
def layer() -> type[keras.layers.RNN]:
    """A Keras layer, as a script gets it."""
    import keras

    @keras.saving.register_keras_serializable("seqlab")
    class MinLSTMCell(keras.Layer):
        """minLSTM (Feng et al. 2024): h_t = (f_t h_{t-1} + i_t g_t) / (f_t + i_t)."""

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
                shape=(input_shape[-1], 3 * self.units),
                name="kernel",
                initializer=self.kernel_initializer,
                regularizer=self.kernel_regularizer,
            )
            self.bias = None
            if self.use_bias:
                self.bias = self.add_weight(
                    shape=(3 * self.units,),
                    name="bias",
                    initializer=self.bias_initializer,
                )

        def call(self, inputs, states, training=False):
            (hidden,) = states if isinstance(states, (list, tuple)) else (states,)
            sums = keras.ops.matmul(inputs, self.kernel)
            if self.use_bias:
                sums += self.bias
            f, i, candidate = keras.ops.split(sums, 3, axis=-1)
            f, i = keras.ops.sigmoid(f), keras.ops.sigmoid(i)
            hidden = (f * hidden + i * candidate) / (f + i)
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
    class MinLSTM(keras.layers.RNN):
        """A layer of `MinLSTMCell`, with the arguments of `keras.layers.RNN`."""

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
            cell = MinLSTMCell(units, dtype=kwargs.get("dtype"), **settings)
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

    return MinLSTM


def forward(_: Floats, b: Floats, options: Options) -> Step:
    """One step; shapes as in `Cell`.

    Args:
        _: (..., units, 0) recurrent kernel; no gate reads the hidden state.
        b: (..., 1, 3 * units) bias beside U h; not used, it is 0.
        options: activations, and the like.
    """
    sigma = find_activation("sigmoid").forward

    def step(projected: Floats, states: States) -> tuple[Floats, ...]:
        (h,) = states
        a_f, a_i, g = columns(projected, 3)  # candidate   g_t = W_g x_t + b_g
        f = sigma(a_f)  #                      forget gate f_t = σ(W_f x_t + b_f)
        i = sigma(a_i)  #                      input gate  i_t = σ(W_i x_t + b_i)
        keep = f / (f + i)  #                  hidden      h_t = f/(f+i) ⊙ h_{t-1} + i/(f+i) ⊙ g_t
        h = keep * h + (1 - keep) * g
        return f, i, g, h

    return step


def backward(arrays: dict[str, Floats], _: Floats, b: Floats, options: Options) -> BackwardStep:
    """The same, one step back (see `Cell`).

    For k = f / (f + i): dk/df = i / (f + i)², dk/di = -f / (f + i)².

    Args:
        arrays: the layer's values by name, each (batch, timesteps, units), and "projected" (batch,
            timesteps, 3 * units), W x + b.
        _: (units, 0) recurrent kernel; no gate reads the hidden state.
        b: (3 * units,) bias beside U h; not used, it is 0.
        options: activations, and the like.
    """
    sigma = find_activation("sigmoid")
    a_f, a_i, g = columns(arrays["projected"], 3)
    f, i, h_before = arrays["forget_gate"], arrays["input_gate"], arrays["previous_hidden"]
    both = f + i
    keep = f / both

    def step(t: int, arriving: States) -> tuple[Floats, States, States]:
        (d_h,) = arriving
        d_keep = d_h * (h_before[:, t] - g[:, t]) / both[:, t] ** 2
        d_a = np.concatenate(
            [
                sigma.backward(a_f[:, t], d_keep * i[:, t]),
                sigma.backward(a_i[:, t], -d_keep * f[:, t]),
                d_h * (1 - keep[:, t]),
            ],
            axis=-1,
        )
        return d_a, (d_h,), (d_h * keep[:, t],)

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
        kernel: (F, 3U).
        recurrent: `None`: no gate reads the hidden state.
        bias: (3U,).
        mask: (T, B, 1) bool, or `None` when all steps count.
    """
    import tensorflow as tf

    from seqlab.cells.quick import dense, linear_scan

    f, i, candidate = tf.split(dense(x, kernel, bias), 3, axis=2)
    f, i = tf.sigmoid(f), tf.sigmoid(i)
    keep = f / (f + i)
    hidden = linear_scan(keep, (1 - keep) * candidate, states[0], mask)
    return [hidden, hidden[-1]]


def _derive(values: dict[str, Floats], options: Options) -> dict[str, Any]:
    """The shares of the old and of the new, and the two terms of the hidden state."""
    keep = values["f"] / (values["f"] + values["i"])
    kept, added = keep * values["h_before"], (1 - keep) * values["g"]
    return {"keep": keep, "take": 1 - keep, "kept": kept, "added": added}


PICTURE = Picture(
    size=(800, 420),
    body=(110, 40, 590, 320),
    wires=(
        "M30 90 H286",
        "M314 90 H526",
        "M554 90 H775",
        "M150 398 V331",
        "M150 330 H540 V291",
        "M220 330 V291",
        "M380 330 V291",
        "M220 240 V195 H286",
        "M380 240 V195 H314",
        "M300 181 V105",
        "M314 181 H525",
        "M540 240 V195",
        "M540 166 V105",
    ),
    boxes=(
        ("f: {forget_gate}", "f", 220, 265, "forget_gate"),
        ("i: {input_gate}", "i", 380, 265, "input_gate"),
        ("g: {candidate}", "g", 540, 265, "candidate"),
    ),
    operations=(("×", 300, 90), ("÷", 300, 190), ("×", 540, 180), ("+", 540, 90)),
    numbers=(
        ("h before", 62, 78, "h_before"),
        ("x", 150, 414, "x"),
        ("", 330, 140, "keep"),
        ("", 430, 80, "kept"),
        ("", 430, 171, "take"),
        ("", 574, 140, "added"),
        ("h", 740, 78, "h"),
    ),
    sentence=(
        "forget and input gate share: it keeps {keep%} of its state ({h_before} → {kept}) and "
        "takes {take%} of the candidate {g}: h = {h}."
    ),
    equations=(
        ("forget_gate", "keep = f / (f + i) = {keep}"),
        ("hidden", "h = keep × h before + (1 − keep) × g"),
        ("hidden", "  = {keep} × {(h_before)} + {take} × {(g)} = {h}"),
    ),
    derive=_derive,
)
CELL = Cell(
    name="MinLSTM",
    year=2024,
    source="Feng et al. 2024, arXiv 2410.01201",
    blocks=(FORGET, INPUT, LINEAR),
    states=(HIDDEN,),
    rows=(("forget_gate", "input_gate"), ("candidate", "hidden")),
    forward=forward,
    backward=backward,
    layer=layer,
    quick=quick,
    is_keras=False,
    picture=PICTURE,
    seconds_a_step=2e-6,
    floats_a_unit=13,
    lacks=frozenset(
        {
            *("activation", "recurrent_activation", "dropout", "recurrent_dropout"),
            *("recurrent_initializer", "recurrent_scale", "unit_forget_bias", "forget_bias"),
        }
    ),
    has_recurrent_kernel=False,
    keep=Keep(
        "share f / (f + i)",
        "shares f / (f + i)",
        "hidden",
        lambda arrays: arrays["forget_gate"] / (arrays["forget_gate"] + arrays["input_gate"]),
    ),
)
