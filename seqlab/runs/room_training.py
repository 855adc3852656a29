"""What a room does to the trainings of its members: hold, release, stop for good."""

from __future__ import annotations

import math
import threading
import time

from seqlab.runs.pool import Pool
from seqlab.runs.rooms import Rooms

AGAIN = 2.0  # seconds after which a run that still trains is told to pause again
SWEEPING = 60.0  # seconds for which a closed room waits for its last trainings to end

# The pages of a whole class hold at the same time, while the teacher releases or closes.
_lock = threading.Lock()
_told: dict[tuple[str, str], float] = {}  # by room and run, when it was told to pause: monotonic


def hold(rooms: Rooms, pool: Pool, code: str) -> None:
    """Puts on hold whatever trains in a paused room; to be called again while it is paused.

    A run that waited when the room was paused may have begun since.

    Args:
        rooms: where rooms are kept.
        pool: where runs train.
        code: of the room.
    """
    with _lock:
        room = rooms.get(code)
        if room is None or room.paused is None:
            return
        # One that its owner has paused stays paused afterwards.
        training = [run.id for run in rooms.active_runs(code) if run.status == "running"]
        now = time.monotonic()
        untold = [run for run in training if now - _told.get((code, run), -math.inf) >= AGAIN]
        if not untold:
            return
        rooms.hold(code, untold)
        for run in untold:
            _told[code, run] = now
            pool.tell(run, {"kind": "pause"})


def release(rooms: Rooms, pool: Pool, code: str) -> None:
    """Everybody goes on, and what was put on hold trains on.

    Args:
        rooms: where rooms are kept.
        pool: where runs train.
        code: of the room.
    """
    with _lock:
        _forget(code)
        for run in rooms.resume(code):
            pool.tell(run, {"kind": "resume"})


def close(rooms: Rooms, pool: Pool, code: str) -> None:
    """Closes a room; what still trains is stopped, and deleted once it has ended.

    A run on hold whose learner has left the room is theirs, and trains on.

    Args:
        rooms: where rooms are kept.
        pool: where runs train.
        code: of the room.
    """
    with _lock:
        _forget(code)
        held = rooms.held(code)
        left = rooms.close(code)
        for run in left:
            pool.stop(run)
        for run in held:
            if run not in left:
                pool.tell(run, {"kind": "resume"})
    if left:
        threading.Thread(target=_sweep, args=(rooms,), name="seqlab-room", daemon=True).start()


def _forget(code: str) -> None:
    for key in [key for key in _told if key[0] == code]:
        del _told[key]


def _sweep(rooms: Rooms) -> None:
    # What is left after that time goes when the next room is closed or the server starts.
    end = time.monotonic() + SWEEPING
    while rooms.sweep() and time.monotonic() < end:
        time.sleep(0.5)
