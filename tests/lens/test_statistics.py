"""Against NumPy's own functions and numbers that can be worked out by hand."""

import numpy as np
import pytest

from seqlab.lens import statistics
from seqlab.lens.hidden_trajectory import principal_path

draw = np.random.default_rng(0)


def test_saturation_counts_the_steps_that_count() -> None:
    gate = np.array([[[0.05, 0.95], [0.5, 0.95], [0.05, 0.95], [0.95, 0.0]]])
    found = statistics.saturation(gate)
    np.testing.assert_allclose(found.shut, [0.5, 0.25])
    np.testing.assert_allclose(found.open, [0.25, 0.75])
    found = statistics.saturation(gate, np.array([[True, True, True, False]]))
    np.testing.assert_allclose(found.shut, [2 / 3, 0])


@pytest.mark.parametrize(
    ("bias", "steps"), [(0, 1.0), (1, 2.213), (3, 14.27), (5, 103.2), (-2, 0.326)]
)
def test_half_life_of_a_constant_forget_gate(bias: float, steps: float) -> None:
    """ln .5 / ln sigma(b)."""
    gate = np.full((2, 7, 3), 1 / (1 + np.exp(-float(bias))))
    np.testing.assert_allclose(statistics.half_life(gate), steps, rtol=1e-3)


def test_half_life_of_a_changing_gate_halves_what_is_held() -> None:
    gate = draw.uniform(0.2, 1, (1, 500, 1))
    kept = np.cumprod(gate[0, :, 0])
    rate = statistics.half_life(gate)[0]
    assert np.log2(kept[-1]) == pytest.approx(-500 / rate, rel=1e-9)
    assert statistics.half_life(np.ones((1, 4, 1)))[0] == np.inf
    assert statistics.half_life(np.zeros((1, 4, 1)))[0] == 0


def test_dead_and_equal_units() -> None:
    course = draw.normal(size=(3, 20))
    hidden = np.stack([course, -2 * course, draw.normal(size=(3, 20)), 0 * course + 0.3], axis=-1)
    assert statistics.dead(hidden).tolist() == [3]
    ((a, b, likeness),) = statistics.equal(hidden)
    assert (a, b) == (0, 1)
    assert likeness == pytest.approx(-1)


def test_correlation_equals_numpy() -> None:
    a, b = draw.normal(size=(50, 3)), draw.normal(size=(50, 2))
    expected = np.corrcoef(a.T, b.T)[:3, 3:]
    np.testing.assert_allclose(statistics.correlation(a, b), expected, rtol=1e-12)
    assert not statistics.correlation(a, np.full((50, 1), 0.1)).any()


def test_a_unit_that_follows_an_input() -> None:
    signal, mask = draw.normal(size=(4, 30)), np.ones((4, 30), bool)
    mask[:, 20:] = False
    hidden = np.stack([np.where(mask, 3 * signal + 1, 99), draw.normal(size=(4, 30))], axis=-1)
    names, found = statistics.follows(hidden, {"x": signal, "noise": signal[::-1]}, mask)
    assert names == ["x", "noise"]
    assert found[0, 0] == pytest.approx(1)
    assert abs(found[1]).max() < 0.5


def test_spectral_radius() -> None:
    q = np.linalg.qr(draw.normal(size=(6, 6)))[0]
    assert statistics.spectral_radius(0.7 * q) == pytest.approx(0.7)
    assert statistics.spectral_radius(np.array([[0.0, 5.0], [0.0, 0.0]])) == pytest.approx(0)


def test_principal_path_equals_the_eigenvectors_of_the_covariance() -> None:
    hidden = draw.normal(size=(4, 25, 5)) * np.array([5, 3, 1, 0.5, 0.1])
    mask = np.arange(25) < np.array([25, 20, 25, 25])[:, None]
    path = principal_path(hidden, 2, mask)
    rows = hidden[mask]
    values, vectors = np.linalg.eigh(np.cov(rows.T))
    np.testing.assert_allclose(path.explained, (values / values.sum())[:-3:-1])
    expected = (rows - rows.mean(axis=0)) @ vectors[:, :-3:-1]
    np.testing.assert_allclose(np.abs(path.points[mask]), np.abs(expected), atol=1e-9)
    assert np.isnan(path.points[1, 20:]).all()
    assert principal_path(np.ones((1, 4, 3))).explained.tolist() == [0, 0, 0]
