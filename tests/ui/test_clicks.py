"""A click is acted upon, also if the thread before it ends in the very same moment."""

import threading
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequests,
    ScriptRequestType,
)
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest, local_script_runner

from seqlab.ui.server import clicks

BUTTON, SLIDER = "$$ID-b-train", "$$ID-a-units"


class Runner:
    """A script thread as a session's state knows it."""

    def __init__(self) -> None:
        self._requests = ScriptRequests()
        self._requests._state = ScriptRequestType.CONTINUE

    def look(self) -> None:
        """Where Streamlit stops a thread."""


def clicked(meanwhile: Callable[[SafeSessionState], None]) -> list[str]:
    """What a click does while a thread that was told to stop does something else.

    Args:
        meanwhile: done by the old thread after the new one has taken the click, before it acts.
    """
    state, happened = SessionState(), []
    old_runner = Runner()
    old = SafeSessionState(state, old_runner.look)
    new = SafeSessionState(state, Runner().look)

    def reads(value: object, *_: object) -> object:
        old_runner._requests._state = ScriptRequestType.STOP
        thread = threading.Thread(target=meanwhile, args=(old,))
        thread.start()
        thread.join(0.3)  # a thread that has to wait for us is not waited for
        return value

    def same(value: object, *_: object) -> object:
        return value

    for widget, kind, deserializer, callback in (
        (SLIDER, "int_value", reads, None),
        (BUTTON, "trigger_value", same, lambda: happened.append("train")),
    ):
        state._set_widget_metadata(
            WidgetMetadata(widget, deserializer, same, kind, callback=callback)
        )
    state._old_state[BUTTON] = False  # it was drawn before, and not clicked
    states = WidgetStates(
        widgets=[WidgetState(id=SLIDER, int_value=3), WidgetState(id=BUTTON, trigger_value=True)]
    )
    ThreadState.initialize(active_script_hash="")
    new.on_script_will_rerun(states)
    return happened


def ends(old: SafeSessionState) -> None:
    old.on_script_finished(frozenset(), remove_stale_widgets=False)


@pytest.fixture
def mended(monkeypatch):
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", clicks.begin)
    monkeypatch.setattr(SafeSessionState, "on_script_finished", clicks.end)


@pytest.mark.usefixtures("mended")
def test_a_click_is_acted_upon_though_the_old_thread_ends():
    assert clicked(ends) == ["train"]


def test_streamlit_itself_still_needs_the_mend(monkeypatch):
    """When this fails, `clicks` can go."""
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", clicks._begin)
    monkeypatch.setattr(SafeSessionState, "on_script_finished", clicks._end)
    assert clicked(ends) == []


@pytest.mark.usefixtures("mended")
def test_a_thread_that_nobody_stopped_tidies_up():
    done = []
    state = SimpleNamespace(on_script_finished=lambda *_, **__: done.append(1))
    runner = Runner()
    SafeSessionState(state, runner.look).on_script_finished(frozenset())
    assert done == [1]
    SafeSessionState(state, lambda: None).on_script_finished(frozenset())  # of no thread at all
    assert done == [1, 1]


def drawn(monkeypatch) -> list[str]:
    """What a page draws whose fragment, in which somebody has clicked, is gone."""
    wish = partial(RerunData, fragment_id="gone")
    monkeypatch.setattr(local_script_runner, "RerunData", wish)
    app = AppTest.from_string('import streamlit as st\nst.markdown("drawn")').run(timeout=60)
    return [element.value for element in app.markdown]


def test_a_click_in_a_fragment_that_goes_meanwhile_draws_the_page(monkeypatch):
    monkeypatch.setattr(ScriptRunner, "_run_script", clicks.run)
    assert drawn(monkeypatch) == ["drawn"]


def test_streamlit_itself_draws_nothing_then(monkeypatch):
    """When this fails, `clicks.run` can go."""
    monkeypatch.setattr(ScriptRunner, "_run_script", clicks._run)
    assert drawn(monkeypatch) == []
