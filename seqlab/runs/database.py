"""The file of the run store: its tables, how it is opened, what happens if it is damaged."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
from pathlib import Path

logger = logging.getLogger(__name__)

DAMAGED = (
    "The list of runs was damaged and could not be read. It was put aside as {name} in the "
    "server's data folder, and a new one was begun."
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY,
    created REAL NOT NULL,
    started REAL,
    ended REAL,
    status TEXT NOT NULL,
    message TEXT NOT NULL DEFAULT '',
    experiment TEXT NOT NULL,
    server INTEGER NOT NULL,
    server_born REAL,
    baseline TEXT,
    baseline_loss REAL,
    planned INTEGER,
    estimated REAL,
    measured REAL,
    state_epoch INTEGER,
    owner TEXT,
    pinned INTEGER NOT NULL DEFAULT 0,
    study TEXT,
    variant TEXT,
    place INTEGER,
    note TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS studies (
    id TEXT PRIMARY KEY,
    created REAL NOT NULL,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,
    state TEXT NOT NULL,
    message TEXT NOT NULL DEFAULT '',
    owner TEXT
);
CREATE TABLE IF NOT EXISTS metrics (
    run TEXT NOT NULL REFERENCES runs(id),
    epoch INTEGER NOT NULL,
    loss REAL,
    val_loss REAL,
    more TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (run, epoch)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log (
    run TEXT NOT NULL REFERENCES runs(id),
    at REAL NOT NULL,
    message TEXT NOT NULL,
    epoch INTEGER
);
CREATE INDEX IF NOT EXISTS log_of_run ON log (run, at);
CREATE TABLE IF NOT EXISTS uploaders (
    file TEXT NOT NULL,
    owner TEXT NOT NULL,
    PRIMARY KEY (file, owner)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
    file TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS lesson_progress (
    learner TEXT NOT NULL,
    lesson TEXT NOT NULL,
    language TEXT NOT NULL,
    page INTEGER NOT NULL DEFAULT 0,
    furthest INTEGER NOT NULL DEFAULT 0,
    begun REAL NOT NULL,
    acted REAL NOT NULL,
    finished REAL,
    open INTEGER NOT NULL DEFAULT 1,
    folded INTEGER NOT NULL DEFAULT 0,
    visits TEXT NOT NULL DEFAULT '[]',
    completed TEXT NOT NULL DEFAULT '[]',
    at_start TEXT NOT NULL DEFAULT '{}',
    answers TEXT NOT NULL DEFAULT '{}',
    answered TEXT NOT NULL DEFAULT '{}',
    hints TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (learner, lesson)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rooms (
    code TEXT PRIMARY KEY,
    opened REAL NOT NULL,
    closed REAL,
    key TEXT NOT NULL,
    paused REAL,
    held TEXT NOT NULL DEFAULT '[]',
    hidden TEXT NOT NULL DEFAULT '[]',
    push INTEGER NOT NULL DEFAULT 0,
    pushed TEXT,
    lesson TEXT,
    language TEXT NOT NULL DEFAULT 'en',
    started INTEGER NOT NULL DEFAULT 0,
    pages INTEGER,
    owner TEXT
);
CREATE TABLE IF NOT EXISTS room_members (
    id TEXT PRIMARY KEY,
    room TEXT NOT NULL REFERENCES rooms(code),
    owner TEXT NOT NULL UNIQUE,
    nickname TEXT NOT NULL,
    folded TEXT NOT NULL,
    joined REAL NOT NULL,
    changed REAL NOT NULL,
    change TEXT NOT NULL DEFAULT '',
    help REAL,
    experiment TEXT,
    run TEXT,
    push INTEGER NOT NULL DEFAULT 0,
    before TEXT,
    started INTEGER NOT NULL DEFAULT 0,
    UNIQUE (room, folded)
);
CREATE TABLE IF NOT EXISTS room_runs (
    run TEXT PRIMARY KEY,
    member TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS runs_of_member ON room_runs (member);
CREATE TABLE IF NOT EXISTS room_questions (
    id TEXT PRIMARY KEY,
    room TEXT NOT NULL REFERENCES rooms(code),
    asked REAL NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    options TEXT NOT NULL DEFAULT '[]',
    revealed REAL
);
CREATE TABLE IF NOT EXISTS room_answers (
    question TEXT NOT NULL,
    member TEXT NOT NULL,
    at REAL NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (question, member)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS room_leftovers (
    run TEXT PRIMARY KEY
) WITHOUT ROWID;
"""

# They may be about a column that an older store gets now.
_INDICES = """
CREATE INDEX IF NOT EXISTS run_of_study ON runs (study) WHERE study IS NOT NULL;
CREATE INDEX IF NOT EXISTS run_by_time ON runs (created);
"""
# Columns that came after the first version, for stores that are older.
_ADDED = {
    "runs": {
        "baseline": "TEXT",
        "baseline_loss": "REAL",
        "planned": "INTEGER",
        "server_born": "REAL",
        "estimated": "REAL",
        "measured": "REAL",
        "state_epoch": "INTEGER",
        "owner": "TEXT",
        "pinned": "INTEGER NOT NULL DEFAULT 0",
        "study": "TEXT",
        "variant": "TEXT",
        "place": "INTEGER",
        "note": "TEXT NOT NULL DEFAULT ''",
    },
    "metrics": {"more": "TEXT NOT NULL DEFAULT '{}'"},
    "log": {"epoch": "INTEGER"},
    "lesson_progress": {"answered": "TEXT NOT NULL DEFAULT '{}'"},
    "rooms": {
        "language": "TEXT NOT NULL DEFAULT 'en'",
        "started": "INTEGER NOT NULL DEFAULT 0",
        "owner": "TEXT",
    },
    "room_members": {"started": "INTEGER NOT NULL DEFAULT 0"},
}


def open_or_replace(path: Path) -> tuple[sqlite3.Connection, str | None]:
    """The database; a damaged one is put aside for a new one.

    Returns:
        The connection, and a sentence on what was put aside, or `None`.

    Raises:
        sqlite3.OperationalError: if the file is locked or may not be written.
    """
    try:
        return _open(path), None
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        logger.exception("The run store is damaged.")
        aside = _put_aside(path)
        return _open(path), DAMAGED.format(name=aside.name)


def _open(path: Path) -> sqlite3.Connection:
    """The database, made or brought up to date.

    Raises:
        sqlite3.DatabaseError: if the file is damaged or no database.
    """
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        ((verdict,), *_) = db.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.executescript(_SCHEMA)
        for table, columns in _ADDED.items():
            _add_columns(db, table, columns)
        db.executescript(_INDICES)
    except BaseException:
        db.close()
        raise
    return db


def _put_aside(path: Path) -> Path:
    """Renames a damaged database, and what SQLite keeps beside it; returns its new place."""
    aside = path.with_name(
        f"damaged-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}.sqlite3"
    )
    for end in ("-wal", "-shm", ""):
        part = path.with_name(path.name + end)
        if part.exists():
            part.rename(aside.with_name(aside.name + end))
    return aside


def _add_columns(db: sqlite3.Connection, table: str, columns: dict[str, str]) -> None:
    """Brings the table of an earlier version up to date."""
    there = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
    for name, kind in columns.items():
        if name not in there:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
