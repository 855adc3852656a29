"""Say a word, and see what the network of a run makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from seqlab.data.dataset import Dataset
from seqlab.data.log_mel import LogMel
from seqlab.data.speech import USUAL_RATE, Speech, about_take, reading_of
from seqlab.data.upload import UploadError
from seqlab.figures.answers import shares
from seqlab.figures.spectrogram import spectrogram
from seqlab.inspection.spoken_word import word_probabilities
from seqlab.inspection.words import when
from seqlab.lens.stack import LensError
from seqlab.runs.records import Run
from seqlab.ui import networks, services
from seqlab.ui.components.chart import chart
from seqlab.ui.components.microphone import microphone
from seqlab.ui.words import plain

_HEARD = "listen_heard"  # the last take that was read, so that a redraw does not read it again
NOT_KEPT = "What you say here is not kept."


@dataclass(frozen=True)
class _Heard:
    key: tuple[str, LogMel]
    speech: Speech | None
    sentence: str


@st.fragment
def listen(run: Run, dataset: Dataset, made: LogMel, epoch: int) -> None:
    """A recorder, the probability of each word, and the spectrogram of what was said.

    Args:
        run: whose network.
        dataset: of sounds, what it was trained on.
        made: how their features were made.
        epoch: of the weights.
    """
    st.header("Say a word", anchor=False)
    left, middle, right = st.columns([2, 2, 2])
    with left:
        words = ", ".join(dataset.goal.classes[:8]) + (", …" if dataset.outputs > 8 else "")
        with st.container(gap=None):  # the second one is empty where all is well
            st.caption(plain(f"The network knows: {words}. {NOT_KEPT}"))
            microphone("listen_microphone")
        recorded = st.audio_input("Say one of them", sample_rate=USUAL_RATE, key="listen_take")
        if recorded is None:
            return
        heard = _heard(recorded.getvalue(), recorded.file_id, made)
        if heard.speech is None:
            st.error(plain(heard.sentence), icon=":material/error:")
            return
        st.caption(plain(f"You said: {heard.sentence}"))
    features = heard.speech.features[0]
    try:
        network = networks.network(run.id, epoch, run.experiment, dataset)
        odds = word_probabilities(network, dataset, features)
    except LensError as error:
        left.caption(plain(str(error)))
        return
    with middle:
        _answer(dataset, odds, epoch)
    with right:
        sentence = f"What it heard: {len(features):,} frames of {made.bands} mel bands."
        figure = spectrogram(features, made)
        chart(figure, key="listen_spectrogram", alt=sentence, height=190, view=heard.key[0])
        st.caption(sentence)


def _heard(data: bytes, take: str, made: LogMel) -> _Heard:
    """What was said, read in another process."""
    key = (take, made)
    last = st.session_state.get(_HEARD)
    if isinstance(last, _Heard) and last.key == key:
        return last
    try:
        table = services.read_file(data, "spoken.wav", reading_of(made))
        sentence = about_take(table.speech, table.findings) if table.speech else ""
        heard = _Heard(key, table.speech, sentence)
    except UploadError as error:
        heard = _Heard(key, None, str(error))
    st.session_state[_HEARD] = heard
    return heard


def _answer(dataset: Dataset, odds: NDArray[np.float64], epoch: int) -> None:
    names = dataset.goal.classes
    first = int(odds.argmax())
    sentence = f"{when(epoch)} the network hears “{names[first]}”, probability {odds[first]:.1%}."
    with st.container(key="listen_answer"):
        chart(shares(names, odds), key="listen_shares", alt=sentence, height=190, view="words")
        st.caption(plain(sentence))
