"""What a search tries next, when it gives a run up, and what mattered. Optuna does the thinking.

All of it is worked out anew from the trials so far, so that a search has no state of its own and
goes on after a restart as if nothing had been.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seqlab.comparison.knobs import Knob

if TYPE_CHECKING:  # Optuna takes a third of a second: it is loaded with the first search
    import optuna
    from optuna.distributions import BaseDistribution

AT_RANDOM = 8  # trials before the sampler looks at what came out
FEWEST = 5  # whole trials before a run is given up, and before importance says anything
WARM_UP = 0.25  # of the epochs that every run gets


@dataclass(frozen=True)
class Trial:
    """One try of a search.

    Attributes:
        number: 0 is the starting point.
        values: of the knobs, by name.
        curve: its val_loss at each epoch so far.
        status: of its run; "finished" and "diverged" ended by themselves, "stopped" was given up.
        seconds: of its training.
        run: its id in the run store, or "".
    """

    number: int
    values: Mapping[str, Any]
    curve: Sequence[float] | NDArray[np.float64] = field(default=())
    status: str = "running"
    seconds: float = 0.0
    run: str = ""

    @property
    def best(self) -> float:
        """The lowest val_loss; infinite without one, and for a run that diverged."""
        losses = np.asarray(self.curve, np.float64)
        if self.status in ("diverged", "failed") or not np.isfinite(losses).any():
            return float("inf")
        return float(np.nanmin(losses))


def propose(
    knobs: Sequence[Knob], past: Sequence[Trial], seed: int, refused: int = 0
) -> dict[str, Any]:
    """The values to try next: at random at first, then by the tree-structured Parzen estimator.

    Args:
        knobs: what may be turned.
        past: all trials so far, those that still train too.
        seed: of the search; the same trials and the same seed give the same proposal.
        refused: how many proposals after these trials could not be trained; then it is another.

    Example:
        >>> propose([Knob("units", (8, 16))], [], seed=0)["units"] in (8, 16)
        True
    """
    # Added up, two seeds would give the same draws in another order.
    draw = np.random.SeedSequence((seed, len(past), refused)).generate_state(1)
    study = _study(knobs, past, int(draw[0]))
    return dict(study.ask(_distributions(knobs)).params)


def hopeless(past: Sequence[Trial], now: Trial, epochs: int) -> bool:
    """Whether a run that trains shall be given up: its best is worse than the median of others.

    The rule is that of Optuna's `MedianPruner`, without its objects, since it is asked at each
    epoch: compared are the lowest losses until the same epoch, with the whole trials.

    Args:
        past: as for `propose`.
        now: the run; the starting point is never given up, for it is compared with.
        epochs: that a run has, of which all get the first quarter.

    Example:
        >>> past = [Trial(i, {}, [1.0, 0.5, 0.4, 0.3], "finished") for i in range(5)]
        >>> hopeless(past, Trial(5, {}, [1.0, 0.9]), epochs=4)
        True
    """
    reached = len(now.curve)
    whole = [t for t in past if t.status == "finished" and np.isfinite(t.best)]
    if now.number == 0 or len(whole) < FEWEST or reached < max(1, round(WARM_UP * epochs)):
        return False
    others = [np.nanmin(trial.curve[:reached]) for trial in whole]
    lowest = np.asarray(now.curve, np.float64)
    if np.isnan(lowest).all():
        return True
    return bool(np.nanmin(lowest) > np.median(others))


def importance(knobs: Sequence[Knob], past: Sequence[Trial]) -> dict[str, float]:
    """The share of each knob in what made the good trials good (PED-ANOVA), the largest first.

    Watanabe et al. (2023), "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in
    Arbitrary Subspaces". Empty of fewer than five whole trials.
    """
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    from optuna.trial import TrialState

    study = _study(knobs, past, 0)
    whole = study.get_trials(states=(TrialState.COMPLETE,))
    if len(whole) < FEWEST or len({trial.value for trial in whole}) < 2:
        return {}
    importances = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
    total = sum(importances.values())
    return {name: share / total for name, share in importances.items()} if total > 0 else {}


def best_of(past: Sequence[Trial]) -> Trial | None:
    """The whole trial with the lowest val_loss; `None` before there is one."""
    whole = [trial for trial in past if trial.status == "finished" and np.isfinite(trial.best)]
    return min(whole, key=lambda trial: trial.best, default=None)


def _study(knobs: Sequence[Knob], past: Sequence[Trial], seed: int) -> optuna.Study:
    """The trials as Optuna knows them; those that still train are left out."""
    import optuna
    from optuna.samplers import TPESampler
    from optuna.trial import TrialState, create_trial

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = _distributions(knobs)
    study = optuna.create_study(sampler=TPESampler(n_startup_trials=AT_RANDOM, seed=seed))
    for trial in past:
        if not all(knob.holds(trial.values.get(knob.name)) for knob in knobs):
            continue  # the starting point may lie outside of what is searched
        state = {"finished": TrialState.COMPLETE, "stopped": TrialState.PRUNED}.get(trial.status)
        if state is TrialState.COMPLETE and not np.isfinite(trial.best):
            state = TrialState.FAIL
        if state is None or (state is TrialState.PRUNED and not len(trial.curve)):
            continue
        given_up = state is TrialState.PRUNED  # Optuna looks how far these came, and how low
        lowest = float(np.nan_to_num(trial.curve, nan=np.inf).min()) if given_up else 0.0
        study.add_trial(
            create_trial(
                state=state,
                value=trial.best if state is TrialState.COMPLETE else None,
                params=dict(trial.values),
                distributions=distributions,
                intermediate_values={len(trial.curve): lowest} if given_up else None,
            )
        )
    return study


def _distributions(knobs: Sequence[Knob]) -> dict[str, BaseDistribution]:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    distributions: dict[str, BaseDistribution] = {}
    for knob in knobs:
        if knob.choices:
            distributions[knob.name] = CategoricalDistribution(knob.choices)
        elif knob.whole:
            distributions[knob.name] = IntDistribution(int(knob.low), int(knob.high))
        else:
            distributions[knob.name] = FloatDistribution(knob.low, knob.high, log=knob.logarithmic)
    return distributions
