"""Every claim of the built-in lessons, checked by training what the lesson sets up.

`python -m tests.bench.lessons` trains all over five seeds and writes docs/lessons_measured.md;
`tests/workshop/test_claims.py` checks a part with one seed. A claim that fails is a sentence of a
lesson that is not true.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

import seqlab
from seqlab.data.dataset import Dataset
from seqlab.experiment import Experiment
from seqlab.inspection.baselines import losses_to_beat
from seqlab.network.doctor import diagnose
from seqlab.network.plan import plan
from seqlab.network.shapes import links
from seqlab.workshop.library import BUILT_IN, library

PAGE = Path(__file__).parents[2] / "docs" / "lessons_measured.md"
SEEDS = range(5)


@dataclass(frozen=True)
class Outcome:
    """What one seed came to."""

    status: str
    loss: np.ndarray
    val_loss: np.ndarray
    val_accuracy: np.ndarray

    @property
    def best(self) -> float:
        return float(np.nanmin(self.val_loss)) if np.isfinite(self.val_loss).any() else np.inf

    @property
    def best_accuracy(self) -> float:
        return float(np.nanmax(self.val_accuracy))


@dataclass(frozen=True)
class Claim:
    """One sentence of a lesson.

    Attributes:
        lesson: its key.
        page: counted from 1.
        words: what is claimed.
        check: raises `AssertionError` for some seeds where it is not so; returns what was measured.
        quick: whether CI checks it with one seed.
    """

    lesson: str
    page: int
    words: str
    check: Callable[[Sequence[int]], str]
    quick: bool = False


@cache
def dataset_of(data: str) -> Dataset:
    return seqlab.load(Experiment.from_json(data))


def data_of(experiment: Experiment) -> Dataset:
    return dataset_of(Experiment(data=experiment.data).to_json())


def page(lesson: str, number: int, **changes: object) -> Experiment:
    """What a page of a lesson sets up, with what the learner changes."""
    experiment = seqlab.Lesson.read(BUILT_IN / "en" / f"{lesson}.md").experiments()[number - 1]
    return Experiment.from_flat(experiment.to_flat() | changes)


@cache
def _trained(experiment: str, seed: int) -> Outcome:
    e = Experiment.from_json(experiment)
    training = e.training.model_copy(update={"seed": seed})
    result = seqlab.train(e.model_copy(update={"training": training}), data_of(e))
    history = {name: np.asarray(values, float) for name, values in result.history.items()}
    return Outcome(
        result.status,
        history["loss"],
        history["val_loss"],
        history.get("val_accuracy", np.full(1, np.nan)),
    )


def trained(experiment: Experiment, seeds: Sequence[int]) -> list[Outcome]:
    return [_trained(experiment.to_json(), seed) for seed in seeds]


def baseline(experiment: Experiment) -> float:
    return next(iter(losses_to_beat(experiment, data_of(experiment)).values()))


def parameters(experiment: Experiment) -> int:
    planned = plan(experiment, data_of(experiment).frame)
    return sum(link.parameters for link in links(planned))


def codes(experiment: Experiment) -> set[str]:
    found = diagnose(experiment, data_of(experiment))
    return {finding.code for finding in found if finding.level == "error"}


def listed(values: Sequence[float], form: str = "{:.3g}") -> str:
    return ", ".join(form.format(value) for value in values)


def bests(experiment: Experiment, seeds: Sequence[int], low: float, high: float) -> str:
    """The best val_loss of each seed, all of which must lie between two numbers."""
    values = [each.best for each in trained(experiment, seeds)]
    assert all(low <= value <= high for value in values), values
    return f"best val_loss {listed(values)}"


def beats(experiment: Experiment, seeds: Sequence[int], yes: bool = True) -> str:
    """Whether each seed gets below the best rule."""
    line, values = baseline(experiment), [each.best for each in trained(experiment, seeds)]
    assert all((value < line) is yes for value in values), (line, values)
    return f"best val_loss {listed(values)}; the rule {line:.3g}"


# The learning rate first -----------------------------------------------------------------------


def hardly_moves(seeds: Sequence[int]) -> str:
    found = trained(page("learning_rate", 1), seeds)
    falls = [1 - each.val_loss[-1] / each.val_loss[0] for each in found]
    assert all(0 < fall < 0.05 for fall in falls), falls
    assert all(2.4 < each.val_loss[0] < 3.8 for each in found)
    return f"val_loss falls by {listed(falls, '{:.1%}')}"


def too_large_for_adam(seeds: Sequence[int]) -> str:
    found = trained(page("learning_rate", 2), seeds)
    assert all(each.status == "finished" for each in found)
    return beats(page("learning_rate", 2), seeds, yes=False)


def diverges_with_sgd(seeds: Sequence[int]) -> str:
    found = trained(page("learning_rate", 3), seeds)
    assert all(each.status == "diverged" for each in found)
    return f"diverged after {listed([len(each.loss) for each in found], '{:.0f}')} epochs"


def best_is_not_last(seeds: Sequence[int]) -> str:
    found = trained(page("learning_rate", 5), seeds)
    assert all(each.val_loss[-1] > each.best for each in found)
    assert all(each.loss[-1] < 0.5 * each.best for each in found)
    epochs = [int(np.argmin(each.val_loss)) + 1 for each in found]
    return f"lowest in epoch {listed(epochs, '{:.0f}')} of 40"


# Shapes, parameters: exact, no training ----------------------------------------------------------


def counts(seeds: Sequence[int]) -> str:
    assert parameters(page("break_and_mend", 1)) == 1169
    assert parameters(page("break_and_mend", 1, window=22)) == 1169
    lstm = [parameters(page("break_and_mend", 2, units_0=u)) - (u + 1) for u in (16, 32)]
    assert lstm == [1152, 4352]
    return "1,169 with 22 and with 44 years; LSTM 1,152 and 4,352"


def broken(seeds: Sequence[int]) -> str:
    two = page("break_and_mend", 3, layers=2)
    assert codes(two) == {"return_sequences_between_layers"}
    on = page("break_and_mend", 5, return_sequences_0=True)
    assert codes(on) == {"return_sequences_before_single_target"}
    assert codes(page("break_and_mend", 6)) == {"return_sequences_before_many_targets"}
    assert not codes(page("break_and_mend", 4, layers=2, return_sequences_0=True))
    return "the findings that the pages ask for"


def shapes(seeds: Sequence[int]) -> str:
    def handed_on(**changes: object) -> tuple:
        experiment = page("shapes", 1, **changes)
        chain = links(plan(experiment, data_of(experiment).frame))
        return next(link.output for link in chain if link.name.startswith("LSTM"))

    assert handed_on() == (None, 8)
    assert handed_on(return_sequences_0=True) == (None, 20, 8)

    assert parameters(page("shapes", 3)) - 9 == 320
    assert parameters(page("shapes", 4, cell_0="GRU")) - 9 == 264
    assert codes(page("shapes", 5)) == {"return_sequences_between_layers"}
    return "LSTM(8) 320 and GRU(8) 264 parameters"


# Hidden state ----------------------------------------------------------------------------------


def windows(seeds: Sequence[int]) -> str:
    assert data_of(page("hidden_state", 1)).x.shape == (287, 22, 1)
    return "287 windows of 309 years"


def one_year_is_persistence(seeds: Sequence[int]) -> str:
    experiment = page("hidden_state", 2)
    line = losses_to_beat(experiment, data_of(experiment))["persistence"]
    assert abs(line - 0.954) < 0.0005
    return bests(experiment, seeds, 0.85 * line, 1.15 * line)


def two_years_are_a_third(seeds: Sequence[int]) -> str:
    one, two = (trained(page("hidden_state", number), seeds) for number in (2, 3))
    ratios = [b.best / a.best for a, b in zip(one, two, strict=True)]
    assert all(0.25 < ratio < 0.42 for ratio in ratios), ratios
    return f"falls to {listed(ratios, '{:.0%}')} of the loss with one year"


def states_move_with_the_input(seeds: Sequence[int]) -> str:
    """The share of the hidden state's variance that the inputs so far explain, before training."""
    shares = []
    for seed in seeds:
        x, traces = untrained(page("hidden_state", 5), seed)
        states = traces["lstm_0"].hidden[:, -1]  # (sequences, units)
        inputs = np.column_stack([x[:, :, 0], np.ones(len(x))])
        fitted = inputs @ np.linalg.lstsq(inputs, states, rcond=None)[0]
        shares.append(1 - ((states - fitted) ** 2).sum() / (np.var(states, 0) * len(x)).sum())
        assert np.abs(states).max() > 0.05
    assert all(share > 0.8 for share in shares), shares
    return f"the inputs explain {listed(shares, '{:.0%}')} of the state"


