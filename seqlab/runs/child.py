"""What other processes of this server begin with."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]


def child_environment(**variables: str) -> dict[str, str]:
    """This process's environment for another one, which finds seqlab wherever it is started.

    Args:
        variables: to set in it.

    Example:
        >>> child_environment(OPENBLAS_NUM_THREADS="1")["OPENBLAS_NUM_THREADS"]
        '1'
    """
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return os.environ | variables | {"PYTHONPATH": path}
