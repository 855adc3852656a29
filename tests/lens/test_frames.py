"""What the browser gets is what the network computed, to half a step of the colour scale."""

import zlib

import numpy as np
import pytest

from seqlab.lens import forward, frames
from seqlab.lens.architecture import Architecture
from seqlab.lens.stack import stack
from tests.clock import within_cpu_seconds

draw = np.random.default_rng(0)
LSTM = Architecture({"lstm_0": {"cell": "LSTM"}})


def snapshot(units: int, features: int = 2, scale: float = 0.6) -> dict[str, np.ndarray]:
    shapes = {
        "lstm_0/kernel": (features, 4 * units),
        "lstm_0/recurrent_kernel": (units, 4 * units),
        "lstm_0/bias": (4 * units,),
        "head/kernel": (units, 1),
        "head/bias": (1,),
    }
    return {n: draw.normal(0, scale, s).astype(np.float32) for n, s in shapes.items()}


@pytest.mark.parametrize("scale", [0.3, 3.0])
def test_a_frame_holds_every_gate_and_state(scale: float) -> None:
    network = stack(snapshot(5, scale=scale), LSTM)
    x = draw.normal(size=(9, 2)).astype(np.float32)
    run = forward.run(network, x[None])["lstm_0"]
    (made,) = frames.frames([network], "lstm_0", x)
    maps = np.frombuffer(zlib.decompress(made.data), np.uint8).reshape(6, 5, 9)
    assert made.names == tuple(run)
    for name, reach, data in zip(made.names, made.reach, maps, strict=True):
        assert (reach == 0) == name.endswith("_gate")
        span = 1 if reach == 0 else 2 * reach
        found = frames.restore(data, reach)
        np.testing.assert_allclose(found, run[name][0].T, atol=span / 510 + 1e-6)
    peak = np.abs(run.cell).max()
    assert made.reach[4] >= max(peak, 1)
    assert made.reach[4] <= max(1, peak + 0.1)
    np.testing.assert_allclose(made.output[-1], forward.answer(network, x[None])[0], rtol=1e-5)


def test_a_gate_that_may_leave_0_to_1_gets_the_other_scale() -> None:
    network = stack(
        snapshot(4, scale=2),
        Architecture({"lstm_0": {"cell": "LSTM", "recurrent_activation": "relu"}}),
    )
    (made,) = frames.frames([network], "lstm_0", draw.normal(size=(6, 2)).astype(np.float32))
    assert made.reach[0] > 1


def test_long_and_wide_is_averaged_and_thinned() -> None:
    values = draw.normal(size=(600, 300))
    found = frames.shown(values)
    assert (frames.block(600), frames.stride(300)) == (3, 3)
    assert found.shape == (100, 200)
    np.testing.assert_allclose(found[2, 1], values[3:6, 6].mean())
    uneven = frames.shown(values[:, :1][:259])  # blocks of 2, the last one of 1
    np.testing.assert_allclose(uneven[0, -1], values[258, 0])


def test_thinning_keeps_both_ends_and_moves_little_when_a_run_grows() -> None:
    assert frames.thinned([], 5) == []
    assert frames.thinned([0], 1) == [0]
    assert frames.thinned([0, 1, 2, 3], 4) == [0, 1, 2, 3]
    assert frames.thinned(list(range(10)), 6) == [0, 2, 4, 6, 8, 9]
    for count in range(2, 60):
        now = frames.thinned(list(range(count)), 8)
        assert len(now) <= 8
        assert (now[0], now[-1]) == (0, count - 1)
        before = frames.thinned(list(range(count - 1)), 8)
        assert len(set(before[:-1]) - set(now)) <= len(before) // 2


def test_orders_of_the_units() -> None:
    network = stack(snapshot(6), LSTM)
    hidden = forward.run(network, draw.normal(size=(1, 40, 2)))["lstm_0"].hidden[0]
    assert (np.diff(hidden.std(axis=0)[frames.by_movement(hidden)]) <= 0).all()
    course = np.sin(np.arange(40) / 3)
    twins = np.stack([course, -course, 2 * course, np.zeros(40), -3 * course], axis=1)
    courses = np.column_stack([twins, np.cos(np.arange(40) / 3)])
    found = frames.by_similarity(courses).tolist()
    assert sorted(found) == list(range(6))
    assert abs(found.index(0) - found.index(2)) == 1
    assert abs(found.index(1) - found.index(4)) == 1


def test_is_quick_for_200_steps_of_64_units() -> None:
    """Some 10 ms; the promise is 150."""
    network = stack(snapshot(64, features=8), LSTM)
    x = draw.normal(size=(200, 8)).astype(np.float32)
    within_cpu_seconds(0.15, lambda: frames.frames([network], "lstm_0", x))
