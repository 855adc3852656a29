"""The run store: every run with its settings, status, losses, weights and uploaded file.

Everything a visitor sees of a run is read from here, so that a reload, a second tab or a restart
of the server shows the same.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import time
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import psutil

from seqlab.experiment import Experiment, ExperimentError
from seqlab.runs.metrics import MetricsStore
from seqlab.runs.records import ACTIVE, ENDED, NewRun, Run
from seqlab.runs.uploads import FILE_OF_RUN, UploadStore
from seqlab.runs.weights import WeightsStore

logger = logging.getLogger(__name__)


class Store(MetricsStore, WeightsStore, UploadStore):
    """Runs under one folder, with what is kept of each. Safe to use from many threads."""

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
        return self.create_all([NewRun(experiment, baseline, estimated, owner)])[0]

    def create_all(self, new: Sequence[NewRun]) -> list[str]:
        """Several queued runs at once, all of them or none; returns their ids, in their order."""
        ids = [secrets.token_hex(6) for _ in new]
        server, now = (os.getpid(), _born(os.getpid())), time.time()
        self.write(
            "INSERT INTO runs (id, created, status, experiment, server, server_born, baseline, "
            "baseline_loss, estimated, owner, study, variant, place) "
            "VALUES (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(
                (
                    *(run, now + i * 1e-6, each.experiment.to_json(), *server),
                    *(each.baseline or (None, None)),
                    *(each.estimated, each.owner, each.study, each.variant, each.place),
                )
                for i, (run, each) in enumerate(zip(ids, new, strict=True))
            ),
        )
        # However they are begun, they count in the room that their owner has joined.
        self.write(
            "INSERT INTO room_runs SELECT ?, id FROM room_members WHERE owner = ?",
            *((run, each.owner) for run, each in zip(ids, new, strict=True)),
        )
        return ids

    def get(self, run: str) -> Run | None:
        """The run of that id, or `None`."""
        runs = self.select("WHERE id = ?", run)
        return runs[0] if runs else None

    def runs(self, limit: int = 100) -> list[Run]:
        """The newest runs, the newest first."""
        return self.select("ORDER BY created DESC LIMIT ?", limit)

    def runs_of(self, study: str) -> list[Run]:
        """The runs of a study, as they were queued."""
        return self.select("WHERE study = ? ORDER BY created", study)

    def by_ids(self, runs: Sequence[str]) -> list[Run]:
        """The runs of these ids that are still there, the oldest first."""
        places = ", ".join("?" * len(runs))
        return self.select(f"WHERE id IN ({places}) ORDER BY created", *runs)

    def select(self, where: str, *values: object) -> list[Run]:
        """The runs that the end of a question asks for; for modules of `seqlab.runs`."""
        columns = "id, created, started, ended, status, message"
        rows = self.read(
            "SELECT experiment, baseline, baseline_loss, planned, owner, pinned, study, variant, "
            f"place, note, {columns} "
            f"FROM runs {where}",
            *values,
        )
        runs = []
        for text, rule, loss, planned, owner, pinned, study, variant, place, note, *rest in rows:
            try:
                experiment = experiment_of(text)
            except ExperimentError:  # of another version: the other runs are shown all the same
                logger.warning("The settings of run %s cannot be read.", rest[0])
                continue
            baseline = (rule, loss) if rule else None
            last = planned or experiment.training.epochs
            more = (owner, bool(pinned), study, variant, place, note)
            runs.append(Run(*rest, experiment, baseline, last, *more))  # type: ignore[call-arg]
        return runs

    def set_measured(self, run: str, seconds: float) -> None:
        """Keeps how long an epoch of a run took."""
        self.write("UPDATE runs SET measured = ? WHERE id = ?", (seconds, run))

    def pace(self, runs: int = 5) -> float:
        """How much longer the last runs took than was foreseen: the median, 1 without any."""
        rows = self.read(
            "SELECT measured / estimated FROM runs WHERE measured > 0 AND estimated > 0 "
            "ORDER BY created DESC LIMIT ?",
            runs,
        )
        return float(np.median([ratio for (ratio,) in rows])) if rows else 1.0

    def seconds_left(self, runs: Sequence[str]) -> list[float]:
        """How long each run will still train: by the pace of its epochs, before by the estimate."""
        rows = self.read(
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
        changed = self.write(
            f"UPDATE runs SET status = 'queued', message = '', planned = ?, server = ?, "
            f"server_born = ? WHERE id = ? AND status IN ({places})",
            (epochs, os.getpid(), _born(os.getpid()), run, *ENDED),
        )
        return changed == 1

    def set_status(self, run: str, status: str, message: str = "") -> None:
        """Moves a run on, and keeps the times of its start and end.

        A run that goes on after a pause or an end, or ends after a pause, is taken as if it had
        started later: what lies between is no training.

        Args:
            run: its id.
            status: see `Run`.
            message: a sentence for the user; "" for none.
        """
        now = time.time()
        rests = status == "paused" or status in ENDED
        self.write(
            "UPDATE runs SET status = ?, message = ?, "
            "started = CASE WHEN ? THEN coalesce(started + (? - ended), started, ?) "
            "ELSE started + coalesce(? - ended, 0) END, "
            "ended = CASE WHEN ? THEN ? ELSE NULL END WHERE id = ?",
            (status, message, status == "running", now, now, now, rests, now, run),
        )
        if status in ("failed", "interrupted"):
            # The last weights may have come in before the losses of their epoch, which never came.
            self.drop_snapshots_after(run, self.standing(run)[run].epoch)

    def reset(self, run: str) -> None:
        """Forgets all that a run has reported: it begins again with its first epoch."""
        self.write("UPDATE runs SET started = NULL, ended = NULL WHERE id = ?", (run,))
        self.forget_after(run, -1)

    def forget_after(self, run: str, epoch: int) -> None:
        """Removes what was reported after an epoch: the run goes on from there, with one past."""
        self.drop_snapshots_after(run, epoch)
        for table in ("metrics", "log"):
            self.write(f"DELETE FROM {table} WHERE run = ? AND epoch > ?", (run, epoch))

    def interrupt_orphans(self) -> list[str]:
        """Marks the runs whose server is gone as interrupted; returns their ids.

        To be called when a server starts, before it submits anything: a run of this process id
        can then only be from an earlier process that had the same one (as in a container).
        """
        places = ", ".join("?" for _ in ACTIVE)
        rows = self.read(
            f"SELECT id, server, server_born FROM runs WHERE status IN ({places})", *ACTIVE
        )
        orphans = [
            run for run, server, born in rows if server == os.getpid() or born != _born(server)
        ]
        for run in orphans:
            message = "The server stopped while this run was active. What it had learned is kept."
            self.set_status(run, "interrupted", message)
        return orphans

    def best_snapshot(self, run: str) -> int | None:
        """The epoch of the lowest val_loss, if its weights are kept, else the last one kept.

        `None` if no weights are kept.
        """
        saved = self.snapshots(run)
        best = self.standing(run)[run].best_epoch
        return best if best in saved else max(saved, default=None)

    def pin(self, run: str, pinned: bool) -> None:
        """Keeps a run for ever, or no longer."""
        self.write("UPDATE runs SET pinned = ? WHERE id = ?", (pinned, run))

    def set_note(self, run: str, note: str) -> None:
        """Keeps what the owner of a run writes about it."""
        self.write("UPDATE runs SET note = ? WHERE id = ?", (note, run))

    def delete(self, run: str, pinned: bool = True) -> bool:
        """Removes an ended run with all that is kept of it, and a file that only it still needed.

        Args:
            run: its id.
            pinned: whether it goes even if it is pinned.

        Returns:
            `False` if it is active or unknown, or pinned and such ones shall stay.
        """
        file = self._file_of(run)
        study = next(
            (one for (one,) in self.read("SELECT study FROM runs WHERE id = ?", run)), None
        )
        places = ", ".join("?" for _ in ENDED)
        # One statement asks and removes: no run goes that was claimed or pinned in between.
        removed = self.write(
            f"DELETE FROM runs WHERE id = ? AND status IN ({places}) AND (? OR NOT pinned)",
            (run, *ENDED, pinned),
        )
        if not removed:
            return False
        for table in ("metrics", "log", "room_runs", "room_leftovers"):
            self.write(f"DELETE FROM {table} WHERE run = ?", (run,))
        if study is not None:  # with its last run it goes too
            self.write(
                "DELETE FROM studies WHERE id = ? "
                "AND NOT EXISTS (SELECT 1 FROM runs WHERE study = studies.id)",
                (study,),
            )
        shutil.rmtree(self.home / "runs" / run, ignore_errors=True)
        if file and not self.read("SELECT 1 FROM uploaders WHERE file = ?", file):
            self.drop_upload(file)
        return True

    def _file_of(self, run: str) -> str | None:
        """The uploaded file that a run reads."""
        rows = self.read(
            f"SELECT {FILE_OF_RUN} FROM runs WHERE id = ? AND json_valid(experiment)", run
        )
        return rows[0][0] if rows else None


@lru_cache(maxsize=4096)
def experiment_of(text: str) -> Experiment:
    """The experiment of its JSON; a board reads the same ones every two seconds.

    Raises:
        ExperimentError: if it is of another version.
    """
    return Experiment.from_json(text)


def _born(pid: int) -> float | None:
    """When that process was started, or `None` if there is none: process ids are used again."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None
