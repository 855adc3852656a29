"""A fragment's wish to run again never costs the events of a thread that has just ended."""

import asyncio
from types import SimpleNamespace

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType

from seqlab.ui.server import last_events
from tests.ui.apart import apart


def ended() -> SimpleNamespace:
    """A script thread that has ended: it takes no requests."""
    requests = ScriptRequests()
    requests.on_scriptrunner_ready()  # nothing to do, so it stops
    assert requests._state is ScriptRequestType.STOP
    return SimpleNamespace(
        _requests=requests, request_rerun=requests.request_rerun, request_stop=requests.request_stop
    )


async def wishes(request_rerun, fragment: str) -> list[str]:
    """What happens, in order, when a wish comes before the last events of a thread are taken."""
    happened: list[str] = []
    session = SimpleNamespace()
    session._event_loop = asyncio.get_running_loop()
    session._scriptrunner = ended()
    session._state = None
    session.has_fragment = lambda _: True
    session._create_scriptrunner = lambda _: happened.append("a new thread")

    def taken() -> None:
        happened.append("its last events")
        session._scriptrunner = None

    session._event_loop.call_later(0.05, taken)
    request_rerun(session, ClientState(fragment_id=fragment))
    await asyncio.sleep(0.2)
    return happened


def run(request_rerun, fragment: str) -> list[str]:
    return apart(wishes(request_rerun, fragment))


def test_a_fragment_waits_for_the_last_events():
    assert run(last_events.request_rerun, "fragment") == ["its last events", "a new thread"]


def test_streamlit_itself_still_needs_the_mend():
    """When this fails, `last_events` can go."""
    assert run(AppSession.request_rerun, "fragment") == ["a new thread", "its last events"]


def test_a_page_does_not_wait():
    assert run(last_events.request_rerun, "")[0] == "a new thread"


def test_a_thread_that_works_takes_the_wish():
    runner = ended()
    runner._requests._state = ScriptRequestType.CONTINUE

    async def asked() -> bool:
        session = SimpleNamespace()
        session._scriptrunner = runner
        session._state = None
        session.has_fragment = lambda _: True
        last_events.request_rerun(session, ClientState(fragment_id="fragment"))
        return runner._requests._state is ScriptRequestType.RERUN

    assert apart(asked())


def asked_for(request_rerun, auto: bool) -> list[str]:
    """The fragments of the wishes that reach a page which was drawn without the fragment."""
    wishes: list[str] = []
    session = SimpleNamespace(_scriptrunner=None, _state=None, has_fragment=lambda _: False)
    session._create_scriptrunner = lambda wish: wishes.append(wish.fragment_id)
    request_rerun(session, ClientState(fragment_id="gone", is_auto_rerun=auto))
    return wishes


def test_a_click_in_a_fragment_that_is_gone_is_one_in_the_page():
    assert asked_for(last_events.request_rerun, auto=False) == [None]
    assert asked_for(last_events.request_rerun, auto=True) == []


def test_streamlit_itself_still_drops_such_a_click():
    """When this fails, `last_events.is_gone` can go."""
    assert asked_for(last_events._request_rerun, auto=False) == []
