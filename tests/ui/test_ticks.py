"""A fragment's clock never undoes what the server has set, nor what a visitor has changed."""

from functools import partial

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.testing.v1 import AppTest, local_script_runner

from seqlab.ui.server import ticks

PAGE = """
import streamlit as st
if "began" not in st.session_state:
    st.session_state["began"] = True
    st.session_state["units"] = 8
st.number_input("units", 1, 64, key="units", on_change=lambda: st.session_state.update(told=True))
"""


def after_an_old_value(monkeypatch, auto: bool) -> tuple[int, bool]:
    """The box, which the server has set to 8, and whether its callback ran, when 4 is sent."""
    app = AppTest.from_string(PAGE).run(timeout=60)
    monkeypatch.setattr(local_script_runner, "RerunData", partial(RerunData, is_auto_rerun=auto))
    app.number_input(key="units").set_value(4).run(timeout=60)
    return app.number_input(key="units").value, "told" in app.session_state


@pytest.fixture
def mended(monkeypatch):
    monkeypatch.setattr(ScriptRequests, "_request_rerun_locked", ticks.take)


@pytest.mark.usefixtures("mended")
def test_a_tick_with_an_old_value_changes_nothing(monkeypatch):
    assert after_an_old_value(monkeypatch, auto=True) == (8, False)


@pytest.mark.usefixtures("mended")
def test_a_visitors_change_is_taken(monkeypatch):
    assert after_an_old_value(monkeypatch, auto=False) == (4, True)


def test_streamlit_itself_takes_a_tick_for_a_change(monkeypatch):
    """When this fails, `ticks` can go."""
    monkeypatch.setattr(ScriptRequests, "_request_rerun_locked", ticks._take)
    assert after_an_old_value(monkeypatch, auto=True) == (4, True)


@pytest.mark.usefixtures("mended")
def test_a_change_that_waits_is_not_lost_to_a_tick():
    clicked = WidgetState(id="train", trigger_value=True)
    changed = WidgetState(id="units", int_value=32)
    requests = ScriptRequests()
    requests.request_rerun(
        RerunData(fragment_id="a", widget_states=WidgetStates(widgets=[changed, clicked]))
    )
    old = WidgetStates(widgets=[WidgetState(id="units", int_value=4)])
    requests.request_rerun(RerunData(fragment_id="b", is_auto_rerun=True, widget_states=old))
    wish = requests.on_scriptrunner_ready().rerun_data
    assert wish.fragment_id_queue == ["a", "b"]
    assert list(wish.widget_states.widgets) == [changed, clicked]
