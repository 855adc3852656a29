"""What stands under the picture of a series."""

import numpy as np
import pandas as pd

import seqlab
from seqlab.experiment import Data, Experiment
from seqlab.inspection.data_picture import picture


def test_rows_without_a_time_are_no_sequence_of_their_own():
    day = pd.date_range("2024-01-01", periods=60, freq="D").strftime("%Y-%m-%d").to_numpy(object)
    day[20] = "2024-13-45"
    frame = pd.DataFrame({"day": day, "value": np.random.default_rng(0).normal(size=60).round(3)})
    table = seqlab.read_table(frame.to_csv(index=False).encode(), "own.csv")
    dataset = seqlab.load(Experiment(data=Data(source="upload", window=5)), table)
    words = picture(dataset).sentence
    assert words.startswith("60 rows by their number, since 1 of them has no time: 48 to train")
