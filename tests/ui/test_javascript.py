"""The scripts that reach the browser are whole: nothing is left to import, nothing comes twice."""

import re

import pytest

from seqlab.ui.components.javascript import HERE, javascript

COMPONENTS = ("player", "cell", "chart", "draw_series", "coloured", "board", "microphone")


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_one_script_with_one_export(name):
    text = javascript(name)
    assert not re.search(r"^import ", text, re.M)
    assert re.findall(r"^export .*", text, re.M) == [
        line for line in text.splitlines() if line.startswith("export default function")
    ]
    defined = re.findall(r"^(?:async )?(?:function|const|class) (\w+)", text, re.M)
    assert len(defined) == len(set(defined))


def test_every_module_belongs_to_a_component():
    whole = "\n".join(javascript(name) for name in COMPONENTS)
    for path in HERE.glob("*.js"):
        last = path.read_text(encoding="utf-8").rstrip().splitlines()[-3]
        assert last in whole, path.name
