"""The examples in the docstrings do what they say: each public name has one, others may."""

import doctest
import importlib
from pathlib import Path

import pytest

import seqlab

HOUSE = Path(seqlab.__file__).parent
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def modules_with_examples() -> list[str]:
    paths = [path for path in HOUSE.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8")]
    names = [path.relative_to(HOUSE.parent).with_suffix("").parts for path in sorted(paths)]
    return [".".join(name).removesuffix(".__init__") for name in names]


@pytest.mark.parametrize("name", seqlab.__all__)
def test_an_example_is_true(name):
    module = importlib.import_module(getattr(seqlab, name).__module__)
    finder = doctest.DocTestFinder(recurse=False)
    (test,) = finder.find(getattr(seqlab, name), name, module, globs=dict(vars(module)))
    assert test.examples
    assert not any(example.options.get(doctest.SKIP) for example in test.examples)
    assert doctest.DocTestRunner(optionflags=FLAGS).run(test).failed == 0


@pytest.mark.parametrize("name", modules_with_examples())
def test_so_are_those_of_names_that_are_not_public(name):
    module = importlib.import_module(name)
    public = {f"{name}.{each}" for each in seqlab.__all__}
    for test in doctest.DocTestFinder().find(module, name):
        if test.examples and test.name not in public:
            assert doctest.DocTestRunner(optionflags=FLAGS).run(test).failed == 0
