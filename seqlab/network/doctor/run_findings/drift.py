"""Errors that move in one direction."""

from __future__ import annotations

from seqlab.experiment import Finding
from seqlab.network.doctor.run_findings.facts import RunFacts
from seqlab.network.doctor.run_findings.residuals import residuals, slope_test

SURE = 4.0  # standard errors
FAR = 1.0  # of the errors' own spread: a smaller drift hardly matters


def find(facts: RunFacts) -> list[Finding]:
    """A forecast that falls behind, or runs ahead, the longer ago the training is.

    Where the errors move towards zero, nothing is said of the rows that come.
    """
    errors = residuals(facts)
    if errors is None:
        return []
    moved, sure = slope_test(errors)
    if abs(sure) < SURE or abs(moved) < FAR * errors.std():
        return []
    middle, half = float(errors.mean()), moved / 2
    begin, end = middle - half, middle + half
    first, last = ("too high", "too low") if moved > 0 else ("too low", "too high")
    if abs(end) < abs(begin) / 2:
        course = f"so the forecast was {first} and comes right towards the end"
        outlook = "one that goes on would make it wrong in the other direction"
    else:
        course = f"so the forecast becomes {last}"
        outlook = "expect the next rows to be missed by as much"
    return [
        Finding(
            "warning",
            "drifting_errors",
            f"The errors drift: truth minus forecast goes from about {begin:.3g} at the beginning "
            f"of the validation part to {end:.3g} at its end, {course}. The series changes in a "
            f"way that the training part did not show; {outlook}.",
        )
    ]
