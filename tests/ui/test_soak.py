"""The soak of tests/bench: half a minute of it always, ten with `pytest -m soak`.

And that it would notice: a verdict that finds nothing wrong proves nothing by itself.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from seqlab.experiment import Experiment
from seqlab.runs.store import Store
from tests.bench.soak import verdict
from tests.bench.soak.__main__ import QUIET, Plan, run
from tests.bench.soak.gauges import Sample
from tests.bench.soak.person import Diary


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(Plan(minutes=0.5, visitors=4, pace=1.0, faults=6), id="half a minute"),
        pytest.param(Plan(minutes=10), id="ten minutes", marks=pytest.mark.soak),
    ],
)
@pytest.mark.timeout(600 + 2 * QUIET)
def test_visitors_and_faults_at_random_lose_nothing(plan, tmp_path):
    with ThreadPoolExecutor(1) as thread:  # Playwright has an event loop in this one
        result = thread.submit(run, plan, tmp_path).result()
    print(*result.figures, sep="\n")  # noqa: T201
    assert not result.problems


def ended(store: Store, epochs: list[int], status: str = "finished", message: str = "") -> str:
    """A run with these epochs."""
    run = store.create(Experiment())
    store.set_status(run, "running")
    store.add_metrics(run, epochs, [1.0] * len(epochs), [1.0] * len(epochs))
    store.set_status(run, status, message)
    return run


def test_the_verdict_passes_a_whole_run(store):
    assert verdict.runs(store, {ended(store, [1, 2, 3])}).problems == []


def test_the_verdict_notices_a_run_that_is_lost(store):
    assert "is lost" in verdict.runs(store, {"0" * 12}).problems[0]


def test_the_verdict_notices_a_hole_in_the_epochs(store):
    assert "hole" in verdict.runs(store, {ended(store, [1, 3])}).problems[0]


def test_the_verdict_notices_a_run_that_never_ended(store):
    assert "is running" in verdict.runs(store, {ended(store, [1], "running")}).problems[0]


def test_the_verdict_notices_a_failure_that_no_fault_explains(store):
    run = ended(store, [1], "failed", "Training failed: timed out after 5 s.")
    assert "timed out" in verdict.runs(store, {run}).problems[0]
    assert verdict.runs(store, {ended(store, [1], "failed", "The worker died.")}).problems == []


def test_the_verdict_notices_what_visitors_saw():
    diary = Diary(errors=["This part of the page failed"], unanswered=["train"])
    assert len(verdict.visitors([diary]).problems) == 2
    assert verdict.log("12:00 A page failed.\nTraceback\nKeyError: 'x'").problems


def test_the_verdict_notices_growth():
    samples = [Sample(i, 1, 200 + 300 * i, 50, 9, 5, 100) for i in range(8)]
    assert "2300 megabytes" in verdict.growth(samples).problems[0]
