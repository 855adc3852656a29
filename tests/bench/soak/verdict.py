"""What a soak came to: what was lost, what failed, what grew."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from seqlab.runs.store import Store
from tests.bench.soak.gauges import Sample
from tests.bench.soak.person import Diary

# What the server may take at most: beyond that something is kept that should not be.
MOST = {"megabytes": 1_200, "descriptors": 500, "threads": 100, "processes": 30}
# Endings that a fault explains, by a word of their sentence.
EXPLAINED = ("worker", "pool was lost", "server stopped", "memory", "diverged", "others wait")


@dataclass
class Verdict:
    """What is wrong, one sentence each; and the figures.

    Attributes:
        problems: empty if nothing was lost and nothing failed.
        figures: name and value, in order.
    """

    problems: list[str] = field(default_factory=list)
    figures: list[tuple[str, str]] = field(default_factory=list)


def runs(store: Store, promised: set[str]) -> Verdict:
    """Whether each run that a page named is there, has ended, and has one past without a hole."""
    verdict, statuses = Verdict(), Counter[str]()
    for name in sorted(promised):
        run = store.get(name)
        if run is None:
            verdict.problems.append(f"Run {name} is lost.")
            continue
        statuses[run.status] += 1
        metrics = store.metrics(name)
        epochs = metrics.epoch.tolist()
        if run.active:
            verdict.problems.append(f"Run {name} is {run.status} though nobody trains any more.")
        if epochs != list(range(1, len(epochs) + 1)):
            verdict.problems.append(f"Run {name} has a hole in its epochs.")
        if run.status == "finished" and not epochs:
            verdict.problems.append(f"Run {name} has finished without an epoch.")
        if run.status == "failed" and not any(word in run.message for word in EXPLAINED):
            verdict.problems.append(f"Run {name} has failed: {run.message}")
        if any(epoch > len(epochs) for epoch in store.snapshots(name)):
            verdict.problems.append(f"Run {name} has weights of an epoch without a loss.")
        for epoch in store.snapshots(name)[-1:]:
            store.snapshot(name, epoch)
    verdict.figures.append(("runs", str(len(promised))))
    verdict.figures += [(f"runs {status}", str(n)) for status, n in statuses.most_common()]
    return verdict


def visitors(diaries: list[Diary]) -> Verdict:
    """Whether every action was answered and nothing was shown as failed."""
    verdict = Verdict()
    for diary in diaries:
        verdict.problems += [f"Shown: {error}" for error in diary.errors]
        verdict.problems += [f"Never answered: {action}" for action in diary.unanswered]
    verdict.figures.append(("connections lost", str(sum(diary.lost for diary in diaries))))
    names = sorted({name for diary in diaries for name in diary.seconds})
    for name in names:
        seconds = [s for diary in diaries for s in diary.seconds.get(name, ())]
        half, most, worst = 1000 * np.percentile(seconds, [50, 95, 100])
        text = f"{len(seconds)} times, median {half:.0f}, p95 {most:.0f}, worst {worst:.0f} ms"
        verdict.figures.append((name, text))
    return verdict


def log(text: str) -> Verdict:
    """What stands in the server's log: a page that failed is a problem, whatever was shown."""
    verdict = Verdict()
    ends = Counter(re.findall(r"^(?:\w+\.)*(\w+(?:Error|Exception|Cancelled)\b.*)$", text, re.M))
    failed = text.count("A page failed.")
    if failed:
        verdict.problems.append(f"{failed} parts of pages failed.")
    verdict.figures += [(f"logged {n} times", end[:100]) for end, n in ends.most_common(12)]
    return verdict


def growth(samples: list[Sample]) -> Verdict:
    """What the server took soon after its start, at the end, and at most."""
    verdict = Verdict()
    begin = samples[min(len(samples) - 1, 6)]
    for name in ("megabytes", "descriptors", "threads", "processes", "files"):
        values = [getattr(sample, name) for sample in samples]
        text = f"{getattr(begin, name):.0f} soon after the start, {values[-1]:.0f} at the end"
        verdict.figures.append((name, f"{text}, {max(values):.0f} at most"))
        if max(values) > MOST.get(name, np.inf):
            verdict.problems.append(f"{max(values):.0f} {name} at most, {MOST[name]} allowed.")
    return verdict
