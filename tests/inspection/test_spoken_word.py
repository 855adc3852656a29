"""A word that was just said is read as the takes of the data are."""

import numpy as np
import pytest

from seqlab import Experiment, load, read_table
from seqlab.data.speech import reading_of
from seqlab.experiment import Data, Recurrent
from seqlab.inspection.networks import answers, network_of, output_of
from seqlab.inspection.spoken_word import spoken, word_probabilities
from tests.sounds import sound, tone, words
from tests.ui.test_lens_page import weights


@pytest.mark.parametrize("masking", [True, False])
def test_a_take_of_the_data_gets_the_answer_that_it_has_there(masking):
    table = read_table(words(4), "words.zip", mel_bands=24)
    experiment = Experiment(data=Data(source="upload", file="x"), layers=(Recurrent(units=5),))
    network = experiment.network.model_copy(update={"masking": masking})
    experiment = experiment.model_copy(update={"network": network})
    dataset = load(experiment, table)
    stack = network_of(weights(experiment, dataset, 3), experiment, dataset)
    all_takes = np.arange(len(dataset.x))
    wanted = output_of(stack, dataset, answers(stack, dataset, all_takes))
    for i, features in enumerate(table.speech.features):
        found = word_probabilities(stack, dataset, features)
        assert found.sum() == pytest.approx(1)
        np.testing.assert_allclose(found, wanted[i], atol=1e-5)


def test_a_longer_take_than_any_of_the_data_is_read_whole():
    table = read_table(words(2), "words.zip")
    dataset = load(Experiment(data=Data(source="upload", file="x")), table)
    long = sound(tone("up", 2.0, rate=48_000), 48_000)
    again = read_table(long, "spoken.wav", reading_of(dataset.log_mel))
    take = spoken(dataset, again.speech.features[0])
    assert take.real == len(take.x) > dataset.timesteps
    assert take.mask is None
