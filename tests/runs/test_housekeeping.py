"""What goes when too much is kept: the oldest, never what is pinned or trains."""

from hypothesis import given
from hypothesis import strategies as st

from seqlab.experiment import Experiment
from seqlab.runs.housekeeping import GB, Housekeeper, tidy, too_much
from seqlab.runs.store import Kept, Store
from tests.runs.helpers import wait_for

KEPT = st.lists(
    st.tuples(st.sampled_from(["ada", "bob", None]), st.integers(0, 9), st.booleans()), max_size=12
).map(
    lambda rows: [
        Kept(f"{i}", owner, float((7 * i) % 12), size, stays)
        for i, (owner, size, stays) in enumerate(rows)
    ]
)


def test_each_visitors_oldest_go_first_and_then_anybodys():
    kept = [
        Kept("a1", "ada", 1, 5, False),
        Kept("a2", "ada", 2, 5, True),
        Kept("a3", "ada", 3, 5, False),
        Kept("b1", "bob", 0, 4, False),
    ]
    assert too_much(kept, each=10, total=100) == ["a1"]
    assert too_much(kept, each=10, total=10) == ["a1", "b1"]
    assert too_much(kept, each=1, total=100) == ["a1", "a3", "b1"]  # pinned ones stay
    assert too_much(kept, each=100, total=100) == []


@given(KEPT, st.integers(0, 30), st.integers(0, 60))
def test_quotas_hold_as_far_as_pins_allow_and_nothing_goes_in_vain(kept, each, total):
    gone = too_much(kept, each, total)
    assert len(set(gone)) == len(gone)
    left = [one for one in kept if one.run not in gone]
    assert all(not one.stays for one in kept if one.run in gone)
    for owner in {one.owner for one in left}:
        own = [one for one in left if one.owner == owner]
        assert sum(one.size for one in own) <= each or all(one.stays or not one.size for one in own)
    assert sum(one.size for one in left) <= total or all(one.stays or not one.size for one in left)
    if sum(one.size for one in kept) <= min(each, total):
        assert gone == []


def ended(store: Store, owner: str, size: int) -> str:
    run = store.create(Experiment(), owner=owner)
    store.add_snapshot(run, 1, bytes(size))
    store.set_status(run, "finished")
    return run


def test_tidying_removes_files_and_rows(tmp_path):
    store = Store(tmp_path)
    first, second, other = (ended(store, name, 1000) for name in ("ada", "ada", "bob"))
    assert tidy(store, None, 1500 / GB, 1) == [first]
    assert store.get(first) is None
    assert not (store.home / "runs" / first).exists()
    assert store.get(second).owner == "ada"
    store.pin(second, True)
    assert tidy(store, None, 10 / GB, 1) == [other]
    assert store.get(second).pinned
    store._write("UPDATE runs SET ended = 0 WHERE id = ?", (second,))
    tidy(store, 30, 1, 1)
    assert store.get(second) is not None  # pinned: kept for ever
    store.pin(second, False)
    tidy(store, 30, 1, 1)
    assert store.get(second) is None
    store.close()


def test_the_housekeeper_looks_at_once_and_ends(tmp_path):
    store = Store(tmp_path)
    run = ended(store, "ada", 1000)
    keeper = Housekeeper(store, None, 10 / GB, 1)
    keeper.start()
    wait_for(lambda: store.get(run) is None)
    keeper.close()
    assert not keeper._thread.is_alive()
    store.close()
