"""Who leads a room: whoever has the key of its teacher's link. Asked again by everything that acts.

The key stands in the address of the teacher's page, so that a reload, a bookmark or a second
teacher's browser leads the room, too; the store knows only its hash.
"""

from __future__ import annotations

import streamlit as st

from seqlab.runs.room_records import UNKNOWN, Room, RoomError
from seqlab.ui import services, visitor
from seqlab.ui.server.door import Tries
from seqlab.workshop.codes import CodeError, read_code

ROOM, KEY = "room", "key"  # parameters of the address
WRONG = (
    "This is not the teacher's link of an open room. Check that the whole link was copied; with "
    "the room's code you can still join as a learner."
)
PATIENCE = "Too many wrong tries. Wait a minute."
_KEYS = "_room_keys"  # by code, those that this session has shown to be right
_KNOWN = "_rooms_known"  # codes of rooms that this session was shown
_UNKNOWN = "_room_unknown"  # the code in the address that is of no room
_keys = Tries()  # wrong keys
_codes = Tries()  # codes of no room


def code_of_address() -> str | None:
    """The room's code in the page's address, or `None` if there is none, or nothing like one."""
    try:
        return read_code(st.query_params.get(ROOM, ""))
    except CodeError:
        return None


def enter() -> str | None:
    """Takes the key from the address; returns a sentence if it is wrong."""
    code, key = code_of_address(), st.query_params.get(KEY)
    if code is None or not key or leads(code):
        return None
    # The right key always leads, whatever others have tried: its 128 bits cannot be guessed.
    if services.rooms().is_key(code, key):
        keep(code, key)
        return None
    if not _keys.allowed(_who()):
        return PATIENCE
    _keys.wrong(_who())
    return WRONG


def keep(code: str, key: str) -> None:
    """Remembers the key of a room for this session."""
    st.session_state[_KEYS] = {**st.session_state.get(_KEYS, {}), code: key}


def key_of(code: str) -> str | None:
    """The key that this session has shown."""
    key: str | None = st.session_state.get(_KEYS, {}).get(code)
    return key


def leads(code: str) -> bool:
    """Whether this session may lead the room: its key is checked anew, whatever is drawn."""
    key = key_of(code)
    return key is not None and services.rooms().is_key(code, key)


def led() -> str | None:
    """The code of the room that this session led last and that is still open, or `None`."""
    codes = [code for code in st.session_state.get(_KEYS, {}) if leads(code)]
    return codes[-1] if codes else None


def room_of(code: str) -> Room | None:
    """The room of a code that the visitor gives, or `None`, which counts as a wrong guess.

    Raises:
        RoomError: if they have guessed wrong too often, unless the room is known to them.
    """
    known_rooms: set[str] = st.session_state.setdefault(_KNOWN, set())
    rooms, who = services.rooms(), _who()
    if code not in known_rooms and not leads(code) and not _codes.allowed(who):
        member = rooms.member(who)
        if member is None or member.room != code:
            raise RoomError(PATIENCE)
    room = rooms.get(code)
    if room is None:
        _codes.wrong(who)
    else:
        known_rooms.add(code)
    return room


def room_of_address() -> tuple[Room | None, str | None]:
    """The room that the address names, else one that is led; and why there is none of that code."""
    code = code_of_address()
    if code is None:
        own = led()
        return (services.rooms().get(own) if own else None), None
    if st.session_state.get(_UNKNOWN) == code:  # it was looked up and counted before
        return None, UNKNOWN.format(code=code)
    try:
        room = room_of(code)
    except RoomError as error:
        return None, str(error)
    st.session_state[_UNKNOWN] = code if room is None else None
    return room, None if room else UNKNOWN.format(code=code)


def _who() -> str:
    """Who tries: the browser, for a whole class may come from one address.

    Who throws the cookie away is another one; the limit for all together bounds that.
    """
    return visitor.owner()
