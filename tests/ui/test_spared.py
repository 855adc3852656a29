"""What is worked out once is what Streamlit would work out each time."""

import threading

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from seqlab.ui.server import spared

SECTIONS = ["theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar"]
PAGE = """
import streamlit as st
st.session_state.setdefault("none", None)
st.number_input("a", value=5, key="none", persist_state="session")
st.number_input("b", value=7, key="other", persist_state="session")
st.selectbox("c", ["x", "y"], key="choice")
st.slider("d", 0, 9, 4, key="slider")
st.write(sorted(st.session_state), len(st.session_state))
"""


@pytest.fixture(autouse=True)
def forgotten():
    spared._theme.cache_clear()
    yield
    spared._theme.cache_clear()


@pytest.mark.parametrize("section", SECTIONS)
def test_the_theme_is_told_as_streamlit_tells_it(section, monkeypatch):
    asked = []

    def options(name):
        asked.append(name)
        return {"primaryColor": "#123456", "baseFontSize": 15, "headingFontSizes": ["1rem"]}

    monkeypatch.setattr(config, "get_options_for_section", options)
    usual, first, again = CustomThemeConfig(), CustomThemeConfig(), CustomThemeConfig()
    spared._populate_theme(usual, section)
    spared.populate_theme(first, section)
    spared.populate_theme(again, section)
    assert first == again == usual
    assert usual.primary_color == "#123456"
    assert asked == [section] * 2  # by Streamlit itself, and once here


def test_a_theme_of_which_nothing_is_said_stays_unset(monkeypatch):
    monkeypatch.setattr(config, "get_options_for_section", lambda _: {"primaryColor": None})
    message = CustomThemeConfig()
    spared.populate_theme(message.light, "theme.light")
    assert not message.HasField("light")


def values(app: AppTest) -> list[object]:
    drawn = [*app.number_input, *app.selectbox, *app.slider, *app.markdown]
    return [each.value for each in drawn]


def test_widgets_find_what_the_session_holds(monkeypatch):
    """Also a number box whose value is `None`, for which Streamlit looks."""

    def changed() -> AppTest:
        app = AppTest.from_string(PAGE).run(timeout=60)
        app.number_input(key="other").set_value(3).run(timeout=60)
        assert not app.exception
        return app

    usual = changed()
    monkeypatch.setattr(SafeSessionState, "filtered_state", property(spared.Held))
    mended = changed()
    assert values(mended) == values(usual)
    assert mended.number_input(key="none").value is None


def test_it_holds_what_streamlits_own_answer_holds():
    state = SessionState()
    state["units"] = 8
    safe = SafeSessionState(state, lambda: None)
    held = spared.Held(safe)
    assert dict(held) == state.filtered_state == {"units": 8}
    assert "epochs" not in held
    assert held.get("epochs") is None
    with safe._lock:  # the lock of the session is its own thread's
        other = threading.Thread(target=lambda: held["units"])
        other.start()
        other.join(0.05)
        assert other.is_alive()
    other.join()
