"""Sentences about forecasts say what is in their numbers."""

import numpy as np
import pandas as pd

from seqlab.experiment import Data, Experiment
from seqlab.forecasting.conformal import Coverage
from seqlab.forecasting.future import look_ahead
from seqlab.forecasting.walk_forward import Backtest
from seqlab.forecasting.words import (
    about_answers,
    about_carried,
    about_coverage,
    about_folds,
    about_future,
    about_sign,
    about_way,
)
from seqlab.inspection.baselines import standing
from tests.forecasting.helpers import made


def test_coverage_is_judged_only_where_luck_does_not_explain_it():
    said = about_coverage(Coverage(62, 57, 62, 0.9), 1)
    assert said == "On 62 earlier forecasts the 90 % band held 57 (92 %): about as promised."
    few = about_coverage(Coverage(20, 16, 20, 0.9), 1)
    assert "chance may do that" in few  # 80 % of 20: within luck
    assert about_coverage(Coverage(50, 45, 50, 0.9), 1).endswith("(90 %): as promised.")
    many = about_coverage(Coverage(2000, 1600, 400, 0.9), 5)
    assert "1 to 5 rows ahead from 400 earlier rows" in many
    assert "less often than promised" in many
    assert "more often than promised" in about_coverage(Coverage(2000, 1990, 400, 0.9), 1)
    assert about_coverage(Coverage(0, 0, 0, 0.9), 1) == ""


def test_bands_that_miss_in_few_folds_are_judged_by_the_folds_and_not_by_their_values():
    def said(*held):
        folds = len(held)
        frame = {"fold": np.repeat(np.arange(1, folds + 1), 10), "step": 1, "low": 0.0, "high": 1.0}
        truth = np.concatenate([np.where(np.arange(10) < each, 0.5, 2.0) for each in held])
        found = Backtest(frame | {"time": np.arange(10 * folds), "truth": truth})
        found.coverage = sum(held) / (10 * folds)
        return about_folds(found, folds, 0.9)

    few = said(3, 10, 10, 10, 3)
    assert "held 36 of 50 values (72%). The others lie in folds 1, 5 of 5: values of one" in few
    assert "5 folds do not tell this from 90%" in few
    assert "less often than promised" in said(*[5] * 10)
    assert said(9, 9, 9).endswith("held 27 of 30 values (90%).")


def test_the_future_is_told_with_its_times_and_its_way():
    result = made(Data(window=11))
    future = look_ahead(result.experiment, result.dataset, result.network, 3)
    table = future.table
    said = about_future(future)
    assert said.startswith(f"The next 3 rows, 2009 to 2011: sunspots {table['forecast'][0]:.4g} (")
    assert f"{table['low'][2]:.4g} to {table['high'][2]:.4g}) at the end." in said
    assert "reads its own forecasts from the second on" in about_way(future)
    assert about_carried(future) == ""
    one = look_ahead(result.experiment, result.dataset, result.network, 1)
    assert about_future(one).startswith("The next row, 2009: sunspots")
    assert "from known values alone" in about_way(one)


def test_answers_to_a_new_file_say_their_error_and_what_is_only_read():
    dataset = made(Data(window=11, horizon=2)).dataset
    table = pd.DataFrame({"answer": [1.0, 2.0, 5.0], "truth": [1.0, 4.0, np.nan]})
    read, error = about_answers(table, dataset)
    assert "The first 12 rows of a series are only read" in read
    assert error == f"RMSE {np.sqrt(2):.4g} over 2 answers with a known truth."
    assert about_answers(table.drop(columns="truth"), dataset) == [read]


def test_a_forecast_below_zero_of_what_never_was_is_told():
    result = made(Data(window=11))
    future = look_ahead(result.experiment, result.dataset, result.network, 11)
    known = result.dataset.values[:, 0]
    future.table["low"] = -1.0
    assert "No known value of sunspots is below 0" in about_sign(future, known)
    assert about_sign(future, known - 500) == ""
    future.table[["forecast", "low"]] = 1.0
    assert about_sign(future, known) == ""


def test_a_network_that_a_rule_beats_is_told_so():
    dataset = made(Data(window=11)).dataset
    name, rule = dataset.best_baseline()
    better, worse = (standing(Experiment(), dataset, rule.loss * factor) for factor in (0.5, 2))
    assert f"50% below {name}" in better[0]
    assert not better[1]
    assert worse[0].endswith("This rule without a network forecasts better.")
    assert worse[1]
    assert standing(Experiment(), dataset, np.nan) == ("", False)
