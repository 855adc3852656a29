"""A visitor without a browser of the server under test."""

from __future__ import annotations

import http.cookiejar

from seqlab.workshop.visitor import Visitor as AnyVisitor


class Visitor(AnyVisitor):
    """A visitor of this machine.

    Args:
        port: of the server.
        query: of the address that is opened.
        cookies: of the browser.
    """

    def __init__(
        self, port: int, query: str = "", cookies: http.cookiejar.CookieJar | None = None
    ) -> None:
        super().__init__(f"http://127.0.0.1:{port}", query, cookies)
