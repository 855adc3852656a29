"""The doctor and series that leave the range of their training part: fault made, and mended."""

import numpy as np
import pandas as pd
import pytest

import seqlab
from seqlab.data.catalogue import ENTRIES
from seqlab.experiment import Data, Experiment
from seqlab.network.doctor.trend import LEAVES_RANGE, outside

ROW = np.arange(144)
NOISE = np.random.default_rng(0).normal(size=144)
YEAR = np.sin(2 * np.pi * ROW / 12)
SERIES = {  # values, and what is proposed
    "growth with seasons": (110 * np.exp(0.01 * ROW + 0.15 * YEAR + 0.03 * NOISE), "log", "season"),
    "a line with seasons": (0.5 * ROW + 10 * YEAR + NOISE, "none", "season"),
    "a line downwards": (-0.5 * ROW + 0.1 * NOISE, "none", "row"),
    "a walk with a drift": (np.cumsum(0.5 + NOISE), "none", "row"),
}  # fmt: skip


def loaded(values, **changes):
    when = pd.date_range("1949-01-01", periods=len(values), freq="MS")
    frame = pd.DataFrame({"month": when, "v": values})
    table = seqlab.read_table(frame.to_csv(index=False).encode(), "own.csv")
    experiment = Experiment(data=Data(source="upload", file="f", window=12, **changes))
    return experiment, table


@pytest.mark.parametrize("name", SERIES)
def test_a_trend_is_found_and_gone_with_its_fix(name):
    values, logarithm, difference = SERIES[name]
    experiment, table = loaded(values)
    dataset = seqlab.load(experiment, table)
    (found,) = (f for f in seqlab.diagnose(experiment, dataset) if f.code == LEAVES_RANGE)
    share = np.mean(
        (dataset.truth(dataset.validation) > dataset.truth(dataset.train).max())
        | (dataset.truth(dataset.validation) < dataset.truth(dataset.train).min())
    )
    assert f"{share:.0%} of the validation part lies" in found.message
    assert (found.fix.data.logarithm, found.fix.data.difference) == (logarithm, difference)
    mended = seqlab.load(found.fix, table)
    assert LEAVES_RANGE not in [f.code for f in seqlab.diagnose(found.fix, mended)]
    # What is learned now stays within what training has seen.
    seen, came = mended.y[mended.train], mended.y[mended.validation]
    assert ((came > seen.max()) | (came < seen.min())).mean() < 0.1


def test_what_stays_in_its_range_is_left_alone():
    for values in (10 * YEAR + NOISE, NOISE, 5 + 0 * NOISE):
        experiment, table = loaded(values)
        codes = [f.code for f in seqlab.diagnose(experiment, seqlab.load(experiment, table))]
        assert LEAVES_RANGE not in codes
    random = loaded(SERIES["a walk with a drift"][0], split="random")
    assert outside(seqlab.load(*random)) is None


def test_the_proposal_knows_the_training_part_alone():
    values = SERIES["growth with seasons"][0]
    before = loaded(values)
    values = values.copy()
    values[115:] *= np.linspace(1, 9, 29)
    after = loaded(values)
    fixes = [
        next(f.fix for f in seqlab.diagnose(e, seqlab.load(e, t)) if f.code == LEAVES_RANGE)
        for e, t in (before, after)
    ]
    assert fixes[0] == fixes[1]


@pytest.mark.parametrize("source", ["sunspots", "co2", "elnino", "nile", "macro", "seattle"])
def test_of_the_bundled_series_carbon_dioxide_alone_leaves_its_range(source):
    experiment = Experiment(data=ENTRIES[source].default())
    findings = seqlab.diagnose(experiment, seqlab.load(experiment))
    found = [f.fix.data.difference for f in findings if f.code == LEAVES_RANGE]
    assert found == (["both"] if source == "co2" else [])


def test_a_level_that_training_never_saw_gets_the_same_fix_after_training():
    experiment, table = loaded(SERIES["a line downwards"][0])
    dataset = seqlab.load(experiment, table)
    curves = {"loss": [1.0, 0.1, 0.01], "val_loss": [1.0, 0.9, 0.8]}
    found = {f.code: f for f in seqlab.read_result(experiment, dataset, curves)}
    assert found["unseen_level"].fix.data.difference == "row"
    mended = seqlab.load(found["unseen_level"].fix, table)
    fixed = seqlab.read_result(found["unseen_level"].fix, mended, curves)
    assert "unseen_level" not in [f.code for f in fixed]


def test_inputs_that_replace_the_past_of_the_target_are_found_and_mended():
    frame = pd.DataFrame({"sales": np.cumsum(0.5 + NOISE), "price": NOISE})
    table = seqlab.read_table(frame.to_csv(index=False).encode(), "own.csv")
    data = Data(source="upload", file="f", window=12, target="sales", inputs=("price",))

    def found(experiment):
        every = seqlab.diagnose(experiment, seqlab.load(experiment, table))
        return [one for one in every if one.code == "without_own_past"]

    (finding,) = found(Experiment(data=data))
    assert finding.fix.data.inputs == ("sales", "price")
    assert found(finding.fix) == []
    assert found(Experiment(data=data.model_copy(update={"inputs": ()}))) == []
