"""What goes when too much is kept: the oldest, never what is pinned or trains."""

import os

from hypothesis import given
from hypothesis import strategies as st

from seqlab.experiment import Data, Experiment
from seqlab.runs import housekeeping
from seqlab.runs.housekeeping import GB, Housekeeper, kept_by, tidy, too_much
from seqlab.runs.records import Kept
from seqlab.runs.store import Store
from tests.runs.helpers import wait_for

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["ada", "bob", None]),
        st.integers(0, 9),  # bytes
        st.booleans(),  # stays
        st.booleans(),  # is a file
        st.integers(0, 11),  # the row that a run reads, if that is a file
    ),
    max_size=12,
)


def table(rows) -> list[Kept]:
    files = {i for i, (*_, is_file, _) in enumerate(rows) if is_file}
    return [
        Kept(
            f"{i}",
            owner,
            float((7 * i) % 12),
            size,
            stays and not is_file,
            f"{reads}" if reads in files and not is_file else None,
            is_file,
        )
        for i, (owner, size, stays, is_file, reads) in enumerate(rows)
    ]


def ids(kept, *quotas):
    return [one.id for one in too_much(kept, *quotas)]


def test_each_visitors_oldest_go_first_and_then_anybodys():
    kept = [
        Kept("a1", "ada", 1, 5),
        Kept("a2", "ada", 2, 5, stays=True),
        Kept("a3", "ada", 3, 5),
        Kept("b1", "bob", 0, 4),
    ]
    assert ids(kept, 10, 100) == ["a1"]
    assert ids(kept, 10, 10) == ["a1", "b1"]
    assert ids(kept, 1, 100) == ["a1", "a3", "b1"]  # pinned ones stay
    assert ids(kept, 100, 100) == []


def test_files_count_and_go_when_no_run_reads_them():
    kept = [
        Kept("old", "ada", 1, 5, is_file=True),
        Kept("read", "ada", 0, 5, is_file=True),
        Kept("run", "ada", 2, 5, reads="read"),
    ]
    assert ids(kept, 10, 100) == ["old"]
    assert ids(kept, 5, 100) == ["old", "run"]
    assert ids(kept, 1, 100) == ["old", "run", "read"]
    kept[2] = Kept("run", "bob", 2, 5, reads="read")
    assert ids(kept, 1, 100) == ["old", "run", "read"]  # both have too much
    kept[2] = Kept("run", "bob", 2, 1, reads="read")
    assert ids(kept, 1, 100) == ["old"]  # Bob's run needs the other


def test_what_is_nobodys_alone_counts_only_in_the_total():
    kept = [Kept(f"{i}", None, i, 5) for i in range(3)]
    assert ids(kept, 5, 100) == []
    assert ids(kept, 5, 10) == ["0"]


@given(ROWS.map(table), st.integers(0, 30), st.integers(0, 60))
def test_quotas_hold_as_far_as_pins_allow_and_nothing_goes_in_vain(kept, each, total):
    gone = too_much(kept, each, total)
    assert len(set(gone)) == len(gone)
    assert not any(one.stays for one in gone)
    for i, one in enumerate(gone):  # no file goes before the runs that read it
        assert not any(other.reads == one.id for other in kept if other not in gone[:i])
    left = [one for one in kept if one not in gone]
    needed = {one.reads for one in left}

    def holds(some, room):
        return sum(one.size for one in some) <= room or all(
            one.stays or not one.size or one.id in needed for one in some
        )

    for owner in ("ada", "bob"):
        assert holds([one for one in left if one.owner == owner], each)
    assert holds(left, total)
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
    store.write("UPDATE runs SET ended = 0 WHERE id = ?", (second,))
    tidy(store, 30, 1, 1)
    assert store.get(second) is not None  # pinned: kept for ever
    store.pin(second, False)
    tidy(store, 30, 1, 1)
    assert store.get(second) is None
    store.close()


def test_files_of_visitors_are_tidied_too(tmp_path):
    store = Store(tmp_path)
    of_one = store.add_upload(bytes(1000), "a.csv", "ada")
    of_two = store.add_upload(bytes(1000), "b.csv", "ada")
    store.add_upload(bytes(1000), "b.csv", "bob")
    sizes = {one.id: (one.owner, one.size) for one in kept_by(store)}
    assert sizes == {of_one: ("ada", 1000), of_two: (None, 1000)}
    data = Data(source="upload", file=of_one)
    run = store.create(Experiment(data=data), owner="bob")
    assert tidy(store, None, 10 / GB, 1) == []
    store.set_status(run, "finished")
    store.delete(run)
    assert tidy(store, None, 10 / GB, 1) == [of_one]
    assert store.upload(of_one) is None
    assert tidy(store, None, 1, 10 / GB) == [of_two]
    assert not list((store.home / "uploads").iterdir())
    store.close()


def test_a_run_of_another_version_is_removed_and_counted_only_if_it_is(tmp_path, monkeypatch):
    store = Store(tmp_path)
    strange, pinned = ended(store, "ada", 1000), ended(store, "ada", 1000)
    store.write("UPDATE runs SET experiment = 'strange' WHERE id = ?", (strange,))
    kept = kept_by(store)
    store.pin(pinned, True)  # after the look at what is kept
    monkeypatch.setattr(housekeeping, "kept_by", lambda _: kept)
    assert tidy(store, None, 10 / GB, 1) == [strange]
    assert not (store.home / "runs" / strange).exists()
    assert store.get(pinned) is not None
    store.close()


def test_sizes_follow_the_files(tmp_path):
    store = Store(tmp_path)
    run = ended(store, "ada", 1000)
    folder = store.home / "runs" / run
    os.utime(folder, (0, 0))  # long ago
    assert store.size(run) == 1000
    assert store.size(run) == 1000
    store.add_snapshot(run, 2, bytes(500))
    assert store.size(run) == 1500
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
