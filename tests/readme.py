"""The commands of the README, word for word but for what differs from machine to machine."""

import re
import shlex
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    text = (ROOT / "README.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """All commands; one that goes on over several lines is one."""
    lines = "".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip()]


def command(part: str, host: str = "HOST:8786") -> str:
    """The last command that holds `part`, with this interpreter's programs.

    Args:
        part: by which it is known.
        host: for HOST:8786, the scheduler's address.
    """
    found = [line for line in commands() if part in line][-1]
    found = found.rpartition(" && ")[2]  # what comes before makes the environment
    return found.replace(".venv/bin/", f"{shlex.quote(str(BIN))}/").replace("HOST:8786", host)
