"""The Reber grammar and aⁿbⁿ: legal strings, exact entropies, held-out lengths."""

import math

import numpy as np
import pytest

from seqlab.data import text
from seqlab.data.tasks import grammar, language
from tests.data.tasks.helpers import dataset


def strings(longest):
    """Every embedded Reber string of at most `longest` symbols and its probability."""
    found = []
    stack = [("", 0, 1.0)]
    while stack:
        inner, state, share = stack.pop()
        if len(inner) + 4 > longest:
            continue
        if state == grammar.FINAL:
            found += [(f"B{c}{inner}{c}E", share / 2) for c in "TP"]
            continue
        out = grammar.REBER[state]
        stack += [(inner + symbol, to, share / len(out)) for symbol, to in out]
    return found


def legal(prefix):
    """The symbols that may follow the beginning of an embedded Reber string."""
    if len(prefix) < 2:
        return {"": {"B"}, "B": {"T", "P"}}[prefix]
    state = 0
    for i, symbol in enumerate(prefix[2:]):
        if state == grammar.FINAL:
            rest = prefix[2 + i :]
            return {"E"} if len(rest) == 1 else set()
        state = dict(grammar.REBER[state])[symbol]
    return {prefix[1]} if state == grammar.FINAL else {symbol for symbol, _ in grammar.REBER[state]}


@pytest.mark.parametrize("longest", [9, 10, 14, 21])
def test_entropy_and_length_are_those_of_all_strings_written_out(longest):
    every = strings(longest)
    share = np.array([p for _, p in every])
    share /= share.sum()
    entropy, length, _ = grammar.entropy_and_length(longest)
    assert entropy == pytest.approx(-(share * np.log(share)).sum())
    assert length == pytest.approx(sum(p * len(s) for (s, _), p in zip(every, share, strict=True)))


def test_the_right_guesses_are_those_of_the_likeliest_follower():
    every = strings(14)
    total = sum(p for _, p in every)
    followers = {}
    for string, p in every:
        for i in range(1, len(string)):
            prefix = followers.setdefault(string[:i], {})
            prefix[string[i]] = prefix.get(string[i], 0) + p / total
    right = sum(max(f.values()) for f in followers.values())
    assert grammar.entropy_and_length(14)[2] == pytest.approx(right)


def test_without_a_limit_the_mean_number_of_branches_is_known():
    # 200 symbols are as good as no limit, and each branch is a fair coin.
    entropy, length, _ = grammar.entropy_and_length(200)
    transition = np.zeros((8, 8))
    for state, out in grammar.REBER.items():
        for _, to in out:
            transition[state, to] += 1 / len(out)
    visits = np.linalg.inv(np.eye(7) - transition[:7, :7])[0]  # the fundamental matrix
    assert length == pytest.approx(visits.sum() + 4)
    branches = sum(v for state, v in enumerate(visits) if len(grammar.REBER[state]) > 1)
    assert entropy == pytest.approx((branches + 1) * math.log(2))


def test_drawn_strings_are_legal_and_have_the_entropy_of_the_grammar():
    d = dataset("reber", window=20, samples=3000)
    loss = 0.0
    steps = 0
    for x, y, weight, length in zip(d.x, d.y, d.y_weights, d.lengths, strict=True):
        string = "".join(d.vocabulary[t] for t in x[:length])
        following = [d.goal.classes[c] for c in y[:length]]
        assert string[1:] == "".join(following[:-1])
        assert following[-1] == "E"
        assert following[-2] == string[1]  # the second last symbol repeats the second one
        assert weight.sum() == length
        assert (x[length:] == 0).all()
        assert (y[length:] == 0).all()
        for i in range(1, length + 1):
            followers = legal(string[:i])
            assert following[i - 1] in followers
            loss += math.log(len(followers))
        steps += length
    line = d.baselines["the grammar itself"].loss
    # Equal shares of the legal symbols are nearly the best there is: only the limit on the
    # length makes some ways out likelier.
    assert line <= loss / steps <= 1.1 * line
    assert d.baselines["pairs of symbols"].loss > 2 * line


def test_the_entropy_of_a_step_is_what_the_best_predictor_pays():
    """The predictor that knows the limit: its loss on drawn strings is the exact line."""
    longest, generator = 15, np.random.default_rng(1)
    every = strings(longest)
    prefixes = {}
    for string, p in every:
        for i in range(1, len(string) + 1):
            prefixes[string[:i]] = prefixes.get(string[:i], 0) + p
    drawn = [grammar.draw(longest, generator) for _ in range(4000)]
    paid = [
        -math.log(prefixes[s[: i + 1]] / prefixes[s[:i]]) for s in drawn for i in range(1, len(s))
    ]
    loss, right = language.reber_line(longest - 1)
    assert np.mean(paid) == pytest.approx(loss, rel=0.03)
    assert 0.6 < right < 1


@pytest.mark.parametrize("steps", [4, 11, 40])
def test_a_counter_foretells_everything_that_counts_in_anbn(steps):
    d = dataset("anbn", window=steps, samples=500)
    end = d.goal.classes.index(text.END)
    for x, y, weight, length in zip(d.x, d.y, d.y_weights, d.lengths, strict=True):
        symbols = "".join(d.vocabulary[t] for t in x)
        n = length // 2
        assert symbols == "a" * n + "b" * n
        depth = 0
        for i in range(length):
            depth += 1 if symbols[i] == "a" else -1
            guess = end if depth == 0 else d.goal.classes.index("b")
            assert weight[i] == (symbols[i] == "b")
            assert not weight[i] or y[i] == guess
        assert weight[length:].sum() == 0
    longest_seen = d.lengths[d.train].max()
    assert d.lengths[d.validation].min() > longest_seen


def test_without_counting_the_share_of_ends_is_the_best_there_is():
    d = dataset("anbn", window=20, samples=2000)
    counted = d.y_weights[d.validation] > 0
    end = d.y[d.validation][counted] == d.goal.classes.index(text.END)
    costs = [
        np.mean(np.where(end, -np.log(q), -np.log(1 - q))) for q in np.linspace(0.01, 0.99, 99)
    ]
    assert d.baselines["without counting"].loss == pytest.approx(min(costs), abs=1e-3)
    assert d.baselines["without counting"].loss <= min(costs) + 1e-12


def test_every_way_through_the_grammar_is_used():
    texts = {s for s, _ in strings(12)}
    drawn = {grammar.draw(12, np.random.default_rng(seed)) for seed in range(600)}
    assert drawn == texts
    assert all(len(out) in (1, 2) for out in grammar.REBER.values())
    assert set("BEPSTVX") == {c for s in texts for c in s}
