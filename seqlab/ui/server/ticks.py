"""A clock changes nothing: a mend for a third race in Streamlit.

A fragment that looks again (`run_every`) sends all values that its page's widgets have in the
browser. Those are old ones if the server has just set others, as a page of a lesson, a Fix or a
teacher's experiment does, and the browser has not drawn them yet: Streamlit takes them for a
visitor's change, undoes what was set, and does so again in the other direction with the next tick
(decision 0042). Whatever a visitor changes is sent at once in a request of its own, so that a
tick has nothing to tell.
"""

from __future__ import annotations

from dataclasses import replace

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequests,
    ScriptRequestType,
)

_take = ScriptRequests._request_rerun_locked


def keep() -> None:
    """Mends Streamlit in this process. To be called once, before the first visitor comes."""
    ScriptRequests._request_rerun_locked = take  # type: ignore[method-assign, assignment]


def take(requests: ScriptRequests, wish: RerunData) -> bool:
    """`ScriptRequests._request_rerun_locked`, but a tick brings no values.

    What waits already keeps its own: of two requests Streamlit takes the values of the newer one.
    """
    if wish.is_auto_rerun:
        waits = requests._state is ScriptRequestType.RERUN
        wish = replace(wish, widget_states=None if waits else WidgetStates())
    return _take(requests, wish)
