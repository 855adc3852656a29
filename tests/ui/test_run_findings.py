"""Findings after a run are worked out once, and anew when the run has gone on."""

import pytest

from seqlab.experiment import Data, Experiment, Finding, Training
from seqlab.ui.draft import dataset_of
from seqlab.ui.playground import run_findings

EXPERIMENT = Experiment(
    data=Data(source="sine", samples=120, window=8), training=Training(epochs=2)
)


@pytest.fixture
def worked_out(monkeypatch):
    """The losses of each time that they were."""
    seen: list[list[float]] = []

    def read_result(_, dataset, history, *more) -> list[Finding]:
        seen.append(history["loss"])
        return [Finding("hint", "seen", str(history["loss"]))]

    monkeypatch.setattr(run_findings, "read_result", read_result)
    run_findings._readings.clear()
    yield seen
    run_findings._readings.clear()


def test_they_are_worked_out_once_until_the_run_goes_on(store, worked_out):
    run, dataset = store.create(EXPERIMENT), dataset_of(EXPERIMENT.data)

    def told(epoch: int) -> str:
        found = run_findings.reading(store.get(run), store.metrics(run), dataset, None, epoch)
        return found[0].message

    store.set_status(run, "running")
    store.add_metrics(run, [1, 2], [0.9, 0.5], [1.1, 0.6])
    store.set_status(run, "finished")
    assert told(2) == told(2) == "[0.9, 0.5]"
    assert len(worked_out) == 1
    assert told(1) == "[0.9]"  # of other weights
    store.claim(run, 3)
    store.set_status(run, "running")
    store.add_metrics(run, [3], [0.4], [0.5])
    store.set_status(run, "finished")
    assert told(3) == "[0.9, 0.5, 0.4]"
    assert len(worked_out) == 3
