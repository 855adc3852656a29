"""Which worker takes a run, without a cluster: a client that only names addresses."""

import pytest

from seqlab.runs import workers as workers_module
from seqlab.runs.workers import Workers


class Client:
    def __init__(self, *addresses):
        self.addresses = list(addresses)

    def scheduler_info(self, n_workers):
        return {"workers": {address: {"memory_limit": 4 * 2**30} for address in self.addresses}}


@pytest.fixture
def clock(monkeypatch):
    """The time in seconds; it stands still until a test moves it."""
    now = [100.0]
    monkeypatch.setattr(workers_module.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def two():
    found = Workers(warm_up=None)
    found.look(Client("a", "b"), {})
    return found


def test_a_run_goes_to_the_worker_that_has_compiled_its_network(two):
    assert two.choose("LSTM", {}) == "a"
    two.took("b", "LSTM")
    assert two.choose("LSTM", {}) == "b"
    assert two.choose("GRU", {}) == "a"
    assert two.choose(None, {}) == "a"
    assert two.compiled("LSTM")
    assert not two.compiled("GRU")


def test_it_waits_a_moment_for_one_that_is_just_being_freed(two, clock):
    two.took("b", "LSTM")
    assert two.choose("LSTM", {"b": None}) == "a"  # b trains on: no reason to wait
    assert two.choose("LSTM", {"b": clock[0]}) is None
    clock[0] += 1
    assert two.choose("LSTM", {"b": clock[0] - 1}) == "a"
    assert two.choose("LSTM", {"a": None, "b": None}) is None


def test_a_worker_keeps_the_last_four_programs_and_loses_them_with_its_life(two):
    for program in "vwxyz":
        two.took("b", program)
    assert [two.compiled(program) for program in "vwxyz"] == [False, True, True, True, True]
    two.took("b", "w")  # used again: the others go first
    two.took("b", "v")
    assert [two.compiled(program) for program in "wxyzv"] == [True, False, True, True, True]
    two.look(Client("a", "c"), {})
    assert not two.compiled("w")
    assert two.choose("w", {"a": None}) == "c"


class Future:
    """One that is done when a test says so."""

    def __init__(self):
        self.status = "pending"

    def done(self):
        return self.status != "pending"

    def release(self):
        pass


class Compiling(Client):
    """A client that notes where it was asked to compile what."""

    def __init__(self, *addresses):
        super().__init__(*addresses)
        self.asked = []

    def submit(self, function, job, *arguments, workers, pure, retries):
        self.asked.append((workers[0], job, arguments))
        self.future = Future()
        return self.future


def test_an_idle_worker_compiles_ahead_and_another_stays_free(two):
    client = Compiling("a", "b")
    two.prepare(client, "job:prepare", (1,), "LSTM", [])
    assert client.asked == [("b", "job:prepare", (1,))]
    assert two.prepares("LSTM")
    assert not two.compiled("LSTM")
    assert two.choose("GRU", {}) == "a"
    assert two.choose("GRU", {"a": None}) is None  # b is at work
    assert two.choose("LSTM", {}) == "b"  # what it compiles it trains next
    assert two.choose("LSTM", {"b": None}) == "a"
    two.prepare(client, "job:prepare", (1,), "LSTM", [])  # it is on its way
    two.prepare(client, "job:prepare", (1,), "GRU", [])  # a must stay free
    assert len(client.asked) == 1
    client.future.status = "finished"
    two.look(client, {})
    assert two.compiled("LSTM")
    assert two.choose("LSTM", {}) == "b"


def test_nothing_is_compiled_ahead_while_only_one_worker_is_free(two):
    client = Compiling("a", "b")
    two.prepare(client, "job:prepare", (), "LSTM", ["a"])
    assert client.asked == []


def test_a_worker_that_could_not_compile_takes_runs_again(two):
    client = Compiling("a", "b")
    two.prepare(client, "job:prepare", (), "LSTM", [])
    client.future.status = "error"
    two.look(client, {})
    assert not two.compiled("LSTM")
    assert two.choose("LSTM", {"a": None}) == "b"
