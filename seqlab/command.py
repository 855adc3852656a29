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

PATHS = ("SEQLAB_HOME", "SEQLAB_TLS_CA", "SEQLAB_TLS_CERT", "SEQLAB_TLS_KEY")
PATH_OPTIONS = ("--server.sslCertFile", "--server.sslKeyFile")


def absolute(options: list[str]) -> list[str]:
    """Options of Streamlit with the files among them as seen from the folder where one stands.

    Example:
        >>> absolute(["--server.sslKeyFile=/etc/key.pem", "--server.port", "80"])
        ['--server.sslKeyFile=/etc/key.pem', '--server.port', '80']
    """
    resolved, before = [], ""
    for option in options:
        name, equals, path = option.partition("=")
        if equals and name in PATH_OPTIONS:
            option = f"{name}={Path(path).absolute()}"
        elif before in PATH_OPTIONS:
            option = str(Path(option).absolute())
        resolved.append(option)
        before = option
    return resolved


def main() -> None:
    """Becomes `streamlit run playground.py`, in the folder with its settings."""
    options = sys.argv[1:]
    if {"-h", "--help"} & set(options):
        print(USAGE, end="")  # noqa: T201
        return
    for name in PATHS:  # as seen from where one stands
        if path := os.environ.get(name):
            os.environ[name] = str(Path(path).absolute())
    options = absolute(options)
    os.chdir(places.root())
    command = [sys.executable, "-m", "streamlit", "run", "playground.py", *options]
    os.execv(sys.executable, command)
