"""What the web process keeps stands in one place, and is bounded."""

import re
import threading
from pathlib import Path

import pytest

from seqlab.ui import cache
from seqlab.ui.cache import BUDGETS, ByteCache

UI = Path(cache.__file__).parent
OWN = re.compile(r"lru_cache|functools\.cache|import cache\b|cache_data|cache_resource")


def test_every_budget_has_one_cache_and_nothing_else_is_kept():
    texts = {path: path.read_text(encoding="utf-8") for path in UI.rglob("*.py")}
    used = [
        name
        for path, text in texts.items()
        for name in re.findall(r'ByteCache\(\s*"([^"]+)"', text)
        if path.name != "cache.py"
    ]
    assert sorted(used) == sorted(BUDGETS)
    kept = [path for path, text in texts.items() if OWN.search(text)]
    assert [path.name for path in kept if path.parent.name != "server"] == ["cache.py"]


def test_no_more_is_kept_than_planned_and_what_was_used_last_stays(monkeypatch):
    monkeypatch.setitem(BUDGETS, "tables", 100)
    kept = ByteCache("tables", len)
    kept.keep("a", b"x" * 40)
    kept.keep("b", b"x" * 40)
    assert kept.find("a") is not None  # used: now "b" is the oldest
    kept.keep("c", b"x" * 40)
    assert kept.find("b") is None
    assert kept.find("a") is not None
    kept.keep("d", b"x" * 101)
    assert kept.find("d") is None
    assert kept.find("a") is not None
    kept.clear()
    assert kept.find("a") is None


def test_a_cache_that_nobody_planned_cannot_be_made():
    with pytest.raises(KeyError):
        ByteCache("anything", len)


def test_many_threads_keep_the_count_right(monkeypatch):
    monkeypatch.setitem(BUDGETS, "tables", 1000)
    kept = ByteCache("tables", len)

    def work(start):
        for number in range(start, start + 300):
            assert kept.get(number % 50, lambda size=number % 50: b"x" * size) is not None

    threads = [threading.Thread(target=work, args=(start,)) for start in range(0, 400, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept._bytes == sum(map(len, kept._kept.values())) <= 1000
