import numpy as np
from scipy.signal import freqs

from seqlab.data.tasks.spoken_words import BANDWIDTHS, FORMANTS, MADE, WORDS, passed, sound
from tests.data.tasks.helpers import dataset


def test_formants_pass_what_filters_of_the_second_order_do():
    frequency = np.array([[0.0, 100.0, 730.0, 1500.0, 3900.0]])
    wanted = np.ones(5)
    for formant, width in zip(FORMANTS["a"], BANDWIDTHS, strict=True):
        square = (2 * np.pi * formant) ** 2
        _, each = freqs([square], [1, 2 * np.pi * width, square], 2 * np.pi * frequency[0])
        wanted = wanted * np.abs(each)
    np.testing.assert_allclose(passed(frequency, FORMANTS["a"][None])[0], wanted)


def brightness(word, seed):
    """The power above 1,800 Hz, where only "i" has its second formant, by that from 600 Hz to it.

    Of the first and of the last quarter of a word.
    """
    samples = sound(word, np.random.default_rng(seed))
    quarter = len(samples) // 4
    found = []
    for part in (samples[:quarter], samples[-quarter:]):
        power = np.abs(np.fft.rfft(part * np.hanning(quarter))) ** 2
        frequency = np.fft.rfftfreq(quarter, 1 / MADE.rate)
        high, middle = frequency > 1800, (frequency > 600) & (frequency < 1800)
        found.append(power[high].sum() / power[middle].sum())
    return found


def test_a_word_glides_from_one_vowel_to_the_other():
    """The second formant lies at 2,290 Hz in "i", at 870 in "u", at 1,090 in "a"."""
    for word, vowels in WORDS.items():
        for seed in range(10):
            first, last = brightness(word, seed)
            assert (first > 3 * last) if vowels[0] == "i" else (last > 3 * first), (word, seed)


def test_the_same_words_come_for_the_same_seed_each_in_equal_parts():
    one, two = (dataset("spoken_words", samples=40, data_seed=3) for _ in range(2))
    np.testing.assert_array_equal(one.x, two.x)
    assert one.goal.classes == ("eye", "we", "yah", "you")
    assert np.bincount(one.y.ravel()).tolist() == [10] * 4
    assert one.log_mel == MADE
    assert one.x.shape[1:] == (one.lengths.max(), MADE.bands)
    assert one.lengths.min() < one.timesteps


def test_the_order_of_the_sounds_tells_words_apart_and_their_mean_does_not():
    d = dataset("spoken_words", samples=240)
    means = np.array([d.x[i, : d.lengths[i]].mean(axis=0) for i in range(len(d.x))])
    y, pairs = d.y.ravel(), np.isin(d.goal.classes, ["we", "you"])
    apart = np.abs(means[d.validation, None] - means[None, d.train]).sum(axis=2)
    said = y[d.train][apart.argmin(axis=1)]
    truth = y[d.validation]
    assert (pairs[said] == pairs[truth]).mean() > 0.95
    assert 0.3 < (said == truth).mean() < 0.7
    assert d.baselines["nearest neighbour"].accuracy > 0.85
