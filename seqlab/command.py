"""The command `seqlab`: opens the playground."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from seqlab.ui import places

USAGE = """usage: seqlab [--server.port PORT] [any option of "streamlit run"]

Opens the playground in the browser. Only this machine can connect, until the option
--server.address says otherwise. Runs and files are kept in your user data folder, or in
SEQLAB_HOME.
"""


def main() -> None:
    """Becomes `streamlit run playground.py`, in the folder with its settings."""
    options = sys.argv[1:]
    if {"-h", "--help"} & set(options):
        print(USAGE, end="")  # noqa: T201
        return
    if home := os.environ.get("SEQLAB_HOME"):
        os.environ["SEQLAB_HOME"] = str(Path(home).absolute())  # as seen from where one stands
    os.chdir(places.root())
    command = [sys.executable, "-m", "streamlit", "run", "playground.py", *options]
    os.execv(sys.executable, command)
