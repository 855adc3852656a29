"""The ready-made experiments can be trained, and say what they are about."""

import ast

import numpy as np
import pytest

from seqlab.data.load import load
from seqlab.network.doctor import diagnose
from seqlab.network.source import source
from seqlab.presets import PRESETS


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_a_preset_has_no_errors_and_a_script(preset):
    data = load(preset.experiment)
    found = diagnose(preset.experiment, data)
    assert [finding for finding in found if finding.level == "error"] == []
    ast.parse(source(preset.experiment, data))
    assert data.goal.kind == ("value" if preset.measure == "RMSE" else "class")
    assert (data.goal.at == "sequence") == (preset.measure == "exactly right")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_the_baseline_that_is_told_is_the_best_one(preset):
    """What is told of the rules is measured here again; `reached` by tests/bench/presets.py."""
    rules = load(preset.experiment).baselines
    name, level = preset.line
    if preset.measure == "RMSE":
        best = min(rules, key=lambda rule: rules[rule].rmse)
        assert level == f"RMSE {rules[best].rmse:.4g}"
    else:
        best = max(rules, key=lambda rule: np.nan_to_num(rules[rule].accuracy))
        assert level == f"{rules[best].accuracy:.1%}"
    assert name == best
    assert (
        preset.reached <= preset.goal
        if preset.measure == "RMSE"
        else (preset.reached >= preset.goal)
    )


def test_every_kind_of_work_is_there():
    kinds = {preset.kind for preset in PRESETS}
    assert kinds == {"Time series", "Memory", "Text", "Speech features", "Translation"}
    assert len({preset.key for preset in PRESETS}) == len(PRESETS)
