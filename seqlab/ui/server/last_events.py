"""What a page draws last must not get lost: a mend for a race in Streamlit.

When a fragment asks to run again while its session's script thread has just ended, Streamlit
begins a new thread at once and takes no more events from the old one. Those that the event loop had
not come to yet, the end of a page's run among them, are lost: on a busy server a change then seems
never to be answered (https://github.com/streamlit/streamlit/issues/9921; decision 0020). Here the
fragment waits until the old thread's events have been taken.
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
    _request_rerun(session, client_state)
