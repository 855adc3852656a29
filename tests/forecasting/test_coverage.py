"""What bands hold on bundled series, with what the doctor proposes; all of them: tests/bench."""

import numpy as np

import seqlab
from seqlab.experiment import Data, Experiment, Training
from tests.bench.forecast import advised


def test_bands_hold_on_a_series_that_grows_and_on_one_that_does_not():
    carbon = Experiment(data=Data(source="co2", window=26, stride=2), training=Training(epochs=4))
    nile = Experiment(data=Data(source="nile", window=5))
    mended, way = advised(carbon)
    assert way == "differences: both"
    assert advised(nile)[0] == nile
    plain = seqlab.backtest(carbon, folds=3, steps=8, progress=False)
    tested = seqlab.backtest(mended, folds=3, steps=8, progress=False)
    assert tested.rmse < 0.2 * plain.rmse
    assert tested["low"].notna().all()
    widths = [float((one["high"] - one["low"]).mean()) for one in (tested, plain)]
    assert widths[0] < 0.2 * widths[1]
    other = seqlab.backtest(nile, folds=3, progress=False)
    assert 0.82 <= np.mean([tested.coverage, other.coverage]) <= 0.97
