"""The compiled programs that a process keeps, and the one thread in which TensorFlow computes."""

from __future__ import annotations

import os
import threading
import warnings
from collections import OrderedDict
from contextlib import suppress

import tensorflow as tf

from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.network.plan import plan
from seqlab.network.program_key import KEPT, ProgramKey, batch_of, program_key
from seqlab.training.program import Program

MANY_THREADS = (
    "TensorFlow was running with several threads before seqlab began to train, so the last digits "
    "of the losses may differ from those in the playground. They are the same if seqlab.train is "
    "used before anything else of TensorFlow, or after "
    "tf.config.threading.set_intra_op_parallelism_threads(1)."
)


class _Kept(threading.local):
    """The programs of one thread: two threads may train the same network at once."""

    def __init__(self) -> None:
        self.programs: OrderedDict[ProgramKey, Program] = OrderedDict()


_kept = _Kept()


def program_for(experiment: Experiment, dataset: Dataset) -> tuple[Program, bool]:
    """The program for an architecture, reset for the experiment, and whether it is a kept one."""
    planned = plan(experiment, dataset.frame)
    programs, key = _kept.programs, program_key(planned, dataset)
    program = programs.get(key)
    was_kept = program is not None
    if program is None:
        _warn_of_threads()
        program = programs[key] = Program(planned, dataset, batch_of(experiment, dataset))
    programs.move_to_end(key)
    while len(programs) > KEPT:
        programs.popitem(last=False)
    program.reset(planned, dataset)
    return program, was_kept


def _warn_of_threads() -> None:
    """Says so if TensorFlow ran before this module was imported, with more threads than one."""
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    threads = threads or int(os.environ.get("TF_NUM_INTRAOP_THREADS") or os.cpu_count() or 1)
    if threads > 1:
        warnings.warn(MANY_THREADS, stacklevel=2)


# One thread for each operation: two are up to 45 % slower, and sum up in another order.
with suppress(RuntimeError):  # TensorFlow runs already, as it may in a notebook
    tf.config.threading.set_intra_op_parallelism_threads(1)
