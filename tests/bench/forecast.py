"""How long a forecast with bands takes, and what its bands hold on the bundled series.

    python -m tests.bench.forecast [--series]

1,000 windows of the default network, 100 steps each, as the Forecast page works them out. With
`--series` the network is trained on five earlier days of each bundled series, too, with the
transform that the doctor proposes, and what the 90 % bands held is printed (some minutes).
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as in the server

import numpy as np

import seqlab
from seqlab.experiment import Data, Experiment
from seqlab.forecasting.future import look_ahead
from seqlab.inspection.networks import network_of

WINDOWS = {"sunspots": 22, "co2": 60, "elnino": 14, "nile": 5, "macro": 8, "seattle": 14}
TURNS = 5


def seconds() -> float:
    """Of CPU, the best of some turns."""
    experiment = Experiment(data=Data(source="sine", samples=6000))
    dataset, draw = seqlab.load(experiment), np.random.default_rng(0)
    shapes = {
        "lstm_0/kernel": (1, 64),
        "lstm_0/recurrent_kernel": (16, 64),
        "lstm_0/bias": (64,),
        "head/kernel": (16, 1),
        "head/bias": (1,),
    }
    arrays = {name: draw.normal(0, 0.1, shape).astype("f") for name, shape in shapes.items()}
    network = network_of(arrays, experiment, dataset)
    found = []
    for _ in range(TURNS):
        start = time.process_time()
        future = look_ahead(experiment, dataset, network, 100)
        found.append(time.process_time() - start)
        assert future.residuals.shape == (1000, 100)
    return min(found)


def advised(experiment: Experiment) -> tuple[Experiment, str]:
    """The experiment with what the doctor proposes for a trend, and what that is."""
    findings = seqlab.diagnose(experiment, seqlab.load(experiment))
    for finding in findings:
        if finding.code == "leaves_range" and finding.fix is not None:
            return finding.fix, f"differences: {finding.fix.data.difference}"
    return experiment, "as it is"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", action="store_true", help="walk through the bundled series")
    print(f"1,000 windows x 100 steps with bands: {seconds():.2f} s of CPU", flush=True)
    if not parser.parse_args().series:
        return
    shares = []
    for source, window in WINDOWS.items():
        start = time.perf_counter()
        experiment, way = advised(Experiment(data=Data(source=source, window=window)))
        tested = seqlab.backtest(experiment, progress=False)
        shares.append(tested.coverage)
        taken = time.perf_counter() - start
        print(
            f"{source:9} held {tested.coverage:.0%}  {taken:5.1f} s  ({way}) {tested.words}",
            flush=True,
        )
    print(f"mean {np.mean(shares):.0%}")


if __name__ == "__main__":
    main()
