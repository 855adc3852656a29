"""The weights of runs in the run store: a folder a run, a file for each epoch kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqlab.lens import snapshot
from seqlab.runs.storage import Storage, write_whole


class WeightsStore(Storage):
    """Snapshots of epochs, and the state from which a training can go on."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self._sizes: dict[str, tuple[int, int]] = {}  # by run: when its folder changed, bytes

    def add_snapshot(self, run: str, epoch: int, data: bytes) -> None:
        """Keeps the packed weights of one epoch (see `seqlab.lens.snapshot`).

        Args:
            run: its id.
            epoch: that the weights are of.
            data: the packed weights.
        """
        folder = self.home / "runs" / run
        write_whole(folder / f"epoch_{epoch:06d}.npz", data)

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

    def add_state(self, run: str, data: bytes, epoch: int | None = None) -> None:
        """Keeps what a training needs to go on after an epoch. It replaces the one before.

        Args:
            run: its id.
            data: a packed `seqlab.training.state.TrainingState`.
            epoch: after which it is; `None` if that is not known.
        """
        folder = self.home / "runs" / run
        write_whole(folder / "state.npz", data)
        self.write("UPDATE runs SET state_epoch = ? WHERE id = ?", (epoch, run))

    def state_epoch(self, run: str) -> int | None:
        """After which epoch a run can go on; `None` if that is not known."""
        rows = self.read("SELECT state_epoch FROM runs WHERE id = ?", run)
        return rows[0][0] if rows else None

    def has_state(self, run: str) -> bool:
        """Whether a run can go on."""
        return (self.home / "runs" / run / "state.npz").is_file()

    def state(self, run: str) -> bytes | None:
        """What `add_state` kept, or `None`."""
        path = self.home / "runs" / run / "state.npz"
        return path.read_bytes() if path.is_file() else None

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
