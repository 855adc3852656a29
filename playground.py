"""The server: `streamlit run playground.py`.

The page itself is `seqlab/ui/shell.py`. It is a file of its own because Streamlit treats a
`pages/` folder beside the entry script as its older kind of multi-page app, in which a deep link
skips the entry script (see docs/decisions/0001-pages-and-shell.md).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.responses import FileResponse
from starlette.routing import Route

from seqlab.ui import chart, services


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Starts the training pool before the first visitor comes, and stops it with the server."""
    services.pool()
    yield
    await asyncio.to_thread(services.close)


def plotly_script(_: object) -> FileResponse:
    """Plotly from the installed package: no CDN, works offline."""
    cache = {"Cache-Control": "public, max-age=31536000, immutable"}  # the URL has its version
    return FileResponse(chart.PLOTLY_FILE, media_type="text/javascript", headers=cache)


app = st.App(
    Path(__file__).parent / "seqlab" / "ui" / "shell.py",
    lifespan=lifespan,
    routes=[Route(chart.PLOTLY_ROUTE, plotly_script)],
)