def untrained(experiment: Experiment, seed: int) -> tuple[np.ndarray, dict]:
    """Validation sequences, and their traces in a network whose weights are as they were drawn."""
    training = {"seed": seed, "epochs": 1, "learning_rate": 1e-6}
    e = Experiment.from_flat(experiment.to_flat() | training)
    dataset = data_of(e)
    x = dataset.x[dataset.validation]
    return x, seqlab.gates(seqlab.train(e, dataset).model, x)


# Gates and long memory ---------------------------------------------------------------------------


def arithmetic(seeds: Sequence[int]) -> str:
    sigmoid = 1 / (1 + np.exp(-1.0))
    assert np.isclose(0.9 * 2 + 0.5 * -1, 1.3)
    assert round(0.5 * np.tanh(1.3), 2) == 0.43
    assert round(sigmoid**10, 4) == 0.0436
    assert round(np.log(0.5) / np.log(sigmoid), 1) == 2.2
    assert round(1 / (1 + np.exp(2.0)), 2) == 0.12
    return "1.3; 0.43; 0.0436; 2.2 steps; 0.12"


def alike_at_first(seeds: Sequence[int]) -> str:
    spreads = []
    for seed in seeds:
        _, traces = untrained(page("gates_by_hand", 5, forget_bias_0=1.0), seed)
        spreads.append(float(traces["lstm_0"].forget_gate.mean((0, 1)).std()))
    assert all(spread < 0.03 for spread in spreads), spreads
    return f"mean forget gates differ by {listed(spreads, '{:.1g}')} from unit to unit"


