"""Synthetic series to forecast: sines, chaos, and a walk that nobody can forecast."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from seqlab.data.columns import Choice
from seqlab.data.dataset import Dataset
from seqlab.data.entry import Entry, Knob, knob, samples, seed
from seqlab.data.windows import windows
from seqlab.experiment import Data

Reals = NDArray[np.float64]

SINE_PERIOD = 25.0  # steps a cycle: a window of 22 shows most of one
SINES_PERIODS = (25.0, 11.0, 60.0, 7.0, 140.0)  # no simple ratios, so the sum hardly repeats
WARM_UP = 500  # rows of a chaotic system that are thrown away: it shall be on its attractor


def _noisy(clean: Reals, data: Data, generator: np.random.Generator) -> Reals:
    """`clean` (rows, columns) with Gaussian noise of standard deviation `data.noise`."""
    return clean + data.noise * generator.standard_normal(clean.shape)


def sine(data: Data) -> Reals:
    """A sine of amplitude 1 and period 25 with Gaussian noise, (samples, 1)."""
    generator = np.random.default_rng(data.data_seed)
    clean = np.sin(2 * np.pi * np.arange(data.samples) / SINE_PERIOD)
    return _noisy(clean[:, None], data, generator)


def sines(data: Data) -> Reals:
    """The sum of `difficulty` sines with random phases, amplitude 1 in all, (samples, 1)."""
    generator = np.random.default_rng(data.data_seed)
    periods = np.array(SINES_PERIODS[: data.difficulty])
    phases = generator.uniform(0, 2 * np.pi, len(periods))
    time = np.arange(data.samples)[:, None]
    clean = np.sin(2 * np.pi * time / periods + phases).mean(axis=1, keepdims=True)
    return _noisy(clean, data, generator)


def damped(data: Data) -> Reals:
    """A pendulum that is struck again and again and swings out each time, (samples, 1).

    After a blow at step t0 the value is a·exp(-(t - t0)/60)·cos(2π(t - t0)/25). Blows come every
    100 to 200 steps with amplitudes a from 0.5 to 1: when the next one comes cannot be known.
    """
    generator = np.random.default_rng(data.data_seed)
    count = data.samples // 100 + 2
    blows = np.concatenate([[0], np.cumsum(generator.integers(100, 201, count))])
    heights = generator.uniform(0.5, 1, len(blows))
    time = np.arange(data.samples)
    last = np.searchsorted(blows, time, side="right") - 1
    since = time - blows[last]
    clean = heights[last] * np.exp(-since / 60) * np.cos(2 * np.pi * since / SINE_PERIOD)
    return _noisy(clean[:, None], data, generator)


def mackey_glass(data: Data) -> Reals:
    """The Mackey-Glass equation with delay τ = `lag`, one row a unit of time, (samples, 1).

    dx/dt = 0.2 x(t - τ) / (1 + x(t - τ)^10) - 0.1 x(t), from a random history around 1.2, by the
    fourth-order Runge-Kutta method with steps of 0.1 (the delayed value of half a step is the mean
    of its neighbours). Chaotic from τ = 17 on; below it becomes a cycle or comes to rest.
    """
    generator = np.random.default_rng(data.data_seed)
    substeps = 10
    delay = data.lag * substeps
    total = (data.samples + WARM_UP) * substeps
    x = np.empty(delay + 1 + total)
    x[: delay + 1] = 1.2 + 0.2 * generator.uniform(-1, 1)
    h = 1 / substeps
    current = float(x[delay])
    history = x.tolist()  # a list is several times quicker than an array here
    for i in range(delay, delay + total):
        past, next_past = history[i - delay], history[i - delay + 1]
        half = 0.5 * (past + next_past)
        drive = [0.2 * d / (1 + d**10) for d in (past, half, next_past)]
        k1 = drive[0] - 0.1 * current
        k2 = drive[1] - 0.1 * (current + h / 2 * k1)
        k3 = drive[1] - 0.1 * (current + h / 2 * k2)
        k4 = drive[2] - 0.1 * (current + h * k3)
        current += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        history[i + 1] = current
    rows = np.array(history[delay + WARM_UP * substeps + 1 :: substeps])[: data.samples]
    return _noisy(rows[:, None], data, generator)


def lorenz(data: Data) -> Reals:
    """The Lorenz system (σ = 10, ρ = 28, β = 8/3), a row every 0.05 units of time, (samples, 3).

    Columns x, y, z by the fourth-order Runge-Kutta method with steps of 0.01, from a random start.
    The noise is relative: 1 is as large as the standard deviation of a column.
    """
    generator = np.random.default_rng(data.data_seed)
    state = np.array([1.0, 1.0, 25.0]) + generator.standard_normal(3)
    substeps, h = 5, 0.01
    rows = np.empty((data.samples, 3))

    def flow(s: tuple[float, float, float]) -> tuple[float, float, float]:
        x, y, z = s
        return 10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z

    def move(
        s: tuple[float, float, float], k: tuple[float, float, float], by: float
    ) -> tuple[float, float, float]:
        return s[0] + by * k[0], s[1] + by * k[1], s[2] + by * k[2]

    s = (float(state[0]), float(state[1]), float(state[2]))
    for i in range(-WARM_UP, data.samples):
        for _ in range(substeps):
            k1 = flow(s)
            k2 = flow(move(s, k1, h / 2))
            k3 = flow(move(s, k2, h / 2))
            k4 = flow(move(s, k3, h))
            for k, weight in ((k1, 1), (k2, 2), (k3, 2), (k4, 1)):
                s = move(s, k, h * weight / 6)
        if i >= 0:
            rows[i] = s
    return rows + data.noise * rows.std(axis=0) * generator.standard_normal(rows.shape)


def logistic(data: Data) -> Reals:
    """The logistic map x' = 3.9 x (1 - x) from a random start, (samples, 1), with noise on top."""
    generator = np.random.default_rng(data.data_seed)
    x = float(generator.uniform(0.1, 0.9))
    rows = np.empty(data.samples)
    for i in range(-100, data.samples):
        x = 3.9 * x * (1 - x)
        if i >= 0:
            rows[i] = x
    return _noisy(rows[:, None], data, generator)


