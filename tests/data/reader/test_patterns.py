"""No pattern that sees a stranger's text may take more than linear time on it.

A pattern of the order n² needs seconds for what a linear one does in milliseconds, so that the
bound on processor time leaves room for any machine.
"""

import importlib
import itertools
import pkgutil
import re
import time
from pathlib import Path

import pytest

import seqlab.data

LENGTH = 15_000
BOUND = 0.5  # seconds of processor time for one text; a quadratic pattern needs several
# What the patterns know: one of each class of characters, and pairs that could begin a match anew.
SEEDS = [*"a1 .,-[('\"é年Wx:/+$%ſ", "ab", "1 ", "1,", ". ", "' ", "[(", "(1", "a1", "1a", "jan "]
SEEDS += ["1e", "$ ", " -", "é ", "aé", "1.1", '""', "''", '\\"', "日1", '="', "T1", "年 "]
ENDS = ["", "(", "\n", "x y"]


def patterns() -> dict[str, re.Pattern]:
    """All compiled patterns of the modules that read data, by module and name."""
    found = {}
    for module in pkgutil.walk_packages(seqlab.data.__path__, "seqlab.data."):
        loaded = importlib.import_module(module.name)
        for name, value in vars(loaded).items():
            if isinstance(value, re.Pattern):
                found[f"{module.name}.{name}"] = value
            elif isinstance(value, (tuple, list, dict)):
                parts = value.values() if isinstance(value, dict) else value
                flat = [p for part in parts for p in (part if isinstance(part, tuple) else (part,))]
                inner = [p for p in flat if isinstance(p, re.Pattern)]
                found |= {f"{module.name}.{name}[{i}]": p for i, p in enumerate(inner)}
    return found


PATTERNS = patterns()
SOURCES = "\n".join(path.read_text("utf-8") for path in Path(seqlab.data.__path__[0]).rglob("*.py"))


def ways(name: str) -> set[str]:
    """How the sources use a pattern; both ways where they do not show it."""
    last = name.rpartition(".")[2].partition("[")[0]
    used = set(re.findall(rf"\b{last}\.(\w+)", SOURCES)) - {"pattern"}
    if not used:
        return {"fullmatch", "search"}
    return {way if way in ("fullmatch", "match") else "search" for way in used}


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_linear_time(name):
    pattern, used = PATTERNS[name], ways(name)
    for seed, end in itertools.product(SEEDS, ENDS):
        text: str | bytes = (seed * (LENGTH // len(seed))) + end
        if isinstance(pattern.pattern, bytes):
            text = text.encode()
        start = time.process_time()
        for way in used:
            getattr(pattern, way)(text)
        assert time.process_time() - start < BOUND, (seed, end)
