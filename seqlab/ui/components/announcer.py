"""What a screen reader is told while something goes on that only the eye would see."""

from __future__ import annotations

import streamlit as st

_component = st.components.v2.component(
    "seqlab_announcer",
    html='<div class="heard" role="status" aria-live="polite"></div>',
    # Heard and not seen; it takes no room.
    css="""
.heard {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}
""",
    js="""
export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".heard")
  const due = Date.now() - (place.told ?? 0) >= data.every
  if (place.textContent === data.words || !(due || data.last)) return
  place.told = Date.now()
  place.textContent = data.words
}
""",
)
EVERY = 10_000  # milliseconds between two announcements


def announce(words: str, key: str, last: bool = False) -> None:
    """Lets a screen reader say something, but not at every tick.

    Args:
        words: what to say.
        key: the announcer's place on the page.
        last: whether it is to be said at once: nothing follows.
    """
    _component(key=key, data={"words": words, "every": EVERY, "last": last}, height=1)
