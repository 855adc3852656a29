"""One widget for one value of the experiment, made from that value's own type.

A widget's key is the value's flat name, as in `Experiment.to_flat`. Limits are not given to the
widgets: a number out of range stays visible, and a finding says what is allowed, with a Fix.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Union, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from seqlab.choices import KNOBS
from seqlab.experiment import LIMITS, Data, Network, Recurrent, Training

FIELDS: dict[str, FieldInfo] = {
    name: info
    for model in (Data, Recurrent, Network, Training)
    for name, info in model.model_fields.items()
}
STEPS: dict[str, float] = {
    "samples": 100,
    "noise": 0.05,
    "longest": 10,
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
    "head": "What turns states into predictions. Those that fit the task are offered. Dense at "
    "every step is what Keras calls TimeDistributed(Dense).",
    "head_activation": "Linear gives plain values, and logits for classes.",
    "loss": "What the training makes small. Those that fit the targets are offered.",
    "momentum": "Share of the last step that goes into the next one.",
    "nesterov": "Looks ahead by the momentum before it takes the gradient.",
    "rho": "How slowly the mean of the squared gradients forgets.",
    "centered": "Divides by the deviation of the gradients instead of their size.",
    "beta_1": "How slowly the mean of the gradients forgets.",
    "beta_2": "How slowly the mean of the squared gradients forgets.",
    "amsgrad": "Divides by the largest mean of squared gradients so far.",
    "epsilon": "Added to what is divided by.",
    "weight_decay": "Share of each weight that is taken away at every step, times the rate.",
    "initial_accumulator_value": "Where the sum of the squared gradients begins.",
    "metrics": "What is measured besides the loss. Those that fit the targets are offered.",
    "class_weight": "Balanced: in the training loss a rare class counts as much as a common one. "
    "The val_loss counts all sequences alike.",
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
    "longest": "Sequences and texts are cut after so many steps: Keras' maxlen of pad_sequences. "
    "Empty: after 2,000 steps of a table, 200 words or characters of a text.",
    "tails": "Steps at the end of a sequence that only repeat the one before them, as where all "
    "were filled up to one length. Cut, they are padding, which masking skips.",
    "duplicates": "Training sequences that also stand, target and all, in the validation or the "
    "test part: a network that memorises them gets those right.",
    "period": "Of the seasonal baseline, in rows. 0: found by autocorrelation.",
    "noise": "Standard deviation of the noise; the signal's amplitude is 1.",
    "data_seed": "The same seed draws the same data.",
}
# What a value is called that is no argument of Keras; those keep Keras' own names.
LABELS = {
    "test_share": "Test fraction",
    "missing": "Missing values",
    "duplicates": "Duplicate sequences",
    "period": "Season length",
    "longest": "Maximum length",
    "steps": "Forecast horizon",
    "horizon": "Lead time",
    "stride": "Stride",
    "scaling": "Scaling",
    "split": "Split",
    "tails": "Repeated tails",
    "decay_rate": "Decay",
    "warmup": "Warm-up epochs",
    "schedule": "Schedule",
    "patience": "Early stopping",
    "plateau_patience": "Patience",
    "forget_bias": "Forget bias",
    "recurrent_scale": "Recurrent scale",
    "head": "Head",
    "head_activation": "Head activation",
}
EMPTY = {
    "clipnorm": "off",
    "clipvalue": "off",
    "patience": "off",
    "metrics": "the loss alone",
    "longest": "the usual limit",
}
# Drawn as a slider, from the lowest to the highest value allowed.
SLIDERS = {"forget_bias": 0.1, "recurrent_scale": 0.05}
# What an option is called, where its name in Keras says too little.
OPTIONS: dict[str, dict[str, str]] = {
    "head": {
        "auto": "automatic",
        "dense": "Dense on the last state",
        "time_distributed": "Dense at every step",
        "repeat_vector": "encoder-decoder: RepeatVector",
        "teacher_forcing": "encoder-decoder: states, teacher forcing",
    },
    "loss": {"auto": "automatic"},
    "class_weight": {"none": "all targets alike"},
    "split": {"time": "by time", "random": "at random"},
    "scaling": {"minmax": "min-max"},
    "missing": {
        "interpolate": "straight lines",
        "forward": "carry forward",
        "drop": "drop what touches them",
    },
    "tails": {"cut": "cut repeated steps"},
    "duplicates": {"drop": "leave out of training"},
}
Fitting = Mapping[str, Sequence[str]]  # by name, the options that fit the task; others: all of them


def field(
    key: str,
    label: str | None = None,
    width: int | Literal["stretch"] = "stretch",
    about: str = "",
    fitting: Fitting | None = None,
    words: Mapping[str, str] | None = None,
) -> None:
    """The widget of one value.

    Args:
        key: its flat name; those of a layer end in "_0", "_1", ...
        label: what stands above it; what it is called elsewhere, if nothing is said.
        width: in pixels, or all there is.
        about: help; what is known of the name, if nothing is said.
        fitting: what is offered of a choice; the one that is set is always there.
        words: what the options are called here; what is known of the name, if nothing is said.
    """
    name = name_of(key)
    kind, optional = _kind(FIELDS[name])
    common: dict[str, Any] = {
        "key": key,
        "help": about or HELP.get(name),
        "persist_state": "session",
    }
    label = label or LABELS.get(name, name)
    called = words or OPTIONS.get(name, {})
    if get_origin(kind) is Literal:
        offered = _offered(key, get_args(kind), fitting)
        st.selectbox(label, offered, format_func=lambda o: called.get(o, o), width=width, **common)
    elif get_origin(kind) is tuple:
        offered = _offered(key, get_args(get_args(kind)[0]), fitting)
        st.multiselect(label, offered, placeholder=EMPTY[name], width=width, **common)
    elif kind is bool and not optional:
        st.toggle(label, **common)
    elif kind is bool:
        switch = _switch(name)
        st.selectbox(
            label,
            [None, True, False],
            format_func=switch.__getitem__,
            placeholder=switch[None],
            width=width,
            **common,
        )
    elif name in SLIDERS and _within_limits(name, st.session_state.get(key)):
        low, high = LIMITS[name]
        st.slider(label, float(low), float(high), step=SLIDERS[name], width=width, **common)
    else:
        if optional:
            usual = _keras_default(name)
            empty = EMPTY.get(name) or ("off" if usual is None else f"{usual:g}")
            common |= {"value": None, "placeholder": empty}
        step = STEPS.get(name, 1 if kind is int else 0.1)
        form = "%d" if kind is int else "%g"
        st.number_input(label, step=kind(step), format=form, width=width, **common)


def _offered(key: str, options: Sequence[str], fitting: Fitting | None) -> list[str]:
    """The options that fit and what is set already, in their usual order."""
    fits = (fitting or {}).get(name_of(key), options)
    value = st.session_state.get(key)
    chosen = value if isinstance(value, list) else [value]
    return [option for option in options if option in ("auto", *fits, *chosen)]


def _within_limits(name: str, value: object) -> bool:
    """Whether a slider can show a value; a link may ask for any."""
    low, high = LIMITS[name]
    return value is None or (isinstance(value, float) and low <= value <= high)


def more(
    key: str,
    names: Sequence[str],
    suffix: str = "",
    title: str = "More",
    above: Callable[[], None] | None = None,
    fitting: Fitting | None = None,
    words: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """A button that opens the less common values.

    Args:
        key: of the button.
        names: of the values, without suffix.
        suffix: of their keys, "_0" for the first layer.
        title: what the button says.
        above: draws what stands above the values.
        fitting: what is offered of choices, by name.
        words: what options are called here, by name.
    """
    shown = st.popover(title, icon=":material/tune:", key=key, width="content", on_change="rerun")
    if not shown.open:  # thirty widgets fewer, which keep their values: it halves a page's work
        return
    with shown:
        if above is not None:
            above()
        left, right = st.columns(2)
        half = (len(names) + 1) // 2
        for column, part in ((left, names[:half]), (right, names[half:])):
            with column:
                for name in part:
                    field(f"{name}{suffix}", fitting=fitting, words=(words or {}).get(name))


def changes(keys: Sequence[str], key: str, usual: Mapping[str, Any] | None = None) -> None:
    """One button for each changed value: it says the value, and a click resets it.

    Args:
        keys: of the values, with suffixes.
        key: of the place where the buttons stand.
        usual: what a value is without being changed, where that is not its default.
    """
    usual = usual or {}
    changed = [each for each in keys if is_changed(each, usual)]
    if not changed:
        return
    with st.container(horizontal=True, gap="xxsmall", key=key):
        for each in changed:
            before = usual.get(each, _default(each))
            st.button(
                f"{_called(each)} {_words(each, st.session_state[each])}",
                key=f"reset_{each}",
                icon=":material/undo:",
                help=f"Changed. Click to set it back: {_words(each, before)}.",
                on_click=reset,
                args=(each, before),
                type="tertiary",
            )


def is_changed(key: str, usual: Mapping[str, Any] | None = None) -> bool:
    """Whether a value differs from what is usual for it, its default if nothing is said."""
    if key not in st.session_state:
        return False
    value = st.session_state[key]
    value = tuple(value) if isinstance(value, list) else value
    return bool(value != (usual or {}).get(key, _default(key)))


def reset(key: str, value: Any) -> None:  # noqa: ANN401
    """Sets a value back."""
    st.session_state[key] = list(value) if isinstance(value, tuple) else value


def name_of(key: str) -> str:
    """`units_0` -> "units"; `beta_1` stays what it is."""
    return key if key in FIELDS else key.rpartition("_")[0]


def _called(key: str) -> str:
    name = name_of(key)
    return LABELS.get(name, name)


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


def _words(key: str, value: object) -> str:
    name = name_of(key)
    if value is None:
        return EMPTY.get(name, "default")
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or EMPTY.get(name, "none")
    if isinstance(value, float):
        return f"{value:g}"
    return OPTIONS.get(name, {}).get(str(value), str(value))