def right(experiment: Experiment, seeds: Sequence[int], low: float, high: float) -> str:
    """The best share of right answers of each seed, all of which must lie between two numbers."""
    values = [each.best_accuracy for each in trained(experiment, seeds)]
    assert all(low <= value <= high for value in values), values
    return f"{listed(values, '{:.1%}')} right"


def lottery(seeds: Sequence[int]) -> str:
    found = trained(page("long_memory", 5), seeds)
    reached = [each.best_accuracy > 0.95 for each in found]
    ended = [float(each.val_accuracy[-1]) > 0.95 for each in found]
    if len(found) == len(SEEDS):
        assert (reached.count(False), sum(ended)) == (2, 2), (reached, ended)
    return f"got there: {reached.count(True)} of {len(found)}; there at the end: {sum(ended)}"


# One seed ----------------------------------------------------------------------------------------


def race(seeds: Sequence[int]) -> str:
    found = {
        cell: [each.best for each in trained(page("one_seed", 3, cell_0=cell), seeds)]
        for cell in ("LSTM", "GRU", "SimpleRNN")
    }
    if len(seeds) == len(SEEDS):
        lstm, gru, simple = found.values()
        assert round(lstm[0], 2) == 0.31
        assert round(simple[0], 2) == 0.35
        assert lstm[4] > 1.15 * lstm[0]
        assert simple[4] < lstm[4]
        assert np.median(gru) < min(np.median(lstm), np.median(simple))
        assert all(g < a for g, a in zip(gru, lstm, strict=True))
        assert sum(a < b for a, b in zip(lstm, simple, strict=True)) == 3
    return "; ".join(f"{cell} {listed(values)}" for cell, values in found.items())


# Time series, speech -----------------------------------------------------------------------------


def walk(seeds: Sequence[int]) -> str:
    honest, leaked = page("time_series", 1), page("time_series", 2)
    lines = [losses_to_beat(each, data_of(each))["persistence"] for each in (honest, leaked)]
    by_time, at_random = ([r.best for r in trained(each, seeds)] for each in (honest, leaked))
    assert abs(lines[0] - 0.010) < 0.0005
    assert all(loss > 10 * lines[0] for loss in by_time), by_time
    assert all(b < 0.1 * a for a, b in zip(by_time, at_random, strict=True)), at_random
    return f"by time {listed(by_time)}; at random {listed(at_random)}"


def leak(seeds: Sequence[int]) -> str:
    flattered = bests(page("time_series", 3), seeds, 0.08, 0.12)
    return f"at random: {flattered}; by time: {beats(page('time_series', 3, split='time'), seeds)}"


def farther(seeds: Sequence[int]) -> str:
    near, far = (
        [each.best for each in trained(page("time_series", 4, horizon=lead), seeds)]
        for lead in (1, 5)
    )
    assert all(b > 4 * a for a, b in zip(near, far, strict=True)), (near, far)
    assert all(loss > baseline(page("time_series", 4)) for loss in far), far
    return f"1 year {listed(near)}; 5 years {listed(far)}"


def words(seeds: Sequence[int]) -> str:
    dataset = data_of(page("speech", 1))
    assert dataset.x.shape[1:] == (24, 16)
    assert dataset.lengths.min() == 9
    assert (len(dataset.train), len(dataset.x)) == (256, 320)
    assert round(dataset.baselines["nearest neighbour"].accuracy or 0, 3) == 0.953
    return "(None, 24, 16), 320 words of 9 to 24 frames; nearest neighbour 95.3%"


def mean_frame(seeds: Sequence[int]) -> str:
    """The rule of the page: the word of the most similar mean frame."""
    shares, pairs = [], []
    for seed in seeds:
        dataset = data_of(page("speech", 2, data_seed=seed))
        means = np.array(
            [x[:n].mean(axis=0) for x, n in zip(dataset.x, dataset.lengths, strict=True)]
        )
        gaps = ((means[dataset.validation, None] - means[None, dataset.train]) ** 2).sum(axis=2)
        said = dataset.y.ravel()[dataset.train][gaps.argmin(axis=1)]
        truth = dataset.y.ravel()[dataset.validation]
        first = np.isin(dataset.goal.classes, ["we", "you"])
        share, pair = (said == truth).mean(), (first[said] == first[truth]).mean()
        assert 0.35 < share < 0.65, share
        assert pair > 0.98, pair
        shares.append(share)
        pairs.append(pair)
    return f"{listed(shares, '{:.0%}')} of the words; of the pairs {listed(pairs, '{:.0%}')}"


# Translation --------------------------------------------------------------------------------------


def bottleneck(seeds: Sequence[int]) -> str:
    experiment = page("translation", 1)
    chain = links(plan(experiment, data_of(experiment).frame))
    names = [link.name for link in chain]
    assert any(link.output == (None, 8) for link in chain), chain
    assert any(name.startswith("RepeatVector") for name in names), names
    rule = data_of(experiment).baselines["symbol frequencies"]
    assert round(rule.accuracy or 0, 2) == 0.17
    assert round(0.99**10, 3) == 0.904
    assert round(0.99**100, 2) == 0.37
    return "8 numbers; symbol frequencies 17%"


