"""Training, in worker processes: the only place that imports keras and tensorflow."""
