"""The web process stays free of Keras, and pages free of what belongs elsewhere."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCREENS = [ROOT / "playground.py", *sorted((ROOT / "pages").glob("*.py"))]
FORBIDDEN = {"keras", "tensorflow", "sqlite3", "distributed", "dask"}


@pytest.mark.parametrize("screen", SCREENS, ids=lambda path: path.name)
def test_a_page_imports_neither_keras_nor_sql(screen):
    found = set()
    for node in ast.walk(ast.parse(screen.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    assert not found & FORBIDDEN


def test_nothing_of_the_pages_loads_keras():
    program = (
        "import importlib, pkgutil, sys, seqlab, seqlab.ui\n"
        "for module in pkgutil.walk_packages(seqlab.ui.__path__, 'seqlab.ui.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip().splitlines()[-1] == "[]"
