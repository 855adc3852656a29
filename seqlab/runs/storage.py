"""Where the run store keeps things: one SQLite database (WAL) and files under one folder."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from seqlab.runs import database

PRIVATE = 0o700  # what people upload is nobody else's on this machine


class StoreError(OSError):
    """Why something cannot be kept just now, in a sentence. Nothing is half written."""


UNWRITABLE = (
    "The server's disk is full or cannot be written, so this was not kept. Nothing else was lost: "
    "try again when there is room."
)
LOCKED = "Another program holds the list of runs at the moment. Try again in a few seconds."


@contextmanager
def _in_words() -> Iterator[None]:
    """A full or read-only disk, and a database that is locked, as a `StoreError`."""
    try:
        yield
    except StoreError:
        raise
    except sqlite3.OperationalError as error:
        busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        raise StoreError(LOCKED if busy else UNWRITABLE) from error
    except OSError as error:
        raise StoreError(UNWRITABLE) from error


class Storage:
    """A folder and its database. Safe to use from many threads.

    Attributes:
        home: the folder.
        notice: a sentence for the pages if the list of runs was damaged, or `None`.

    Raises:
        StoreError: if the folder cannot be written.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        try:
            home.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            home.chmod(PRIVATE)  # also one of an earlier version
            (home / "runs").mkdir(exist_ok=True)
            (home / "uploads").mkdir(exist_ok=True)
        except OSError as error:
            raise StoreError(f"{home} cannot be written: {error.strerror}.") from error
        self._lock = threading.Lock()
        # One connection and one lock: script threads come and go, statements take microseconds.
        self._db, self.notice = database.open_or_replace(home / "seqlab.sqlite3")

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._db.close()

    def write(self, sql: str, *rows: Sequence[object]) -> int:
        """One statement for each row, all of them or none; for modules of `seqlab.runs`.

        Returns:
            How many rows of the table were written.

        Raises:
            StoreError: if the database is locked or cannot be written.
        """
        with _in_words(), self._lock:
            self._db.execute("BEGIN")
            try:
                changed = self._db.executemany(sql, rows).rowcount
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite may have ended it
                    self._db.execute("ROLLBACK")
                raise
            return changed

    def read(self, sql: str, *values: object) -> list[tuple]:
        """All rows of a question; for modules of `seqlab.runs`."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file so that a reader, or a crash, never sees half of it."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    with _in_words():
        try:
            path.parent.mkdir(exist_ok=True)
            part.write_bytes(data)
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise
