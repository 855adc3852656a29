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
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

# Before NumPy is loaded: its products are small here, and while a training holds the processors the
# threads of OpenBLAS only wait for each other (25 times the work was seen).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from seqlab import environment
from seqlab.runs.storage import StoreError
from seqlab.ui import services
from seqlab.ui.components import chart
from seqlab.ui.server import clicks, last_events, plotly_script, spared, ticks
from seqlab.ui.server.compression import Compressed
from seqlab.ui.server.door import Door, SafeHeaders
from seqlab.ui.server.first_paint import FirstPaint, head
from seqlab.ui.visitor import VisitorKey

logger = logging.getLogger("seqlab")
DESCRIPTORS = 65_536  # each visitor takes some; the usual limit of 1,024 is soon reached
# A page that computes keeps all others, and the loop that sends, from going on for so many seconds,
# each time they have read or written something. Python's 0.005 are long beside answers of 0.03.
SWITCH = 0.001

try:
    environment.current()
    services.store()
except (environment.EnvironmentProblem, StoreError) as problem:
    sys.exit(f"seqlab cannot start. {problem}")
for sentence in environment.unknown():
    logger.warning(sentence)
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
wanted = DESCRIPTORS if most == resource.RLIM_INFINITY else min(DESCRIPTORS, most)
resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Starts the training pool before the first visitor comes, and stops it with the server."""
    last_events.keep()
    clicks.keep()
    ticks.keep()
    spared.keep()
    sys.setswitchinterval(SWITCH)
    services.pool()
    services.start_reader()
    for part in ("playground.results", "controls.setup", "inspect", "data_page"):  # for the first
        importlib.import_module(f"seqlab.ui.{part}")
    plotly_script.common()
    # Collections of garbage stop every page; they need not look through all modules each time.
    gc.collect()
    gc.freeze()
    yield
    await asyncio.to_thread(services.close)


# Plotly from the installed package: no CDN, works offline. Its addresses have its version.
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def whole_plotly(_: object) -> FileResponse:
    """All of Plotly, for the few charts that need more than most."""
    return FileResponse(plotly_script.FILE, media_type="text/javascript", headers=FOR_EVER)


def common_plotly(_: object) -> Response:
    """The quarter of it that draws nearly all charts."""
    return Response(plotly_script.common(), media_type="text/javascript", headers=FOR_EVER)


def in_words(error: Exception) -> bool:
    """A sentence instead of a traceback; the traceback goes to the server's log."""
    if isinstance(error, StoreError):
        logger.warning("A page could not keep something.", exc_info=error)
        st.error(str(error), icon=":material/hard_drive:")
        return True
    logger.error("A page failed.", exc_info=error)
    st.error(
        "This part of the page failed, and the reason is in the server's log. Your runs are kept. "
        "Reload the page to go on.",
        icon=":material/error:",
    )
    return True


def password() -> str | None:
    """The pass phrase of this server."""
    secret = environment.current().password
    return secret.get_secret_value() if secret else None


app = st.App(
    Path(services.__file__).with_name("shell.py"),
    lifespan=lifespan,
    routes=[
        Route(chart.WHOLE_PLOTLY, whole_plotly),
        Route(chart.COMMON_PLOTLY, common_plotly),
    ],
    middleware=[
        Middleware(SafeHeaders),
        Middleware(Door, password=password()),
        Middleware(VisitorKey),
        Middleware(FirstPaint, head=head(chart.plotly_address())),
        Middleware(Compressed),
    ],
    on_script_error=in_words,
)
