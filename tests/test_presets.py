"""The ready-made experiments can be trained, and say what they are about."""

import ast

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


def test_every_kind_of_work_is_there():
    kinds = {preset.kind for preset in PRESETS}
    assert kinds == {"Time series", "Text", "Speech features", "Translation"}
    assert len({preset.key for preset in PRESETS}) == len(PRESETS)
