"""One question, many runs: variants of an experiment, each trained with the same seeds."""
