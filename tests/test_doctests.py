"""The examples in the docstrings of the public names do what they say."""

import doctest
import importlib

import pytest

import seqlab


@pytest.mark.parametrize("name", seqlab.__all__)
def test_an_example_is_true(name):
    module = importlib.import_module(getattr(seqlab, name).__module__)
    finder = doctest.DocTestFinder(recurse=False)
    (test,) = finder.find(getattr(seqlab, name), name, module, globs=dict(vars(module)))
    assert test.examples
    assert not any(example.options.get(doctest.SKIP) for example in test.examples)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.DocTestRunner(optionflags=flags).run(test).failed == 0
