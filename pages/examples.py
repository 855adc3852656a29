"""Ready-made experiments, one for each kind of work, to open on the playground."""

from itertools import groupby
from pathlib import Path

import streamlit as st

from seqlab.experiment import Experiment
from seqlab.presets import PRESETS, Preset
from seqlab.ui import state
from seqlab.ui.components.heading import page_title
from seqlab.ui.words import network

COLUMNS = 3
PLAYGROUND = Path(__file__).with_name("train.py")


def settings(experiment: Experiment) -> str:
    training = experiment.training
    rate = f"{training.optimizer} {training.learning_rate:g}"
    return f"{network(experiment)} · {rate} · {training.epochs} epochs"


def goal(preset: Preset) -> str:
    if preset.measure == "RMSE":
        aim = f"RMSE of at most {preset.goal:g}"
    elif preset.measure == "accuracy":
        aim = f"accuracy of at least {preset.goal:.0%}"
    else:
        aim = f"at least {preset.goal:.0%} of the answers right in every symbol"
    return f"Goal: {aim}, in {preset.seconds:g} s on two cores."


def use(experiment: Experiment) -> None:
    state.show(experiment)
    state.show_run(None)


def card(preset: Preset) -> bool:
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{preset.title}**")
        st.markdown(preset.about)
        st.caption(f"{settings(preset.experiment)}  \n{goal(preset)}")
        return st.button(
            "Open in Playground",
            key=f"open_{preset.key}",
            icon=":material/tune:",
            on_click=use,
            args=(preset.experiment,),
        )


page_title("Examples")
st.caption(
    "Experiments that are set up and ready to train. A goal counts on the validation part, which "
    "the network never learns from; `docs/results.md` tells what was measured."
)
chosen: Preset | None = None
for kind, presets in groupby(PRESETS, key=lambda preset: preset.kind):
    st.header(kind, anchor=False)
    columns = st.columns(COLUMNS)
    for column, preset in zip(columns, presets, strict=False):
        with column:
            if card(preset):
                chosen = preset
if chosen is not None:
    st.switch_page(PLAYGROUND, query_params=chosen.experiment.to_query())
