"""What lessons claim is so: a part of the claims with one seed; all by tests.bench.lessons."""

import pytest

from seqlab.workshop.library import library
from tests.bench.lessons import CLAIMS, PAGE

QUICK = [claim for claim in CLAIMS if claim.quick]


@pytest.mark.parametrize("claim", QUICK, ids=lambda claim: f"{claim.lesson}-{claim.page}")
def test_a_claim_of_a_lesson(claim):
    assert claim.check((0,))


def test_every_claim_was_measured_over_five_seeds():
    measured = PAGE.read_text(encoding="utf-8")
    assert [claim.words for claim in CLAIMS if f"| {claim.words} |" not in measured] == []


def test_every_lesson_has_claims_that_are_checked():
    assert {claim.lesson for claim in CLAIMS} == {key for key, _ in library().lessons}
