"""Variants that differ in one setting, from ready values and typed ones."""

import pytest

from seqlab.comparison.variants import (
    VARIATIONS,
    matters,
    options_of,
    parsed,
    settings_of,
    value_of,
    variants,
    varied,
)
from seqlab.experiment import Experiment, ExperimentError, Recurrent


@pytest.mark.parametrize("each", VARIATIONS, ids=lambda each: each.key)
def test_a_ready_variation_changes_its_setting_alone(each):
    base = Experiment()
    made = variants(base, each.key, each.values)
    assert len(made) == len(each.values) >= 2
    flats = [variant.to_flat() for variant in made.values()]
    differ = {key for flat in flats for key in flat if any(f.get(key) != flat[key] for f in flats)}
    names = {key.rpartition("_")[0] if key[-1].isdigit() else key for key in differ}
    if each.key == "layers":
        assert [len(variant.layers) for variant in made.values()] == [1, 2, 3]
        assert [layer.return_sequences for layer in made["2 layers"].layers] == [True, False]
    else:
        assert names == {each.key}


def test_all_layers_change_together():
    base = Experiment(layers=(Recurrent(return_sequences=True), Recurrent(units=4)))
    assert [layer.cell for layer in varied(base, "cell", "GRU").layers] == ["GRU", "GRU"]


def test_typed_values_take_the_type_of_their_setting():
    assert parsed("units", " 8 ") == 8
    assert parsed("learning_rate", "1e-3") == 0.001
    assert parsed("patience", "off") is None
    assert parsed("use_bias", "off") is False
    assert parsed("optimizer", "adamw") == "AdamW"
    for key, text in (
        ("units", "8.5"),
        ("units", "many"),
        ("learning_rate", "true"),
        ("cell", "X"),
    ):
        with pytest.raises(ExperimentError, match=f"argument `{key}`, expected"):
            parsed(key, text)
    with pytest.raises(ExperimentError, match="`units`, expected an integer from 1 to 512"):
        varied(Experiment(), "units", 0)
    with pytest.raises(ExperimentError, match="`layers`"):
        varied(Experiment(), "layers", "x")


def test_every_setting_that_is_offered_makes_a_difference():
    base = Experiment()
    offered = settings_of(base)
    assert "seed" not in offered
    assert "momentum" not in offered
    assert not matters(Experiment(layers=(Recurrent(cell="GRU"),)), "forget_bias")
    for key in offered:
        value_of(base, key)
        options = options_of(key)
        assert options is None or len(options) >= 2
