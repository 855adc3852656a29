"""How learners get in: the code, a link, a QR code."""

from __future__ import annotations

from urllib.parse import urlencode

import segno
import streamlit as st

from seqlab.ui.room import teacher
from seqlab.ui.server.addresses import lan_addresses, reachable_page


def page_address() -> tuple[str, str | None]:
    """The Room page as learners have to type it, and a sentence if they cannot reach it."""
    bound = str(st.get_option("server.address") or "")
    return reachable_page(st.context.url or "", bound, lan_addresses())


def invitation(code: str, expanded: bool, size: int = 150) -> None:
    """The code in large letters, the link, and its QR code.

    Args:
        code: of the room.
        expanded: whether it is open at first; afterwards a click opens and closes it.
        size: of the QR code in pixels.
    """
    with st.expander(f"How to join room {code}", icon=":material/qr_code:", expanded=expanded):
        _invitation(code, size)


def _invitation(code: str, size: int) -> None:
    page, problem = page_address()
    link = f"{page}?{urlencode({teacher.ROOM: code})}"
    picture = segno.make(link, error="m").svg_data_uri(light="#fff", border=2)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="invitation"):
        if problem is None:  # else it would lead nobody anywhere
            alt = f"QR code of {link}"
            image = f'<img alt="{alt}" width="{size}" height="{size}" src="{picture}">'
            st.html(image, width="content")
        with st.container(gap="xsmall", width="stretch"):
            st.html(f'<div class="seqlab-code">{code}</div>')
            st.markdown(f"Learners open this link, or type the code on the Room page:  \n`{link}`")
            if problem:
                st.warning(problem, icon=":material/wifi_off:")
