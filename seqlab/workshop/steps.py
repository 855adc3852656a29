"""One next step for a learner, worked out from where they stand."""

from __future__ import annotations

from seqlab.workshop.lesson import Page
from seqlab.workshop.numbers import number
from seqlab.workshop.phrases import Language, say
from seqlab.workshop.rules import RESULTS, Comparison, Condition, Situation, matching_runs

STUCK = 60.0  # seconds without an action, after which the step is said


def next_step(page: Page, now: Situation, language: Language = "en") -> str | None:
    """What to do next, in one sentence, or `None` when the page is complete.

    Args:
        page: of the lesson.
        now: where the learner stands.
        language: of the sentence.
    """
    if page.question is not None and now.answer is None:
        return say("answer", language)
    for condition in page.conditions:
        if not condition.met(now):
            return _step(condition, now, language)
    return None


def _step(condition: Condition, now: Situation, language: Language) -> str:
    match condition.kind:
        case "run":
            return _run_step(condition, now, language)
        case "setting":
            return _set(condition.comparisons, now, language)
        case "moved":
            return say("move", language, name=_name(condition.word, language))
        case "player":
            (first, *_) = condition.comparisons
            phrase = "player_at" if first.sign == "==" else "player"
            sign = say(first.sign, language)
            return say(phrase, language, sign=sign, value=number("epoch", first.value))
        case "finding":
            return say("break", language)
        case "no error":
            return say("mend", language)


def _run_step(condition: Condition, now: Situation, language: Language) -> str:
    """Settings first, then Train, then patience, then another try."""
    if condition.count > 1:
        done = len(matching_runs(condition, now.runs))
        return say("several", language, done=done, count=condition.count)
    fitting = [run for run in now.runs if _with_settings(condition, run.settings.get)]
    if any(run.status in ("queued", "running", "paused") for run in fitting):
        return say("wait", language)
    if not _with_settings(condition, now.settings.get):
        return _set(condition.comparisons, now, language)
    if now.has_error:
        return say("mend", language)
    if not any(run.ended for run in fitting):
        return say("train", language)
    wanted = [each for each in condition.comparisons if each.name in RESULTS]
    if not wanted:
        return say("diverge" if condition.word == "diverged" else "train", language)
    what = say("and", language).join(_words(each) for each in wanted)
    return say("again", language, what=what)


def _with_settings(condition: Condition, known: object) -> bool:
    return all(
        each.holds(known)  # type: ignore[arg-type]
        for each in condition.comparisons
        if each.name not in RESULTS
    )


def _set(comparisons: tuple[Comparison, ...], now: Situation, language: Language) -> str:
    open_ones = [
        each
        for each in comparisons
        if each.name not in RESULTS and not each.holds(now.settings.get)
    ]
    parts = [
        " ".join(
            say(
                "set_one",
                language,
                name=_name(each.name, language),
                sign=say(each.sign, language),
                value=f"`{number(each.name, each.value)}`",
            ).split()
        )
        for each in open_ones
    ]
    return say("set", language, what=say("and", language).join(parts))


def _words(comparison: Comparison) -> str:
    return f"`{comparison.name} {comparison.sign} {number(comparison.name, comparison.value)}`"


def _name(key: str, language: Language) -> str:
    """`units_0` -> "`units` of layer 1"."""
    name, _, layer = key.rpartition("_")
    if name and layer.isdigit() and not key.startswith("beta_"):
        return say("of_layer", language, name=name, layer=int(layer) + 1)
    return f"`{key}`"
