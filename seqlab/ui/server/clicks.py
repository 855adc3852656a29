"""A click must not get lost: a mend for a second race in Streamlit.

A click begins a new script thread at once and tells the old one, a fragment that looks again for
instance, to stop. If the old one ends by itself in that moment, it clears all clicks of the
session, also the one that the new thread has taken and not acted upon yet
(`SessionState._reset_triggers`).
The two threads hold different locks. Here they share one, and a thread that was told to stop leaves
the state of the session alone, as Streamlit itself does when it stops such a thread half way
(decision 0023).

And a click in a fragment that goes while the click waits for its turn is acted upon, but nothing is
drawn then. Here the whole page is.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequestType
from streamlit.runtime.state.safe_session_state import SafeSessionState

_begin = SafeSessionState.on_script_will_rerun
_end = SafeSessionState.on_script_finished
_run = ScriptRunner._run_script
# One a session, shared by those whose numbers are alike: nothing grows with the visitors.
_locks = tuple(threading.RLock() for _ in range(509))


def keep() -> None:
    """Mends Streamlit in this process. To be called once, before the first visitor comes."""
    SafeSessionState.on_script_will_rerun = begin  # type: ignore[method-assign, assignment]
    SafeSessionState.on_script_finished = end  # type: ignore[method-assign, assignment]
    ScriptRunner._run_script = run  # type: ignore[method-assign, assignment]


def begin(state: SafeSessionState, *args: Any, **named: Any) -> None:  # noqa: ANN401
    """`SafeSessionState.on_script_will_rerun`, while no other thread of the session ends."""
    with _lock(state):
        _begin(state, *args, **named)


def end(state: SafeSessionState, *args: Any, **named: Any) -> None:  # noqa: ANN401
    """`SafeSessionState.on_script_finished`, unless another thread has taken over."""
    with _lock(state):
        runner = getattr(state._yield_callback, "__self__", None)
        if runner is None or runner._requests._state is not ScriptRequestType.STOP:
            _end(state, *args, **named)


def run(runner: ScriptRunner, wish: RerunData) -> None:
    """`ScriptRunner._run_script`, of the whole page if a fragment that was clicked in is gone."""
    fragments, storage = wish.fragment_id_queue, runner._fragment_storage
    if not wish.is_auto_rerun and not all(storage.contains(each) for each in fragments):
        wish = replace(wish, fragment_id=None, fragment_id_queue=[])
    _run(runner, wish)


def _lock(state: SafeSessionState) -> threading.RLock:
    return _locks[id(state._state) // 16 % len(_locks)]
