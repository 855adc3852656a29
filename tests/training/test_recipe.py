"""What travels to a worker is a recipe; the worker cuts and compiles."""

from seqlab.experiment import Experiment
from seqlab.training import kept_programs, recipe
from seqlab.training.train import train


def test_a_network_that_was_compiled_ahead_is_not_compiled_again_and_gives_the_same_losses():
    experiment = Experiment.from_query({"units_0": "3", "epochs": "2", "window": "5"})
    recipe.prepare(experiment, None)
    dataset = recipe.dataset_of(experiment, None)
    assert kept_programs.program_for(experiment, dataset)[1], "it is not kept"
    ahead = train(experiment, dataset).history["loss"]
    kept_programs._kept.programs.clear()
    assert train(experiment, dataset).history["loss"] == ahead
