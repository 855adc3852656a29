"""Rolling forecasts against a walk row by row."""

import numpy as np
import pytest

from seqlab.forecasting.carry import carried, forward, given
from seqlab.forecasting.roll import Reach, roll


def network(block):
    """Some function of the window, which tells its rows and columns apart."""

    def answer(x):
        weights = np.cos(np.arange(x.shape[1] * x.shape[2])).reshape(x.shape[1:])
        total = np.tanh((x * weights).sum(axis=(1, 2)))
        return total[:, None] * np.linspace(1, 2, block) + 0.1 * x[:, -1, :1]

    return answer


def reading(block, inputs):
    """That function, of the rows that `roll` gives."""
    return lambda rows, part: network(block)(rows[..., inputs])


def slowly(reach, known, ahead, inputs):
    """One origin and one row at a time: the newest window of known rows that reaches the row, or
    the first window of forecasts that does."""
    block = 1 if reach.stepwise else reach.block
    steps = ahead.shape[1]
    found = np.empty((len(known), steps))
    for n in range(len(known)):
        rows = np.concatenate([known[n], ahead[n]])
        for row in range(steps):
            ends = [row - reach.lead - i for i in range(block)]  # that reach the row
            if min(ends) <= -1:
                end = max(end for end in ends if end <= -1)
            elif reach.stepwise:
                end = ends[0]
            else:
                end = next(e for e in sorted(ends) if (e + 1) % block == 0)
            last = reach.back + end
            window = rows[last - reach.window + 1 : last + 1][:, inputs]
            answer = network(reach.block)(window[None])[0]
            found[n, row] = answer[row - end - reach.lead]
            rows[reach.back + row, 0] = found[n, row]
    return found


@pytest.mark.parametrize("lead", [1, 2, 5])
@pytest.mark.parametrize("block", [1, 3])
@pytest.mark.parametrize("stepwise", [False, True])
@pytest.mark.parametrize("inputs", [[0], [1], [0, 1, 2]])
def test_every_row_is_forecast_from_the_newest_window_that_reaches_it(
    lead, block, stepwise, inputs
):
    reach = Reach(4, lead, block, stepwise)
    draw = np.random.default_rng(lead)
    known, ahead = draw.normal(size=(5, reach.back, 3)), draw.normal(size=(5, 11, 3))
    ahead[..., 0] = np.nan
    found = roll(reading(block, inputs), reach, known, ahead)
    np.testing.assert_allclose(found, slowly(reach, known, ahead, inputs), rtol=1e-5)


def test_rows_in_front_of_a_window_are_given_as_well():
    draw = np.random.default_rng(3)
    known, ahead = draw.normal(size=(2, 9, 1)), np.full((2, 6, 1), np.nan)
    seen = []

    def differences(rows, part):
        seen.append((rows.shape[1], part.start))
        return network(1)(np.diff(rows, axis=1))

    found = roll(differences, Reach(4, history=1), known[:, -5:], ahead)
    assert set(seen) == {(5, 0)}
    rows = known
    for _ in range(6):
        answer = network(1)(np.diff(rows, axis=1)[:, -4:])
        rows = np.concatenate([rows, answer[:, None]], axis=1)
    np.testing.assert_allclose(found, rows[:, 9:, 0])


def test_direct_rows_read_no_forecast():
    for reach in (Reach(4), Reach(4, 3), Reach(4, 1, 5), Reach(4, 3, 5), Reach(4, 2, 5, True)):
        ends = {row: end for end, rows in reach.windows(20).items() for row in rows}
        assert [row for row in range(20) if ends[row] <= -1] == list(range(reach.direct))


def test_many_origins_are_forecast_in_parts_as_one_by_one():
    reach, draw = Reach(3), np.random.default_rng(0)
    known, ahead = draw.normal(size=(600, 3, 1)), np.full((600, 4, 1), np.nan)
    whole = roll(reading(1, [0]), reach, known, ahead)
    one = roll(reading(1, [0]), reach, known[555:556], ahead[555:556])
    np.testing.assert_allclose(whole[555], one[0], rtol=1e-6)


def test_columns_are_carried_by_their_rule():
    column = np.arange(10.0)
    origins, firsts = np.array([6, 9]), np.array([0, 8])
    last = carried(column, origins, firsts, 4, "last value", 3)
    assert last.tolist() == [[5] * 4, [8] * 4]
    season = carried(column, origins, firsts, 4, "seasonal naive", 3)
    assert season[0].tolist() == [3, 4, 5, 3]
    assert season[1].tolist() == [8, 8, 8, 8]  # its series begins at row 8
    known = given(column, origins, np.array([9, 9]), 4)
    assert known.tolist() == [[6, 7, 8, 8], [8, 8, 8, 8]]
    gap = forward(np.array([[np.nan, 2, np.nan]]), np.array([1.0]))
    assert gap.tolist() == [[1, 2, 2]]
