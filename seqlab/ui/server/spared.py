"""What Streamlit would work out anew for each answer though nothing has changed: done once.

Thirty learners whose pages look again every two seconds make this much of what a look costs.

- With each run of a script or fragment it tells the browser the theme, and puts it together from
  all options of its configuration. They never change while a server runs.
- Each number box, slider and choice asks what the session holds for its own key, and Streamlit
  gathers the values of all keys for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime.state.safe_session_state import SafeSessionState

from seqlab.ui.cache import few

_populate_theme = app_session._populate_theme_msg


def keep() -> None:
    """Mends Streamlit in this process. To be called once, before the first visitor comes."""
    app_session._populate_theme_msg = populate_theme  # type: ignore[assignment]
    SafeSessionState.filtered_state = property(Held)  # type: ignore[assignment]


def populate_theme(message: CustomThemeConfig, section: str = "theme") -> None:
    """`streamlit.runtime.app_session._populate_theme_msg`, from what it said the first time."""
    theme = _theme(section)
    if theme.ByteSize():  # else the field is left unset, as Streamlit does
        message.MergeFrom(theme)


@few
def _theme(section: str) -> CustomThemeConfig:
    theme = CustomThemeConfig()
    _populate_theme(theme, section)
    return theme


class Held(Mapping[str, Any]):
    """`SafeSessionState.filtered_state` that looks up what is asked for, and nothing else.

    Args:
        state: of a visitor's session.
    """

    def __init__(self, state: SafeSessionState) -> None:
        self._lock, self._state = state._lock, state._state

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401
        with self._lock:
            return self._state[key]

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(self._state.filtered_state)

    def __len__(self) -> int:
        with self._lock:
            return len(self._state.filtered_state)
