"""The part of Plotly that our charts need, cut from the script of the installed package.

All of Plotly are 4.8 MB, maps and 3-D included, of which most charts need a quarter: a browser
fetches, reads and runs the rest for nothing. Plotly also publishes smaller scripts, but in no
package that pip can install, and a copy among our own files would be one that nobody updates
(decision 0028).

The script is a bundle made by esbuild: `var NAME=W((exports,module)=>{...});` for each module,
which another one gets by calling `NAME()`. The last module hands all kinds of traces to Plotly's
register. Here it hands over those that are wanted, and modules that nobody can call any more are
left out. A script that does not look like that is not cut.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from pathlib import Path

import plotly

FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
COMMON = frozenset({"scatter", "bar", "heatmap"})  # the kinds of traces of nearly all charts

_WRAPPER = re.compile(r"var ([\w$]+)=\([\w$,]+\)=>\(\)=>")  # functions that make a module lazy
_CALL = re.compile(r"(?<![\w$.])([\w$]+)\(\)")
_REGISTER = re.compile(r"\.register\(\[((?:[\w$]+\(\),?)+)\]\)")
_KIND = re.compile(r'moduleType:"trace",name:"(\w+)"')
_SAME = re.compile(r"\.exports=([\w$]+)\(\)")
_DEEP = 3  # modules that only hand on another one, in a row


def partial(script: str, kinds: Collection[str]) -> str:
    """A script that can draw these kinds of traces; all of it if it cannot be cut.

    Args:
        script: Plotly, as its Python package has it.
        kinds: such as "bar"; "scatter" is always among them.

    Returns:
        JavaScript that defines `window.Plotly` as the whole script does.
    """
    wrappers = "|".join(map(re.escape, _WRAPPER.findall(script))) or "(?!)"
    module_begins = re.compile(rf"(?<=\}}\);)var [\w$]+=(?:{wrappers})\(")
    starts = [match.start() for match in module_begins.finditer(script)]
    ends = [*starts[1:], len(script)]
    parts = [script[start:end] for start, end in zip(starts, ends, strict=False)]
    listed = _REGISTER.search(parts[-1]) if parts else None
    if listed is None:
        return script
    # A part may end with modules that are written in another way.
    defined = re.compile(rf"(?:^|;)var ([\w$]+)=(?:{wrappers})\(")
    home = {name: place for place, part in enumerate(parts) for name in defined.findall(part)}
    calls = [{home[name] for name in _CALL.findall(part) if name in home} for part in parts]

    def kind(module: str) -> str | None:
        for _ in range(_DEEP):
            part = parts[home[module]] if module in home else ""
            if named := _KIND.search(part):
                return named[1]
            if not (same := _SAME.search(part)):
                return None
            module = same[1]
        return None

    modules = listed[1].removesuffix(",").replace("()", "").split(",")
    wanted = {module for module in modules if kind(module) in kinds}
    if {kind(module) for module in wanted} != set(kinds) - {"scatter"}:
        return script
    # The last part is the register; what it calls beside the traces is Plotly itself.
    last = len(parts) - 1
    unwanted = {home[module] for module in modules if module in home and module not in wanted}
    reached: set[int] = set()
    ahead = calls[last] - unwanted - {last}
    while ahead:
        reached |= ahead
        ahead = set().union(*(calls[place] for place in ahead)) - reached - {last}
    handed = ",".join(f"{module}()" for module in modules if module in wanted)
    register = parts[-1].replace(listed[1], handed)
    needed = "".join(parts[place] for place in sorted(reached))
    return script[: starts[0]] + needed + register


@functools.cache
def common() -> bytes:
    """The script for the kinds of traces in `COMMON`."""
    return partial(FILE.read_text("utf-8"), COMMON).encode()
