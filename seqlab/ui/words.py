"""Text for the page."""


def plain(text: str) -> str:
    """Text that may hold a stranger's words (a header, a file name), as it stands: no Markdown."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!|~$:" else c for c in text)


def when(epoch: int | None) -> str:
    """The moment that a snapshot shows, to begin a sentence with."""
    return f"After epoch {epoch}" if epoch else "Before training"
