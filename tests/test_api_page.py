"""docs/api.md is made of the public names' docstrings, by `python -m tests.test_api_page`."""

import inspect
from pathlib import Path

import seqlab
from seqlab.settings import LIMITS, Data, Network, Recurrent, Training, help_of

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
HEAD = """# The library

Made from the docstrings by `python -m tests.test_api_page`; a test says when it must be made anew.
"""


def signature(found) -> str:
    if inspect.isclass(found) and issubclass(found, Exception):
        return ""
    parameters = inspect.signature(found).parameters.values()
    texts = [
        each.name if each.default is each.empty else f"{each.name}={defaults(each.default)}"
        for each in parameters
    ]
    return f"```text\n{found.__name__}({', '.join(texts)})\n```\n\n"


def defaults(value: object) -> str:
    """A value as one would type it; "..." for what is not typed but made."""
    text = repr(value)
    return text if "<" not in text and len(text) < 40 else "..."


def settings_of(found) -> str:
    """The settings of a part of an experiment: their limits, and the help of their widgets."""
    lines = []
    for name in found.model_fields if found in (Data, Recurrent, Network, Training) else ():
        low, high = LIMITS.get(name, (None, None))
        between = "" if low is None else f", {low:,.10g} to {high:,.10g}"
        about = f": {help_of(name)}" if help_of(name) else ""
        if between or about:
            lines.append(f"- `{name}`{between}{about}\n")
    return "\n" + "".join(lines) if lines else ""


def page() -> str:
    parts = [HEAD]
    for name in seqlab.__all__:
        found = getattr(seqlab, name)
        text = inspect.cleandoc(found.__doc__ or "")
        about = f"{signature(found)}```text\n{text}\n```\n{settings_of(found)}"
        parts.append(f"## `seqlab.{name}`\n\n{about}")
    return "\n".join(parts)


def test_the_page_is_what_the_docstrings_say():
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_public_name_has_an_example():
    without = [
        name for name in seqlab.__all__ if ">>>" not in (getattr(seqlab, name).__doc__ or "")
    ]
    assert not without


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
