"""Small pictures of every kind of data."""

import base64
import re

import numpy as np
import pytest

from seqlab.data.catalogue import ENTRIES
from seqlab.data.load import load
from seqlab.experiment import Experiment
from seqlab.figures.sparkline import HEIGHT, WIDTH, sparkline


def points(picture: str) -> list[np.ndarray]:
    """(points, 2) of each line."""
    svg = base64.b64decode(re.search(r"base64,([^\"]+)", picture)[1]).decode()
    return [
        np.array([pair.split(",") for pair in line.split()], float)
        for line in re.findall(r'points="([^"]+)"', svg)
    ]


@pytest.mark.parametrize("key", list(ENTRIES))
def test_every_source_has_one(key):
    dataset = load(Experiment(data=ENTRIES[key].default()))
    picture = sparkline(dataset)
    assert len(picture) < 6000  # forty of them are on one page
    if dataset.x.ndim == 2:
        assert "→" in picture
        return
    for line in points(picture):
        assert len(line) > 3
        assert (line >= 0).all()
        assert (line <= [WIDTH, HEIGHT]).all()


def test_the_line_is_that_of_the_numbers():
    dataset = load(Experiment())
    (line,) = points(sparkline(dataset))
    values = dataset.values[:, 0]
    # Where the series is highest the line is highest, and it begins and ends with the series.
    assert abs(line[line[:, 1].argmin(), 0] / WIDTH - values.argmax() / (len(values) - 1)) < 0.02
    assert (line[0, 0], line[-1, 0]) == (0, WIDTH)


def test_a_strangers_text_is_no_html():
    dataset = load(Experiment.from_query({"data": "brackets"}))
    strange = dataset.vocabulary[:1] + tuple("<" for _ in dataset.vocabulary[1:])
    object.__setattr__(dataset, "vocabulary", strange)
    assert "&lt;&lt;" in sparkline(dataset)
