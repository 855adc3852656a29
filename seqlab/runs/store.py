"""The run store: SQLite (WAL) for settings, status and metrics, a folder a run for snapshots.

Everything a visitor sees of a run is read from here, so that a reload, a second tab or a restart
of the server shows the same.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from seqlab.experiment import Experiment, ExperimentError
from seqlab.lens import snapshot
from seqlab.runs import database

logger = logging.getLogger(__name__)

PRIVATE = 0o700  # what people upload is nobody else's on this machine
ACTIVE = ("queued", "running", "paused")
ENDED = ("finished", "stopped", "diverged", "failed", "interrupted")
_FILE = "json_extract(experiment, '$.data.file')"


@dataclass(frozen=True)
class Run:
    """One run as it stands: what was trained, and how far it is. Times are Unix seconds.

    Attributes:
        planned: the last epoch, which may have been moved since the start.
        baseline: the rule to beat, by name, and its loss on the validation part.
        owner: the visitor who started it, as `seqlab.ui.visitor` calls them; `None` in stores of
            an earlier version.
        pinned: whether it is kept for ever.
        ended: when it ended, or was paused.
        seconds: how long it has been training, without its pauses; `None` before its turn.
    """

    id: str
    created: float
    started: float | None
    ended: float | None
    status: str
    message: str
    experiment: Experiment
    baseline: tuple[str, float] | None
    planned: int
    owner: str | None = None
    pinned: bool = False

    @property
    def seconds(self) -> float | None:
        """From the start to the end, or until now."""
        return None if self.started is None else (self.ended or time.time()) - self.started

    @property
    def active(self) -> bool:
        """Whether it is still waiting or training."""
        return self.status in ACTIVE


@dataclass(frozen=True)
class Kept:
    """A run with its weights, or an uploaded file, as quotas see it.

    Attributes:
        id: of the run or the file.
        owner: the visitor whose it is; `None` if it is nobody's alone, as a file that two uploaded.
        created: Unix seconds.
        size: bytes.
        stays: whether it is pinned, or still waits or trains.
        reads: the uploaded file that a run reads.
        is_file: whether it is an uploaded file.
    """

    id: str
    owner: str | None
    created: float
    size: int
    stays: bool = False
    reads: str | None = None
    is_file: bool = False


@dataclass(frozen=True)
class Metrics:
    """Losses by epoch, and what else was asked for by name; NaN where an epoch gave none."""

    epoch: NDArray[np.int64]
    loss: NDArray[np.float64]
    val_loss: NDArray[np.float64]
    more: dict[str, NDArray[np.float64]]

    @property
    def best(self) -> int | None:
        """The row with the lowest val_loss, the first of equally good ones; `None` without any."""
        return int(np.nanargmin(self.val_loss)) if np.isfinite(self.val_loss).any() else None


@dataclass(frozen=True)
class Standing:
    """How far a run is; `None` for a loss that is not finite or not there.

    Attributes:
        epoch: the last one, 0 before the first.
        val_loss: after it.
        best_epoch: the epoch with the lowest val_loss, of equally good ones the first.
        best_val_loss: after that.
    """

    epoch: int
    val_loss: float | None
    best_epoch: int | None
    best_val_loss: float | None


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


class Store:
    """Runs, metrics, snapshots and uploads under one folder. Safe to use from many threads.

    Attributes:
        home: the folder.
        notice: a sentence for the pages if the list of runs was damaged, or `None`.
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
        self._sizes: dict[str, tuple[int, int]] = {}  # by run: when its folder changed, bytes
        # One connection and one lock: script threads come and go, statements take microseconds.
        self._db, self.notice = database.open_or_replace(home / "seqlab.sqlite3")

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._db.close()

    def _write(self, sql: str, *rows: Sequence[object]) -> int:
        """Returns how many rows of the table were written."""
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

    def _read(self, sql: str, *values: object) -> list[tuple]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    # Runs -----------------------------------------------------------------------------------

    def create(
        self,
        experiment: Experiment,
        baseline: tuple[str, float] | None = None,
        estimated: float | None = None,
        owner: str | None = None,
    ) -> str:
        """A new queued run; returns its id.

        Args:
            experiment: what is to be trained.
            baseline: name and loss of the rule to beat.
            estimated: the seconds foreseen for an epoch.
            owner: see `Run`.
        """
        run = secrets.token_hex(6)
        self._write(
            "INSERT INTO runs "
            "(id, created, status, experiment, server, server_born, baseline, baseline_loss, "
            "estimated, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(run, time.time(), "queued", experiment.to_json()),
                *(os.getpid(), _born(os.getpid())),
                *(baseline or (None, None)),
                *(estimated, owner),
            ),
        )
        return run

    def get(self, run: str) -> Run | None:
        """The run of that id, or `None`."""
        found = self._select("WHERE id = ?", run)
        return found[0] if found else None

    def runs(self, limit: int = 100) -> list[Run]:
        """The newest runs, the newest first."""
        return self._select("ORDER BY created DESC LIMIT ?", limit)

    def _select(self, where: str, *values: object) -> list[Run]:
        columns = "id, created, started, ended, status, message"
        rows = self._read(
            f"SELECT experiment, baseline, baseline_loss, planned, owner, pinned, {columns} "
            f"FROM runs {where}",
            *values,
        )
        found = []
        for text, rule, loss, planned, owner, pinned, *rest in rows:
            try:
                experiment = Experiment.from_json(text)
            except ExperimentError:  # of another version: the other runs are shown all the same
                logger.warning("The settings of run %s cannot be read.", rest[0])
                continue
            baseline = (rule, loss) if rule else None
            last = planned or experiment.training.epochs
            found.append(
                Run(*rest, experiment, baseline, last, owner, bool(pinned))  # type: ignore[call-arg]
            )
        return found

    def set_measured(self, run: str, seconds: float) -> None:
        """Keeps how long an epoch of a run took."""
        self._write("UPDATE runs SET measured = ? WHERE id = ?", (seconds, run))

    def pace(self, runs: int = 5) -> float:
        """How much longer the last runs took than was foreseen: the median, 1 without any."""
        rows = self._read(
            "SELECT measured / estimated FROM runs WHERE measured > 0 AND estimated > 0 "
            "ORDER BY created DESC LIMIT ?",
            runs,
        )
        return float(np.median([ratio for (ratio,) in rows])) if rows else 1.0

    def seconds_left(self, runs: Sequence[str]) -> list[float]:
        """How long each run will still train: by the pace of its epochs, before by the estimate."""
        rows = self._read(
            "SELECT id, estimated, started, ended, "
            "coalesce(planned, json_extract(experiment, '$.training.epochs')), "
            "(SELECT max(epoch) FROM metrics WHERE run = id) "
            f"FROM runs WHERE id IN ({', '.join('?' * len(runs))})",
            *runs,
        )
        now, usual = time.time(), self.pace()
        left = dict.fromkeys(runs, 0.0)
        for run, estimated, started, ended, planned, done in rows:
            # One that is to go on has ended before, and does not train while it waits.
            trained = (ended or now) - started if started else None
            pace = trained / done if trained and done else (estimated or 0.0) * usual
            left[run] = pace * max(0, planned - (done or 0))
        return list(left.values())

    def claim(self, run: str, epochs: int) -> bool:
        """Queues an ended run again, until that epoch; `False` if it is active already."""
        places = ", ".join("?" for _ in ENDED)
        changed = self._write(
            f"UPDATE runs SET status = 'queued', message = '', planned = ?, server = ?, "
            f"server_born = ? WHERE id = ? AND status IN ({places})",
            (epochs, os.getpid(), _born(os.getpid()), run, *ENDED),
        )
        return changed == 1

    def set_status(self, run: str, status: str, message: str = "") -> None:
        """Moves a run on, and keeps the times of its start and end.

        A run that goes on after a pause or an end, or ends after a pause, is taken as if it had
        started later: what lies between is no training.
        """
        now = time.time()
        rests = status == "paused" or status in ENDED
        self._write(
            "UPDATE runs SET status = ?, message = ?, "
            "started = CASE WHEN ? THEN coalesce(started + (? - ended), started, ?) "
            "ELSE started + coalesce(? - ended, 0) END, "
            "ended = CASE WHEN ? THEN ? ELSE NULL END WHERE id = ?",
            (status, message, status == "running", now, now, now, rests, now, run),
        )
        if status in ("failed", "interrupted"):
            # The last weights may have come in before the losses of their epoch, which never came.
            self.drop_snapshots_after(run, self.standing(run)[run].epoch)

    def interrupt_orphans(self) -> list[str]:
        """Marks the runs whose server is gone as interrupted; returns their ids.

        To be called when a server starts, before it submits anything: a run of this process id
        can then only be from an earlier process that had the same one (as in a container).
        """
        places = ", ".join("?" for _ in ACTIVE)
        rows = self._read(
            f"SELECT id, server, server_born FROM runs WHERE status IN ({places})", *ACTIVE
        )
        orphans = [
            run for run, server, born in rows if server == os.getpid() or born != _born(server)
        ]
        for run in orphans:
            message = "The server stopped while this run was active. What it had learned is kept."
            self.set_status(run, "interrupted", message)
        return orphans

    # Metrics and log ------------------------------------------------------------------------

    def add_metrics(
        self,
        run: str,
        epochs: Sequence[int],
        loss: Sequence[float | None],
        val_loss: Sequence[float | None],
        more: Mapping[str, Sequence[float | None]] | None = None,
    ) -> None:
        """Losses of some epochs, and more by name; `None` for a number that is not finite."""
        names, others = list(more or {}), zip(*(more or {}).values(), strict=True)
        notes = [json.dumps(dict(zip(names, row, strict=True))) for row in others]
        columns = (epochs, loss, val_loss, notes or ["{}"] * len(epochs))
        rows = [(run, *row) for row in zip(*columns, strict=True)]
        self._write(
            "INSERT OR REPLACE INTO metrics (run, epoch, loss, val_loss, more) "
            "VALUES (?, ?, ?, ?, ?)",
            *rows,
        )

    def metrics(self, run: str, *names: str) -> Metrics:
        """All losses of a run, by epoch, and what else is asked for, as "val_accuracy"."""
        others = "".join(", json_extract(more, ?)" for _ in names)
        paths = [f'$."{name}"' for name in names]
        rows = self._read(
            f"SELECT epoch, loss, val_loss{others} FROM metrics WHERE run = ? ORDER BY epoch",
            *paths,
            run,
        )
        table = np.array(rows, np.float64).reshape(-1, 3 + len(names))  # None becomes NaN
        more = {name: table[:, 3 + i] for i, name in enumerate(names)}
        return Metrics(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], more)

    def standing(self, *runs: str) -> dict[str, Standing]:
        """How far each of these runs is, by id."""
        places = ", ".join("?" * len(runs))
        # SQLite gives the other columns of the row that has the greatest, or the least, value.
        last = self._read(
            f"SELECT run, max(epoch), val_loss FROM metrics WHERE run IN ({places}) GROUP BY run",
            *runs,
        )
        best = self._read(
            "SELECT run, epoch, min(val_loss) FROM metrics "
            f"WHERE val_loss IS NOT NULL AND run IN ({places}) GROUP BY run",
            *runs,
        )
        lasts = {run: (epoch, loss) for run, epoch, loss in last}
        bests = {run: (epoch, loss) for run, epoch, loss in best}
        return {
            run: Standing(*lasts.get(run, (0, None)), *bests.get(run, (None, None))) for run in runs
        }

    def forget_after(self, run: str, epoch: int) -> None:
        """Removes what was reported after an epoch: the run goes on from there, with one past."""
        self.drop_snapshots_after(run, epoch)
        for table in ("metrics", "log"):
            self._write(f"DELETE FROM {table} WHERE run = ? AND epoch > ?", (run, epoch))

    def add_log(self, run: str, message: str, epoch: int | None = None) -> None:
        """One line for the run's log; with an epoch it goes when `forget_after` goes before it."""
        self._write(
            "INSERT INTO log (run, at, message, epoch) VALUES (?, ?, ?, ?)",
            (run, time.time(), message, epoch),
        )

    def log(self, run: str) -> list[tuple[float, str]]:
        """The run's log, (Unix seconds, line), oldest first."""
        rows = self._read("SELECT at, message FROM log WHERE run = ? ORDER BY at", run)
        return [(at, message) for at, message in rows]

    # Snapshots ------------------------------------------------------------------------------

    def add_snapshot(self, run: str, epoch: int, data: bytes) -> None:
        """Keeps the packed weights of one epoch (see `seqlab.lens.snapshot`)."""
        folder = self.home / "runs" / run
        _write_whole(folder / f"epoch_{epoch:06d}.npz", data)

    def drop_snapshots_after(self, run: str, epoch: int) -> None:
        """Forgets the weights of later epochs: early stopping went back to that one."""
        for later in self.snapshots(run):
            if later > epoch:
                self.drop_snapshot(run, later)

    def drop_snapshot(self, run: str, epoch: int) -> None:
        """Forgets the weights of one epoch, if they are kept."""
        (self.home / "runs" / run / f"epoch_{epoch:06d}.npz").unlink(missing_ok=True)

    def snapshots(self, run: str) -> list[int]:
        """The epochs whose weights are kept, ascending."""
        names = [file.stem for file in (self.home / "runs" / run).glob("epoch_*.npz")]
        epochs = [name.removeprefix("epoch_") for name in names]
        return sorted(int(epoch) for epoch in epochs if epoch.isascii() and epoch.isdigit())

    def snapshot(self, run: str, epoch: int) -> dict[str, NDArray[np.float32]]:
        """Weights by name, as "lstm_0/kernel", and "prediction" (validation, outputs), scaled.

        Raises:
            FileNotFoundError: if that epoch was not kept.
        """
        return snapshot.unpack((self.home / "runs" / run / f"epoch_{epoch:06d}.npz").read_bytes())

    def snapshot_key(self, run: str, epoch: int) -> tuple[str, int, int]:
        """What is the same as long as an epoch's weights are, for caches.

        A run that goes on may train an epoch anew. The last number is when the weights came, in
        nanoseconds of Unix time; 0 if they are not kept.
        """
        try:
            at = (self.home / "runs" / run / f"epoch_{epoch:06d}.npz").stat().st_mtime_ns
        except OSError:
            at = 0
        return run, epoch, at

    # State, to go on from -------------------------------------------------------------------

    def add_state(self, run: str, data: bytes, epoch: int | None = None) -> None:
        """Keeps what a training needs to go on after an epoch. It replaces the one before."""
        folder = self.home / "runs" / run
        _write_whole(folder / "state.npz", data)
        self._write("UPDATE runs SET state_epoch = ? WHERE id = ?", (epoch, run))

    def state_epoch(self, run: str) -> int | None:
        """After which epoch a run can go on; `None` if that is not known."""
        rows = self._read("SELECT state_epoch FROM runs WHERE id = ?", run)
        return rows[0][0] if rows else None

    def has_state(self, run: str) -> bool:
        """Whether a run can go on."""
        return (self.home / "runs" / run / "state.npz").is_file()

    def state(self, run: str) -> bytes | None:
        """What `add_state` kept, or `None`."""
        path = self.home / "runs" / run / "state.npz"
        return path.read_bytes() if path.is_file() else None

    # Uploads --------------------------------------------------------------------------------

    def add_upload(self, data: bytes, name: str, owner: str | None = None) -> str:
        """Keeps an uploaded file under the hash of its name and content; returns that.

        The name belongs to it, for its ending says how to read the file: whoever uploads the same
        content under another name changes no run of others, and is not told theirs.
        """
        file = hashlib.sha256(name.encode() + b"\0" + data).hexdigest()[:16]
        _write_whole(self.home / "uploads" / file, data)
        self._write(
            "INSERT INTO uploads VALUES (?, ?, ?) "
            "ON CONFLICT (file) DO UPDATE SET created = excluded.created",
            (file, name, time.time()),
        )
        if owner is not None:
            self._write("INSERT OR IGNORE INTO uploaders VALUES (?, ?)", (file, owner))
        return file

    def upload(self, file: str) -> tuple[bytes, str] | None:
        """Content and name of an uploaded file, or `None` if it is not there."""
        about = self.about_upload(file)
        return None if about is None else ((self.home / "uploads" / file).read_bytes(), about[0])

    def about_upload(self, file: str) -> tuple[str, int] | None:
        """Name and bytes of an uploaded file, which is not read, or `None` if it is not there."""
        rows = self._read("SELECT name FROM uploads WHERE file = ?", file)
        path = self.home / "uploads" / file
        return (rows[0][0], path.stat().st_size) if rows and path.is_file() else None

    # Deletion and retention -----------------------------------------------------------------

    def delete(self, run: str, pinned: bool = True) -> bool:
        """Removes an ended run with all that is kept of it, and a file that only it still needed.

        Args:
            run: its id.
            pinned: whether it goes even if it is pinned.

        Returns:
            `False` if it is active or unknown, or pinned and such ones shall stay.
        """
        file = self._file_of(run)
        places = ", ".join("?" for _ in ENDED)
        # One statement asks and removes: no run goes that was claimed or pinned in between.
        removed = self._write(
            f"DELETE FROM runs WHERE id = ? AND status IN ({places}) AND (? OR NOT pinned)",
            (run, *ENDED, pinned),
        )
        if not removed:
            return False
        for table in ("metrics", "log"):
            self._write(f"DELETE FROM {table} WHERE run = ?", (run,))
        shutil.rmtree(self.home / "runs" / run, ignore_errors=True)
        if file and not self._read("SELECT 1 FROM uploaders WHERE file = ?", file):
            self.drop_upload(file)
        return True

    def _file_of(self, run: str) -> str | None:
        """The uploaded file that a run reads."""
        rows = self._read(f"SELECT {_FILE} FROM runs WHERE id = ? AND json_valid(experiment)", run)
        return rows[0][0] if rows else None

    def pin(self, run: str, pinned: bool) -> None:
        """Keeps a run for ever, or no longer."""
        self._write("UPDATE runs SET pinned = ? WHERE id = ?", (pinned, run))

    def kept(self) -> list[Kept]:
        """All runs and uploaded files, for `seqlab.runs.housekeeping`."""
        rows = self._read(
            "SELECT id, owner, created, pinned, status, "
            f"CASE WHEN json_valid(experiment) THEN {_FILE} END FROM runs"
        )
        runs = [
            Kept(run, owner, created, self.size(run), bool(pinned) or status in ACTIVE, file)
            for run, owner, created, pinned, status, file in rows
        ]
        rows = self._read(
            "SELECT file, created, min(owner), count(owner) "
            "FROM uploads LEFT JOIN uploaders USING (file) GROUP BY file"
        )
        return runs + [
            Kept(
                file,
                owner if owners == 1 else None,
                created,
                _bytes_of(self.home / "uploads" / file),
                is_file=True,
            )
            for file, created, owner, owners in rows
        ]

    def size(self, run: str) -> int:
        """The bytes of a run's files."""
        folder = self.home / "runs" / run
        try:
            changed = folder.stat().st_mtime_ns  # files come and go whole, by renaming
            known = self._sizes.get(run)
            if known and known[0] == changed:
                return known[1]
            with os.scandir(folder) as entries:
                size = sum(entry.stat().st_size for entry in entries)
        except OSError:  # none was kept, or they go in this moment
            return 0
        if time.time_ns() - changed > 10**9:  # else another file may come at the same time
            self._sizes[run] = changed, size
        return size

    def uploaded_by(self, file: str, owner: str) -> bool:
        """Whether that visitor has uploaded a file."""
        return bool(self._read("SELECT 1 FROM uploaders WHERE file = ? AND owner = ?", file, owner))

    def readers(self, file: str, owner: str) -> tuple[int, int]:
        """How many runs of a visitor read an uploaded file, and how many of others."""
        rows = self._read(
            f"SELECT owner IS ? FROM runs WHERE json_valid(experiment) AND {_FILE} = ?", owner, file
        )
        own = sum(is_own for (is_own,) in rows)
        return own, len(rows) - own

    def delete_upload(self, file: str, owner: str) -> bool:
        """Removes a file for a visitor who uploaded it, unless a run of theirs reads it.

        The bytes go when nobody else has uploaded the same and no run of others reads it, else
        with the last of these.

        Returns:
            `False` if a run of the visitor reads it, or if somebody else asks.
        """
        own, _ = self.readers(file, owner)
        if own or not self.uploaded_by(file, owner):
            return False
        self._write("DELETE FROM uploaders WHERE file = ? AND owner = ?", (file, owner))
        if not self._read("SELECT 1 FROM uploaders WHERE file = ?", file):
            self.drop_upload(file)
        return True

    def drop_upload(self, file: str) -> bool:
        """Removes a file, whoever uploaded it; `False` if a run reads it."""
        dropped = self._write(
            "DELETE FROM uploads WHERE file = ? AND NOT EXISTS "
            f"(SELECT 1 FROM runs WHERE json_valid(experiment) AND {_FILE} = file)",
            (file,),
        )
        if not dropped:
            return False
        self._write("DELETE FROM uploaders WHERE file = ?", (file,))
        (self.home / "uploads" / file).unlink(missing_ok=True)
        return True

    def forget(self, days: float) -> None:
        """Removes the runs that ended more than so many days ago, and what no run needs.

        That is weights without a run and uploads that no run reads, if they are as old.
        """
        before = time.time() - 86_400 * days
        places = ", ".join("?" for _ in ENDED)
        old = self._read(
            f"SELECT id FROM runs WHERE ended < ? AND status IN ({places}) AND NOT pinned",
            before,
            *ENDED,
        )
        gone = [run for (run,) in old if self.delete(run, pinned=False)]
        runs = {run for (run,) in self._read("SELECT id FROM runs")}
        for path in (self.home / "runs").iterdir():
            if path.name not in runs and path.stat().st_mtime < before:
                shutil.rmtree(path, ignore_errors=True)
        known = {file for (file,) in self._read("SELECT file FROM uploads")}
        for path in (self.home / "uploads").iterdir():
            if path.stat().st_mtime < before:
                if path.name in known:
                    self.drop_upload(path.name)
                else:
                    path.unlink(missing_ok=True)
        if gone:
            logger.info("%d runs that ended more than %g days ago were removed.", len(gone), days)


def _born(pid: int) -> float | None:
    """When that process was started, or `None` if there is none: process ids are used again."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _write_whole(path: Path, data: bytes) -> None:
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
