"""Commands for a training that runs: what a page sends, and how the loop obeys.

A command is a dict of plain values:

- {"kind": "stop"}: end now; the weights of the last whole epoch are kept.
- {"kind": "pause"}: wait now, in the middle of an epoch if need be.
- {"kind": "resume"}: go on.
- {"kind": "step"}: go on until the end of this epoch (the next one between two), then wait. With
  "value", the epoch after which the training was seen to wait: a click that comes twice is one.
- {"kind": "learning_rate", "value": 1e-3}: from the next batch on; a schedule goes on from there.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, Protocol

Command = dict[str, Any]

POLL = 0.05  # seconds between two looks for commands, which may be calls over the network


class Control(Protocol):
    """Where commands come from."""

    def commands(self) -> list[Command]:
        """The commands that came since the last call, the oldest first."""


class StopFlag:
    """A control that can only stop: `should_stop` is asked."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self._should_stop = should_stop

    def commands(self) -> list[Command]:
        """The stop command while the flag is up."""
        return [{"kind": "stop"}] if self._should_stop() else []


def control_of(control: Control | Callable[[], bool] | None) -> Control:
    """A control as it is, a function `should_stop` as a control, nothing as one that is silent."""
    if control is None:
        return StopFlag(lambda: False)
    return control if hasattr(control, "commands") else StopFlag(control)


class Steering:
    """Obeys the commands of a control between the calls of a program.

    Attributes:
        stopped: whether a stop command came.
        rate: a new learning rate that has not been used yet, or `None`.
        epochs: a new last epoch that has not been used yet, or `None`.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._asked = -math.inf
        self._paused = False
        self._stepping = False
        self.epoch = 0  # the last whole one
        self.stopped = False
        self.rate: float | None = None

    def between_batches(self, on_pause: Callable[[bool], None]) -> None:
        """Takes in commands, at most every `POLL` seconds; returns when training may go on.

        Args:
            on_pause: told `True` when the training begins to wait, `False` when it goes on.
        """
        if time.monotonic() - self._asked >= POLL:
            self._ask()
        if not self._paused or self.stopped:
            return
        on_pause(True)
        while self._paused and not self.stopped:
            time.sleep(POLL)
            self._ask()
        if not self.stopped:
            on_pause(False)

    def epoch_over(self, epoch: int) -> None:
        """Says which epoch has ended: a single step waits here."""
        self.epoch = epoch
        if self._stepping:
            self._stepping, self._paused = False, True

    def _ask(self) -> None:
        for command in self._control.commands():
            match command["kind"]:
                case "stop":
                    self.stopped = True
                case "pause":
                    self._paused, self._stepping = True, False
                case "resume":
                    self._paused = self._stepping = False
                case "step":
                    if command.get("value", self.epoch) >= self.epoch:  # else it is done already
                        self._paused, self._stepping = False, True
                case "learning_rate":
                    self.rate = float(command["value"])
                case kind:
                    raise ValueError(f"Received an unknown command: {kind!r}.")
        self._asked = time.monotonic()
