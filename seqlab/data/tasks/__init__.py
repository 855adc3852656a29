"""The task bench: synthetic sequences whose answer is known, a module for each family.

A module's tasks are its `ENTRIES`: nothing else needs to know of a new module.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import get_args

from seqlab.data.entry import Entry, Family


def _entries() -> tuple[Entry, ...]:
    modules = [import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)]
    every = [entry for module in modules for entry in getattr(module, "ENTRIES", ())]
    return tuple(sorted(every, key=lambda entry: get_args(Family).index(entry.family)))


ENTRIES = _entries()