def random_walk(data: Data) -> Reals:
    """The sum of independent Gaussian steps of standard deviation 1, (samples, 1)."""
    generator = np.random.default_rng(data.data_seed)
    return np.cumsum(generator.standard_normal(data.samples))[:, None]


def _choice(names: tuple[str, ...]) -> Choice:
    return Choice(names, names, names[0], names, together=True)


def _loader(draw: Callable[[Data], Reals], names: tuple[str, ...]) -> Callable[[Data], Dataset]:
    """The windows of a drawn series; all its columns are inputs unless some are asked for."""

    def load(data: Data) -> Dataset:
        roles = _choice(names).asked(data)
        values = draw(data)[: data.rows, [names.index(name) for name in roles.used]]
        return windows(values, np.arange(len(values)), roles, data)

    return load


def _entry(
    key: str,
    title: str,
    about: str,
    draw: Callable[[Data], Reals],
    names: tuple[str, ...],
    knobs: tuple[Knob, ...],
    line: str,
    credit: str,
) -> Entry:
    window = knob("window", "Window", 22, help="How many past steps the network sees.")
    hardest = not any(k.difficulty for k in knobs)  # then it is the distance of the target
    horizon = knob(
        "horizon", "Lead time", 1, help="How many steps ahead the target lies.", difficulty=hardest
    )
    every = (window, horizon, *knobs, samples(1000, "Points"), seed())
    return Entry(
        key,
        title,
        "Synthetic series",
        about,
        every,
        _loader(draw, names),
        line,
        credit,
        choice=_choice(names),
    )


def _noise(default: float, about: str = "The amplitude of the signal is 1.") -> Knob:
    text = f"Standard deviation of the noise. {about}"
    return knob("noise", "Noise", default, high=10, help=text)


FORECAST = (
    "Persistence, seasonal naive, drift, mean and a linear autoregression are computed from the "
    "validation part."
)
ENTRIES = (
    _entry(
        "sine",
        "Noisy sine",
        "Forecast a sine of period 25 through its noise.",
        sine,
        ("noisy sine",),
        (_noise(0.1),),
        f"{FORECAST} No forecast can be better than the noise itself.",
        "written for seqlab",
    ),
    _entry(
        "sines",
        "Sum of sines",
        "Forecast the sum of a few sines whose periods have no simple ratio.",
        sines,
        ("sum of sines",),
        (
            knob("difficulty", "Sines added", 3, 1, len(SINES_PERIODS), difficulty=True),
            _noise(0.05),
        ),
        f"{FORECAST} Without noise, k sines obey a linear recurrence over 2k steps, so a linear "
        "autoregression is already perfect.",
        "written for seqlab",
    ),
    _entry(
        "damped",
        "Damped oscillation",
        "Forecast a pendulum that swings out and is struck again at times that nobody can know.",
        damped,
        ("displacement",),
        (_noise(0.02),),
        f"{FORECAST} Between two blows a linear recurrence over two steps is exact.",
        "written for seqlab",
    ),
    _entry(
        "mackey_glass",
        "Mackey-Glass",
        "Forecast a chaotic series that depends on its own past of τ steps ago.",
        mackey_glass,
        ("x",),
        (
            knob(
                "lag",
                "Delay τ",
                17,
                2,
                100,
                "Below 17 the series comes to rest or repeats; from 17 on it is chaotic.",
                difficulty=True,
            ),
            _noise(0.0, "The series lies between about 0.2 and 1.4."),
        ),
        FORECAST,
        "Mackey & Glass (1977), Oscillation and chaos in physiological control systems",
    ),
    _entry(
        "lorenz",
        "Lorenz system",
        "Forecast one of the three coordinates of a chaotic flow from all three of them.",
        lorenz,
        ("x", "y", "z"),
        (_noise(0.0, "1 is as large as the spread of a column."),),
        FORECAST,
        "Lorenz (1963), Deterministic nonperiodic flow",
    ),
    _entry(
        "logistic",
        "Logistic map",
        "Forecast x' = 3.9 x (1 - x): a parabola for one step, hopeless for twenty.",
        logistic,
        ("x",),
        (_noise(0.0, "The series lies between 0 and 1."),),
        f"{FORECAST} The next value is a function of the last one alone, but not a linear one.",
        "May (1976), Simple mathematical models with very complicated dynamics",
    ),
    _entry(
        "random_walk",
        "Random walk",
        "Each step is drawn anew, so nothing beats persistence; a network that seems to has been "
        "measured wrongly.",
        random_walk,
        ("position",),
        (),
        "Persistence is the best forecast there is: given the past, the expected next value is "
        "the last one. Its root mean squared error over a horizon h is √h. On a few hundred steps "
        "another rule may come out a hair ahead; that is luck.",
        "Hyndman & Athanasopoulos, Forecasting: Principles and Practice, section 9.1",
    ),
)
