"""Where the playground lies: beside the package in a checkout, else where pip puts data."""

from __future__ import annotations

import sysconfig
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def root() -> Path:
    """The folder of `playground.py`, `pages/` and Streamlit's settings."""
    if (CHECKOUT / "playground.py").is_file():
        return CHECKOUT
    return Path(sysconfig.get_path("data")) / "share" / "seqlab"


PAGES = root() / "pages"
