"""The JavaScript of a component as one text.

Streamlit hands a component's script to the browser as a text, from which nothing can be imported.
So the modules that it imports, which Node tests one by one, are put in front of it.
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js"\n', re.M)
_EXPORT = re.compile(r"^export (?=function|async|const|class)", re.M)


def javascript(name: str) -> str:
    """The script of a component with everything that it imports, each module once.

    Args:
        name: of the file, without its ending.
    """
    modules: dict[str, str] = {}

    def collect(module: str) -> None:
        if module in modules:
            return
        text = (HERE / f"{module}.js").read_text(encoding="utf-8")
        for imported in _IMPORT.findall(text):
            collect(imported)
        modules[module] = _EXPORT.sub("", _IMPORT.sub("", text))

    collect(name)
    return "\n".join(modules.values())
