"""Who is looking: a key that a browser keeps, and what it may do with which run.

The key is a cookie that no script can read. Of it the store keeps only a hash, as the owner of a
run or of a file: so whoever can read the store cannot pass for a visitor.
"""

from __future__ import annotations

import hashlib
import secrets

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seqlab import environment
from seqlab.runs.housekeeping import GB, kept_by
from seqlab.runs.records import Run
from seqlab.runs.studies import StudyRecord
from seqlab.ui import services
from seqlab.ui.server.addresses import is_loopback
from seqlab.ui.words import counted

COOKIE = "seqlab_visitor"
NEARLY = 0.8  # of the quota: from there on it is told what will go
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
YEAR = 365 * 86_400  # seconds
_KEY = "_visitor_key"  # where there is no cookie: it lasts as long as the session
OTHERS = "Another visitor's run: you can watch it, and train with its settings as your own."


class VisitorKey:
    """Middleware: gives a browser its key when it first opens a page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if (
            headers is None
            or f"{COOKIE}=" in headers.get("cookie", "")
            or "text/html" not in headers.get("accept", "")
        ):
            await self._app(scope, receive, send)
            return
        secure = "; Secure" if scope.get("scheme") == "https" else ""
        cookie = f"{COOKIE}={secrets.token_urlsafe(16)}; Max-Age={YEAR}; Path=/; HttpOnly"

        async def with_key(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append(
                    "set-cookie", f"{cookie}; SameSite=lax{secure}"
                )
            await send(message)

        await self._app(scope, receive, with_key)


def owner() -> str:
    """What the store calls the visitor of this session."""
    key = dict(st.context.cookies).get(COOKIE) or st.session_state.get(_KEY)
    if not key:
        key = st.session_state[_KEY] = secrets.token_urlsafe(16)
    return hashlib.sha256(f"seqlab visitor {key}".encode()).hexdigest()[:32]


def owns(run: Run | StudyRecord | None) -> bool:
    """Whether the visitor may steer, continue or delete a run, or a study of runs.

    One of an earlier version has no owner. On a server that only this machine can reach it belongs
    to whoever is there; on an open one, to nobody.
    """
    if run is None:
        return False
    return run.owner == owner() or (run.owner is None and _alone())


def own_study(study: str) -> StudyRecord | None:
    """A study, if the visitor may steer it: asked again by everything that acts."""
    record = services.studies().get(study)
    return record if owns(record) else None


def steers(run: Run | None) -> bool:
    """Whether the visitor may pause, step or stop a run by itself.

    Not one of a comparison: it must stay what its seed says.
    """
    return run is not None and run.study is None and owns(run)


def owns_id(run: str) -> bool:
    """The same, by the run's id: asked again by everything that acts, not only by what is drawn."""
    return owns(services.store().get(run))


def storage_sentence() -> str:
    """How much the visitor's runs take of what they may, and what goes when it is too much."""
    settings = environment.current()
    everything = kept_by(services.store())
    own = [one for one in everything if one.owner == owner()]
    used, of_all = (sum(one.size for one in some) for some in (own, everything))
    files = sum(one.is_file for one in own)
    parts = [counted(len(own) - files, "run")]
    parts += [counted(files, "file")] if files else []
    text = (
        f"Yours: {' and '.join(parts)}, {used / 1e6:,.1f} MB of "
        f"{settings.visitor_gb * 1000:,.0f} MB."
    )
    days = settings.keep_days
    if days is not None:
        text += f" A run that is not pinned goes {days:g} days after its end."
    if used > NEARLY * settings.visitor_gb * GB:
        runs_of_own = [one for one in own if not one.stays and not one.is_file]
        oldest = min(runs_of_own, key=lambda one: one.created, default=None)
        first = f", run {oldest.id} first" if oldest else ""
        text += f" When they take more, your oldest ones that are not pinned go{first}."
    if of_all > NEARLY * settings.total_gb * GB:
        text += (
            f" The whole server keeps {of_all / GB:,.1f} GB of {settings.total_gb:g} GB: when that "
            "is full, the oldest runs and files that nobody pinned go, whoever owns them."
        )
    return text


def _alone() -> bool:
    """Whether only this machine can connect, also not others through a proxy on it."""
    if any(name in st.context.headers for name in FORWARDED):
        return False
    return is_loopback(str(st.get_option("server.address") or ""))
