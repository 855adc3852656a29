"""What a page draws last must not get lost: a mend for a race in Streamlit.

When a fragment asks to run again while its session's script thread has just ended, Streamlit
begins a new thread at once and takes no more events from the old one. Those that the event loop had
not come to yet, the end of a page's run among them, are lost: on a busy server a change then seems
never to be answered (https://github.com/streamlit/streamlit/issues/9921; decision 0020). Here the
fragment waits until the old thread's events have been taken.

A click in a fragment that the page has just been drawn without, as that of a run which has ended,
is dropped by Streamlit. Here it is one in the whole page (decision 0023).
"""

from __future__ import annotations

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

AGAIN = 0.01  # seconds until the next look
_request_rerun = AppSession.request_rerun


def keep() -> None:
    """Mends Streamlit in this process. To be called once, before the first visitor comes."""
    AppSession.request_rerun = request_rerun  # type: ignore[method-assign, assignment]


def request_rerun(session: AppSession, client_state: ClientState | None) -> None:
    """`AppSession.request_rerun`, but a fragment waits for the events of a thread that has ended.

    Args:
        session: of one tab.
        client_state: what the browser asks for, or `None`.
    """
    runner = session._scriptrunner
    fragment = client_state.fragment_id if client_state else ""
    if fragment and runner is not None and runner._requests._state is ScriptRequestType.STOP:
        session._event_loop.call_later(AGAIN, request_rerun, session, client_state)
        return
    if client_state is not None and fragment and is_gone(session, client_state):
        client_state = whole_page(client_state)
    _request_rerun(session, client_state)


def is_gone(session: AppSession, client_state: ClientState) -> bool:
    """Whether somebody has clicked in a fragment that is not on the page any more."""
    return not (client_state.is_auto_rerun or session.has_fragment(client_state.fragment_id))


def whole_page(client_state: ClientState) -> ClientState:
    """The same wish for the whole page: Streamlit drops one for a fragment that is gone."""
    state = ClientState()
    state.CopyFrom(client_state)
    state.fragment_id = ""
    return state