CLAIMS = (
    Claim("translation", 1, "The summary and the rule.", bottleneck, quick=True),
    Claim(
        "translation",
        2,
        "Four units: between 35 and 55 %.",
        lambda seeds: right(page("translation", 2), seeds, 0.35, 0.55),
    ),
    Claim(
        "translation",
        3,
        "With 32 units above 95 %.",
        lambda seeds: right(page("translation", 3, units_0=32, units_1=32), seeds, 0.951, 1),
    ),
    Claim("time_series", 1, "A walk: ten times persistence; by chance a tenth of that.", walk),
    Claim("time_series", 3, "Windows dealt at random flatter.", leak),
    Claim(
        "time_series",
        4,
        "Five years ahead: over four times as high, and above the best rule.",
        farther,
    ),
    Claim("speech", 1, "Shapes and the rule to beat.", words, quick=True),
    Claim("speech", 2, "The mean frame tells pairs, not words.", mean_frame, quick=True),
    Claim(
        "speech",
        3,
        "One unit: above half, below 80 %.",
        lambda seeds: right(page("speech", 3), seeds, 0.5, 0.8),
    ),
    Claim(
        "speech",
        4,
        "With 8 units it is better than the nearest neighbour.",
        lambda seeds: right(page("speech", 4, units_0=8), seeds, 0.954, 1),
    ),
    Claim("one_seed", 3, "GRU ahead in all seeds; LSTM 3 to 2 against SimpleRNN.", race),
    Claim(
        "one_seed",
        5,
        "At 0.02 the LSTM gets below 0.3.",
        lambda seeds: bests(page("one_seed", 5, learning_rate=0.02), seeds, 0.2, 0.3),
    ),
    Claim("hidden_state", 1, "287 windows.", windows, quick=True),
    Claim("hidden_state", 2, "One year: about as good as persistence.", one_year_is_persistence),
    Claim("hidden_state", 3, "Two years: about a third of that.", two_years_are_a_third),
    Claim(
        "hidden_state",
        4,
        "One unit stays well above the best rule.",
        lambda seeds: bests(page("hidden_state", 4), seeds, 1.5 * 0.344, 4),
    ),
    Claim(
        "hidden_state",
        5,
        "With 16 units it gets below.",
        lambda seeds: beats(page("hidden_state", 5, units_0=16), seeds),
    ),
    Claim(
        "hidden_state",
        6,
        "An untrained state moves with the input.",
        states_move_with_the_input,
        quick=True,
    ),
    Claim("gates_by_hand", 1, "The arithmetic.", arithmetic, quick=True),
    Claim(
        "gates_by_hand",
        4,
        "With a forget bias of -2 it stays near a guess.",
        lambda seeds: right(page("gates_by_hand", 4), seeds, 0.4, 0.62),
    ),
    Claim(
        "gates_by_hand",
        5,
        "With 1 it is nearly always right.",
        lambda seeds: right(page("gates_by_hand", 5, forget_bias_0=1.0), seeds, 0.951, 1),
    ),
    Claim("gates_by_hand", 6, "Before training all units forget alike.", alike_at_first),
    Claim(
        "long_memory",
        1,
        "SimpleRNN carries a bit over 100 steps.",
        lambda seeds: right(page("long_memory", 1), seeds, 0.951, 1),
    ),
    Claim(
        "long_memory",
        2,
        "LSTM with Keras' forget bias stays near a guess.",
        lambda seeds: right(page("long_memory", 2), seeds, 0.4, 0.62),
    ),
    Claim(
        "long_memory",
        3,
        "With a forget bias of 3 it learns it.",
        lambda seeds: right(page("long_memory", 3, forget_bias_0=3.0), seeds, 0.951, 1),
    ),
    Claim(
        "long_memory",
        4,
        "Half the recurrent matrix: near a guess.",
        lambda seeds: right(page("long_memory", 4), seeds, 0.4, 0.65),
    ),
    Claim("long_memory", 5, "One and a half times: a lottery.", lottery),
    Claim(
        "long_memory",
        6,
        "With clipnorm 1 all get above 95 %.",
        lambda seeds: right(page("long_memory", 6, clipnorm=1.0), seeds, 0.951, 1),
    ),
    Claim("learning_rate", 1, "At 0.00001 the loss hardly moves in 40 epochs.", hardly_moves),
    Claim(
        "learning_rate",
        2,
        "At 1, Adam stays above the best rule and stays finite.",
        too_large_for_adam,
    ),
    Claim("learning_rate", 3, "At 1, SGD diverges.", diverges_with_sgd, quick=True),
    Claim(
        "learning_rate",
        4,
        "At 0.0001 the rule is better; at 0.02 and at 0.1, the network.",
        lambda seeds: "; ".join(
            [
                beats(page("learning_rate", 4), seeds, yes=False),
                beats(page("learning_rate", 4, learning_rate=0.02), seeds),
                beats(page("learning_rate", 4, learning_rate=0.1), seeds),
            ]
        ),
    ),
    Claim(
        "learning_rate",
        5,
        "The best epoch is not the last; training goes on falling.",
        best_is_not_last,
    ),
    Claim("break_and_mend", 1, "Timesteps cost no parameters, units do.", counts, quick=True),
    Claim("break_and_mend", 3, "What does not fit is refused.", broken, quick=True),
    Claim(
        "break_and_mend",
        6,
        "Mended, the echo is learned better than by the best rule.",
        lambda seeds: beats(page("break_and_mend", 6, return_sequences_0=True), seeds),
        quick=True,
    ),
    Claim("shapes", 3, "Parameters of LSTM and GRU.", shapes, quick=True),
    Claim(
        "shapes",
        5,
        "With one layer 0.26 to 0.29, with two about the same.",
        lambda seeds: "; ".join(
            [
                bests(page("shapes", 5, layers=1), seeds, 0.255, 0.295),
                bests(page("shapes", 5, return_sequences_0=True), seeds, 0.2, 0.4),
            ]
        ),
    ),
)


