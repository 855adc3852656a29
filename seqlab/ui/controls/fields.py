"""One widget for one value of the experiment, made from that value's own type.

A widget's key is the value's flat name, as in `Experiment.to_flat`. Limits are not given to the
widgets: a number out of range stays visible, and a finding says what is allowed, with a Fix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

import streamlit as st

from seqlab.field_words import in_words, label_of
from seqlab.fitting.optimizers import KNOBS
from seqlab.limits import kind_of
from seqlab.settings import FIELDS, LIMITS, SETTINGS, help_of
from seqlab.ui import state
from seqlab.ui.controls.held import is_locked

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
    kind, optional = kind_of(FIELDS[name].annotation)
    setting = SETTINGS[name]
    step = setting.step or (1 if kind is int else 0.1)
    common: dict[str, Any] = {
        "key": key,
        "help": about or help_of(name),
        "persist_state": "session",
        "disabled": is_locked(key),
    }
    label = label or label_of(name)
    called = words or setting.words
    if get_origin(kind) is Literal:
        offered = _offered(key, get_args(kind), fitting)
        st.selectbox(label, offered, format_func=lambda o: called.get(o, o), width=width, **common)
    elif get_origin(kind) is tuple:
        offered = _offered(key, get_args(get_args(kind)[0]), fitting)
        st.multiselect(label, offered, placeholder=setting.empty, width=width, **common)
    elif kind is str:  # of names that `words` gives
        options = list(dict.fromkeys([*called, *filter(None, [st.session_state.get(key)])]))
        st.selectbox(
            label, options, None, lambda o: called.get(o, o), placeholder=setting.empty,
            width=width, **common,
        )  # fmt: skip
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
    elif setting.slider and _within_limits(name, st.session_state.get(key)):
        low, high = LIMITS[name]
        st.slider(label, float(low), float(high), step=step, width=width, **common)
    else:
        if optional:
            usual = _keras_default(name)
            empty = setting.empty or ("off" if usual is None else f"{usual:g}")
            common |= {"value": None, "placeholder": empty}
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
    changed = [each for each in keys if is_changed(each, usual) and not is_locked(each)]
    if not changed:
        return
    # Beside the button of `more` there is room for one or two, which move nothing then.
    with st.container(horizontal=True, gap="xxsmall", key=key, width="content"):
        for each in changed:
            before = usual.get(each, _default(each))
            st.button(
                f"{label_of(name_of(each))} {in_words(st.session_state[each], name_of(each))}",
                key=f"reset_{each}",
                icon=":material/undo:",
                help=f"Changed. Click to set it back: {in_words(before, name_of(each))}.",
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
    st.session_state[key] = state.for_widget(value)


def name_of(key: str) -> str:
    """`units_0` -> "units"; `beta_1` stays what it is."""
    return key if key in FIELDS else key.rpartition("_")[0]


def _default(key: str) -> Any:  # noqa: ANN401
    return FIELDS[name_of(key)].default


def _keras_default(name: str) -> float | bool | None:
    return KNOBS[st.session_state.optimizer].get(name)


def _switch(name: str) -> dict[bool | None, str]:
    usual = "on" if _keras_default(name) else "off"
    return {None: f"default ({usual})", True: "on", False: "off"}
