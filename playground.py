"""The server: `streamlit run playground.py`.

The page itself is `seqlab/ui/shell.py`. It is a file of its own because Streamlit treats a
`pages/` folder beside the entry script as its older kind of multi-page app, in which a deep link
skips the entry script (see docs/decisions/0001-pages-and-shell.md).
"""

import asyncio
import gc
import importlib
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

# Before NumPy is loaded: its products are small here, and while a training holds the processors the
# threads of OpenBLAS only wait for each other (25 times the work was seen).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import streamlit as st
from starlette.responses import FileResponse
from starlette.routing import Route

from seqlab.ui import chart, services

logger = logging.getLogger("seqlab")


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Starts the training pool before the first visitor comes, and stops it with the server."""
    services.pool()
    for part in ("results", "setup", "views", "coach"):  # what the first visitor would wait for
        importlib.import_module(f"seqlab.ui.{part}")
    # Collections of garbage stop every page; they need not look through all modules each time.
    gc.collect()
    gc.freeze()
    yield
    await asyncio.to_thread(services.close)


def plotly_script(_: object) -> FileResponse:
    """Plotly from the installed package: no CDN, works offline."""
    cache = {"Cache-Control": "public, max-age=31536000, immutable"}  # the URL has its version
    return FileResponse(chart.PLOTLY_FILE, media_type="text/javascript", headers=cache)


def in_words(error: Exception) -> bool:
    """A sentence instead of a traceback; the traceback goes to the server's log."""
    logger.error("A page failed.", exc_info=error)
    st.error(
        "This part of the page failed, and the reason is in the server's log. Your runs are kept. "
        "Reload the page to go on.",
        icon=":material/error:",
    )
    return True


app = st.App(
    Path(__file__).parent / "seqlab" / "ui" / "shell.py",
    lifespan=lifespan,
    routes=[Route(chart.PLOTLY_ROUTE, plotly_script)],
    on_script_error=in_words,
)
