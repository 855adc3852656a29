"""Compares the scripts of many experiments with their runs: `python -m tests.bench.scripts`.

Draws `--examples` experiments, trains each one and runs its script in plain Keras. Prints the first
difference with the experiment that shows it.
"""

import argparse
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, assume, given, seed, settings

from tests.network.any_experiment import experiments
from tests.network.test_any_script import loaded, same_losses, same_windows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    count, start = 0, time.perf_counter()

    @seed(arguments.seed)
    @settings(
        max_examples=arguments.examples,
        deadline=None,
        database=None,
        print_blob=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(experiments())
    def compare(made):
        nonlocal count
        experiment, table = made
        dataset = loaded(experiment, table)
        assume(dataset is not None)
        with tempfile.TemporaryDirectory() as folder:
            same_windows(experiment, dataset, Path(folder))
            same_losses(experiment, dataset, Path(folder))
        count += 1

    compare()
    print(f"{count} scripts gave the losses of their run ({time.perf_counter() - start:.0f} s).")


if __name__ == "__main__":
    main()
