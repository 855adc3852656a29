"""The workers of the cluster: which are ready, what each has compiled, which one takes a run.

Addresses are those of Dask. Only the pool's thread changes anything here.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Hashable, Mapping, Sequence

import distributed

from seqlab.network.program_key import KEPT
from seqlab.runs import worker

RESIDENT = 0.9 * 2**30  # bytes of a worker that is warm, TensorFlow above all
PATIENCE = 0.5  # seconds that a run waits for a worker which is just being freed


class Workers:
    """What is known of the workers.

    Args:
        warm_up: "module:function" called once in each new worker, or `None`.
    """

    def __init__(self, warm_up: str | None) -> None:
        self._warm_up = warm_up
        self._warm: set[str] = set()
        self._warming: dict[str, distributed.Future] = {}
        self._limits: list[int] = []  # bytes of memory
        self._programs: dict[str, tuple[Hashable, ...]] = {}  # the newest first
        self._preparing: dict[str, tuple[Hashable, distributed.Future]] = {}

    def clear(self) -> None:
        """Forgets all: the cluster was lost."""
        self._warm.clear()
        self._warming.clear()
        self._programs.clear()
        self._preparing.clear()

    def look(self, client: distributed.Client, running: Mapping[str, object]) -> set[str]:
        """Sees who has come and gone, and warms the new ones up; returns all addresses."""
        workers = client.scheduler_info(n_workers=-1)["workers"]
        addresses = set(workers)
        self._limits = [limit for one in workers.values() if (limit := one["memory_limit"])]
        self._warm &= addresses
        self._programs = {a: programs for a, programs in self._programs.items() if a in addresses}
        for address in [a for a, future in self._warming.items() if future.done()]:
            self._warming.pop(address).release()
            self._warm.add(address)
        for address in [a for a, (_, future) in self._preparing.items() if future.done()]:
            program, future = self._preparing.pop(address)
            if future.status == "finished" and address in addresses:
                self.took(address, program)
            future.release()
        for address in addresses - self._warm - set(self._warming) - set(running):
            if self._warm_up is None:
                self._warm.add(address)
            else:
                self._warming[address] = client.submit(
                    worker.prepare, self._warm_up, workers=[address], pure=False, retries=0
                )
        return addresses

    @property
    def memory_budget(self) -> float | None:
        """Bytes that a training may take on any of them; `None` if they have no limit."""
        return worker.SHARE * min(self._limits) - RESIDENT if self._limits else None

    @property
    def ready(self) -> int:
        """How many are warm."""
        return len(self._warm)

    def choose(self, program: Hashable, busy: Mapping[str, float | None]) -> str | None:
        """A free worker for a run, one that has compiled its network if there is one.

        If that one is just being freed, which is what pressing Train again does, the run waits
        for it a moment. A worker that compiles this network ahead takes the run right behind.

        Args:
            program: what the compiled program depends on, `None` if that is not known.
            busy: the workers that train, and when they were asked to stop (monotonic time).
        """
        for address, (compiling, _) in self._preparing.items():
            if compiling == program and address not in busy:
                return address
        free = sorted(self._warm - set(busy) - set(self._preparing))
        knowing = {address for address, programs in self._programs.items() if program in programs}
        if usual := next((address for address in free if address in knowing), None):
            return usual
        asked = [busy[address] for address in knowing if address in busy]
        if any(at is not None and time.monotonic() - at < PATIENCE for at in asked):
            return None
        return next(iter(free), None)

    def suit(self, programs: Sequence[Hashable], busy: Collection[str]) -> int:
        """Which of several runs a free worker takes best, so that each network is compiled once.

        One whose network a free worker has compiled; else one that nobody has compiled, as its
        worker would only repeat the work; else the first.

        Args:
            programs: what the compiled program of each run depends on.
            busy: the workers that train.

        Returns:
            Its index.
        """
        free = self._warm - set(busy) - set(self._preparing)
        known = {a: set(kept_programs) for a, kept_programs in self._programs.items()}
        for index, program in enumerate(programs):
            if any(program in known.get(address, ()) for address in free):
                return index
        for index, program in enumerate(programs):
            if not any(program in kept_programs for kept_programs in known.values()):
                return index
        return 0

    def prepare(
        self,
        client: distributed.Client,
        job: str,
        arguments: tuple[object, ...],
        program: Hashable,
        busy: Collection[str],
    ) -> bool:
        """Has an idle worker compile a network that may be trained soon; one worker stays free.

        Args:
            client: of the cluster.
            job: "module:function" that compiles.
            arguments: what it is called with.
            program: what the compiled program depends on.
            busy: the workers that train.

        Returns:
            Whether it is compiled, or will be.
        """
        if self.compiled(program) or self.prepares(program):
            return True
        free = sorted(self._warm - set(busy) - set(self._preparing))
        if len(free) < 2:
            return False
        address = free[-1]
        future = client.submit(
            worker.prepare, job, *arguments, workers=[address], pure=False, retries=0
        )
        self._preparing[address] = (program, future)
        return True

    def prepares(self, program: Hashable) -> bool:
        """Whether a worker compiles this at the moment, for nobody's run yet."""
        return any(program == other for other, _ in list(self._preparing.values()))

    def took(self, address: str, program: Hashable) -> None:
        """Notes what a worker compiles."""
        if program is not None:
            others = [other for other in self._programs.get(address, ()) if other != program]
            self._programs[address] = (program, *others)[:KEPT]

    def compiled(self, program: Hashable) -> bool:
        """Whether a worker has compiled this. May be asked from any thread."""
        return any(program in programs for programs in list(self._programs.values()))
