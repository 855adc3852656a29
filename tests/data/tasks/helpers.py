"""Loading a source by its name."""

from seqlab.data.load import load
from seqlab.experiment import Data, Experiment


def dataset(source="sunspots", **data):
    return load(Experiment(data=Data(source=source, **data)))