HEAD = """# What the lessons claim

Trained over the seeds 0 to 4 by `python -m tests.bench.lessons` (`--lesson` for some of them), on
exactly what the pages set up. The numbers are those of the seeds, in their order.

| lesson | page | claim | measured |
|--|--|--|--|
"""


def row(claim: Claim, measured: str) -> str:
    return f"| {claim.lesson} | {claim.page} | {claim.words} | {measured} |"


def write(rows: dict[tuple[str, str], str]) -> None:
    """Puts rows in the place of those of the same claims; claims that are gone go from the page."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    there = {
        (cells[1].strip(), cells[3].strip()): line
        for line in text.splitlines()
        if len(cells := line.split("|")) == 6
    }
    known = there | rows
    place = {lesson.key: lesson.order for lesson in library().lessons.values()}
    in_order = sorted(CLAIMS, key=lambda claim: (place[claim.lesson], claim.page))
    keys = [(claim.lesson, claim.words) for claim in in_order]
    PAGE.write_text(
        HEAD + "".join(f"{known[key]}\n" for key in keys if key in known), encoding="utf-8"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesson", nargs="*", help="only these lessons")
    only = parser.parse_args().lesson
    rows, wrong = {}, 0
    for claim in CLAIMS:
        if only and claim.lesson not in only:
            continue
        start = time.perf_counter()
        try:
            line = row(claim, claim.check(SEEDS))
            rows[claim.lesson, claim.words] = line
            write(rows)
        except AssertionError as error:
            wrong += 1
            line = row(claim, f"NOT TRUE: {error}")
        print(f"{line}  {time.perf_counter() - start:.0f} s", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
