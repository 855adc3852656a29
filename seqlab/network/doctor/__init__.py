"""What is wrong or unwise, before and after training, in words, each with a one-click fix."""

from seqlab.network.doctor.before import diagnose, explain
from seqlab.network.doctor.run_findings import read_result

__all__ = ["diagnose", "explain", "read_result"]
