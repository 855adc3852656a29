"""Values as Python text, in lines of at most 88 characters."""

from __future__ import annotations

from collections.abc import Sequence

from seqlab.network.plan import L2

WIDTH = 88


def literal(value: object) -> str:
    """A value as a Python user writes it: `"relu"`, `1e-05`, `(22, 1)`, a regularizer."""
    if isinstance(value, L2):
        return f"keras.regularizers.L2({value.factor!r})"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"' if escaped.isprintable() else ascii(value)
    if isinstance(value, tuple):
        inner = ", ".join(literal(part) for part in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def call(function: str, arguments: Sequence[str], before: str = "", after: str = "") -> list[str]:
    """A call as lines of text, one argument a line if it is too long for one.

    Args:
        function: what is called.
        arguments: each as text; may span several lines.
        before: what stands in front of it on its first line, indentation included.
        after: what stands behind its last bracket.
    """
    line = f"{before}{function}({', '.join(arguments)}){after}"
    if len(line) <= WIDTH and "\n" not in line:
        return [line]
    indent = " " * (len(before) - len(before.lstrip()))
    lines = [f"{before}{function}("]
    for argument in arguments:
        first, *rest = argument.splitlines()
        lines += [f"{indent}    {first}", *(f"{indent}    {more}" for more in rest)]
        lines[-1] += ","
    return [*lines, f"{indent}){after}"]


def keywords(values: Sequence[tuple[str, object]]) -> list[str]:
    """Keyword arguments as text."""
    return [f"{name}={literal(value)}" for name, value in values]
