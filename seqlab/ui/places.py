"""Where the playground lies: beside the package in a checkout, else where pip put it."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def root() -> Path:
    """The folder of `playground.py`, `pages/` and Streamlit's settings.

    An installed one is found in pip's own list of files, so that it does not matter whether it was
    installed into an environment, for the user or into a folder of its own.

    Raises:
        FileNotFoundError: if this is neither a checkout nor a whole installation.
    """
    if (CHECKOUT / "playground.py").is_file():
        return CHECKOUT
    for file in importlib.metadata.files("seqlab") or ():
        if file.parts[-3:] == ("share", "seqlab", "playground.py"):
            place = Path(str(file.locate())).resolve()
            if place.is_file():
                return place.parent
    # `pip install --target` moves the files after it has written its list.
    beside = CHECKOUT / "share" / "seqlab"
    if (beside / "playground.py").is_file():
        return beside
    raise FileNotFoundError("seqlab is not installed as a whole: playground.py is missing.")


PAGES = root() / "pages"
