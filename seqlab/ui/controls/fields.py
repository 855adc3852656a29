"""One widget for one value of the experiment, made from that value's own type.

A widget's key is the value's flat name, as in `Experiment.to_flat`. Limits are not given to the
widgets: a number out of range stays visible, and a finding says what is allowed, with a Fix.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from typing import Any, Literal, Union, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from seqlab.choices import KNOBS
from seqlab.experiment import Data, Network, Recurrent, Training

FIELDS: dict[str, FieldInfo] = {
    name: info
    for model in (Data, Recurrent, Network, Training)
    for name, info in model.model_fields.items()
}
STEPS: dict[str, float] = {
    "samples": 100,
    "noise": 0.05,
    "learning_rate": 0.001,
    "batch_size": 8,
    "epochs": 10,
    "clipnorm": 0.5,
    "clipvalue": 0.1,
    "recurrent_scale": 0.05,
    "l2": 0.001,
    "embedding": 4,
    "beta_1": 0.01,
    "beta_2": 0.001,
    "weight_decay": 0.001,
    "epsilon": 1e-7,
}
HELP: dict[str, str] = {
    "units": "How many numbers the layer remembers: the size of its hidden state.",
    "return_sequences": "On: hand on the state of every step. Off: only the last one.",
    "bidirectional": "A second copy of the layer reads the sequence from its end.",
    "activation": "Of the candidate and the state. Keras: tanh.",
    "recurrent_activation": "Of the gates. Keras: sigmoid, which keeps them between 0 and 1.",
    "use_bias": "Whether each gate has a bias.",
    "dropout": "Share of the inputs that is dropped while training.",
    "recurrent_dropout": "Share of the hidden state that is dropped while training. Slow.",
    "go_backwards": "Read the sequence from its end.",
    "stateful": "Begin each batch with the states at the end of the one before.",
    "kernel_initializer": "How the weights of the inputs begin.",
    "recurrent_initializer": "How the weights of the hidden state begin.",
    "bias_initializer": "How the biases begin.",
    "unit_forget_bias": "Begin with open forget gates: their bias starts at forget_bias.",
    "forget_bias": "Where the forget gate's bias begins. Higher: the memory lasts longer.",
    "recurrent_scale": "The recurrent kernel begins at this multiple of what was drawn.",
    "l2": "Penalty on the squares of kernel and recurrent kernel.",
    "layer_normalization": "Normalise what the layer hands on.",
    "embedding": "How many numbers stand for one token.",
    "masking": "Skip the padding at the end of shorter sequences.",
    "head": "What turns states into predictions. Automatic: it follows from the task.",
    "head_activation": "Linear gives plain values, and logits for classes.",
    "clipnorm": "Gradients longer than this are shortened to it. Empty: off.",
    "clipvalue": "Each number of a gradient is cut to this size. Empty: off.",
    "seed": "The same seed gives the same initial weights and the same order of the batches.",
    "schedule": "How the learning rate changes while training.",
    "decay_rate": "The share of the learning rate that is left at the end, or at each reduction.",
    "warmup": "Epochs over which the learning rate rises from 0.",
    "plateau_patience": "Epochs without a better val_loss before the rate is reduced.",
    "patience": "Stop after so many epochs without a better val_loss, and take the best weights. "
    "Empty: train all epochs.",
    "shuffle": "Take the sequences in a random order instead of their own.",
    "window": "How many past steps the network sees: the timesteps of input_shape.",
    "horizon": "How many steps after the window the target lies. 1 is the very next step.",
    "steps": "How many steps from the horizon on are predicted at once.",
    "stride": "Rows from the start of one window to the start of the next one.",
    "scaling": "How columns are scaled. Always fitted on the training part alone.",
    "split": "By time: training, then validation, then test. At random flatters: neighbouring "
    "windows overlap.",
    "test_share": "Share of the rows at the very end that is kept out of training and validation.",
    "missing": "What is done with gaps.",
    "period": "Of the seasonal baseline, in rows. 0: found by autocorrelation.",
    "noise": "Standard deviation of the noise; the signal's amplitude is 1.",
    "data_seed": "The same seed draws the same data.",
}
EMPTY = {"clipnorm": "off", "clipvalue": "off", "patience": "off"}


def field(
    key: str,
    label: str | None = None,
    width: int | Literal["stretch"] = "stretch",
    about: str = "",
) -> None:
    """The widget of one value.

    Args:
        key: its flat name; those of a layer end in "_0", "_1", ...
        label: what stands above it; its name, if nothing is said.
        width: in pixels, or all there is.
        about: help; what is known of the name, if nothing is said.
    """
    name = name_of(key)
    kind, optional = _kind(FIELDS[name])
    common: dict[str, Any] = {
        "key": key,
        "help": about or HELP.get(name),
        "persist_state": "session",
    }
    label = label or name
    if get_origin(kind) is Literal:
        st.selectbox(label, get_args(kind), width=width, **common)
    elif kind is bool and not optional:
        st.toggle(label, **common)
    elif kind is bool:
        st.selectbox(
            label, [None, True, False], format_func=_switch(name).__getitem__, width=width, **common
        )
    else:
        if optional:
            common |= {"value": None, "placeholder": EMPTY.get(name) or f"{_keras_default(name)}"}
        step = STEPS.get(name, 1 if kind is int else 0.1)
        form = "%d" if kind is int else "%g"
        st.number_input(label, step=kind(step), format=form, width=width, **common)


def more(
    key: str,
    names: Sequence[str],
    suffix: str = "",
    title: str = "More",
    above: Callable[[], None] | None = None,
) -> None:
    """A button that opens the less common values; it counts the changed ones and resets them.

    Args:
        key: of the button.
        names: of the values, without suffix.
        suffix: of their keys, "_0" for the first layer.
        title: what the button says.
        above: draws what stands above the values.
    """
    changed = [name for name in names if is_changed(f"{name}{suffix}")]
    count = f" · {len(changed)} changed" if changed else ""
    with st.popover(f"{title}{count}", icon=":material/tune:", key=key, width="content"):
        if above is not None:
            above()
        if changed:
            st.caption("Changed. Click one to reset it.")
            with st.container(horizontal=True, gap="xsmall"):
                for name in changed:
                    value = f"{name}{suffix}"
                    st.button(
                        f"{name} {_words(st.session_state[value])}",
                        key=f"reset_{value}",
                        icon=":material/undo:",
                        on_click=reset,
                        args=(value,),
                        type="tertiary",
                    )
        left, right = st.columns(2)
        half = (len(names) + 1) // 2
        for column, part in ((left, names[:half]), (right, names[half:])):
            with column:
                for name in part:
                    field(f"{name}{suffix}")


def is_changed(key: str) -> bool:
    """Whether a value differs from its default."""
    return key in st.session_state and st.session_state[key] != _default(key)


def reset(key: str) -> None:
    """Back to the default."""
    st.session_state[key] = _default(key)


def name_of(key: str) -> str:
    """`units_0` -> "units"; `beta_1` stays what it is."""
    return key if key in FIELDS else key.rpartition("_")[0]


def _default(key: str) -> Any:  # noqa: ANN401
    return FIELDS[name_of(key)].default


def _kind(info: FieldInfo) -> tuple[Any, bool]:
    """The type of a value, and whether it can be `None`."""
    kind = info.annotation
    if get_origin(kind) in (Union, types.UnionType):
        return next(part for part in get_args(kind) if part is not type(None)), True
    return kind, False


def _keras_default(name: str) -> float | bool | None:
    return KNOBS[st.session_state.optimizer].get(name)


def _switch(name: str) -> dict[bool | None, str]:
    usual = "on" if _keras_default(name) else "off"
    return {None: f"default ({usual})", True: "on", False: "off"}


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
