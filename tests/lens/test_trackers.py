"""Signals of a text, by hand."""

import numpy as np

from seqlab.lens.trackers import trackers


def of(*lines: str) -> dict[str, list[list[float]]]:
    long = max(map(len, lines))
    texts = np.array([list(line.ljust(long, "\0")) for line in lines])
    texts[texts == "\0"] = ""
    mask = texts != ""
    return {name: signal.tolist() for name, signal in trackers(texts, mask).items()}


def test_brackets_quotes_and_places() -> None:
    found = of('a(b[c])d "e" f')
    assert found["depth of brackets"] == [[0, 1, 1, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]]
    assert found["inside brackets"] == [[0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]]
    assert found["inside quotes"] == [[0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0]]
    assert found["position in the word"] == [[1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 0, 1]]
    assert found["a vowel"] == [[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]]
    assert "position in the line" not in found
    assert "a digit" not in found


def test_a_bracket_that_closes_nothing() -> None:
    assert of(")(", "()")["depth of brackets"] == [[0, 1], [1, 0]]


def test_lines_and_padding() -> None:
    found = of("ab\nc", "x")
    assert found["position in the line"][0] == [1, 2, 0, 1]
    assert found["symbol x"] == [[0, 0, 0, 0], [1, 0, 0, 0]]
    assert "symbol ''" not in found
