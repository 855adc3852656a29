"""Texts as integers: words or characters, vocabularies, and the data sets made from them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqlab.data import memory_budget
from seqlab.data.dataset import VALIDATION_SHARE, Baseline, DataError, Dataset, Goal
from seqlab.data.scaling import Scaling
from seqlab.data.sequence_baselines import majority
from seqlab.data.sequences import Ints, classes_of, numbered, parts
from seqlab.experiment import Data

Unit = Literal["word", "character"]
Tokens = NDArray[Any]  # int32

PADDING, UNKNOWN, END = "", "[UNK]", "[END]"  # index 0, 1 and, in a target text, 2
MOST_SYMBOLS = 5000  # rarer words or characters are UNKNOWN
LONGEST = 200  # words or characters of one text
MOST_WINDOWS = 20_000  # sequences cut from one corpus
_LONG_SENTENCE = 60  # characters, on average, from which pairs are cut into words
_A_SENTENCE = 2.5  # words on average; fewer are names, whose letters tell more
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # written without blanks
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:['’][^\W{_CJK}]+)*|[^\w\s]")


def tokenise(text: str, unit: Unit) -> list[str]:
    """`"Don't stop!"` -> `["don't", "stop", "!"]`, or its characters."""
    return list(text) if unit == "character" else _WORD.findall(text.casefold())


def vocabulary(
    texts: Iterable[Sequence[str]], special: Sequence[str] = (PADDING, UNKNOWN)
) -> tuple[str, ...]:
    """The special symbols, then the most frequent tokens, frequent ones first."""
    counts = Counter(chain.from_iterable(texts))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    left = MOST_SYMBOLS - len(special)
    return (*special, *[token for token, _ in ranked if token not in special][:left])


def encode(texts: Sequence[Sequence[str]], symbols: Sequence[str]) -> tuple[Tokens, Ints]:
    """Tokens -> indices (n, longest) into `symbols`, 0 for padding on the right; the lengths."""
    place = {symbol: i for i, symbol in enumerate(symbols)}
    unknown = place[UNKNOWN]
    lengths = np.array([len(text) for text in texts], np.int64)
    memory_budget.check_padding(lengths)
    ids = np.zeros((len(texts), max(1, int(lengths.max()))), np.int32)
    for i, text in enumerate(texts):
        ids[i, : len(text)] = [place.get(token, unknown) for token in text]
    return ids, lengths


def decode(ids: Iterable[int], symbols: Sequence[str], unit: Unit = "character") -> str:
    """Indices -> text, up to the first padding or END.

    Args:
        ids: indices of symbols.
        symbols: the vocabulary.
        unit: words are joined by blanks, characters by nothing.
    """
    written: list[str] = []
    for symbol in (symbols[i] for i in ids):
        if symbol in (PADDING, END):
            break
        written.append("�" if symbol == UNKNOWN else symbol)
    return ("" if unit == "character" else " ").join(written)


def _two_parts(
    groups: Ints, data: Data, classes: NDArray[np.integer] | None = None
) -> tuple[Ints, Ints]:
    """Training and validation indices; texts have no test part."""
    drawn = parts(groups, data.model_copy(update={"test_share": 0.0}), classes)
    return drawn.train, drawn.validation


def classified(
    texts: Sequence[str],
    labels: Sequence[str],
    target: str,
    data: Data,
    notes: tuple[str, ...] = (),
    unit: Unit | None = None,
) -> Dataset:
    """Texts with a class each. Equal texts stay in one part.

    Args:
        texts, labels: the texts and their classes.
        target: the name of what the labels say.
        data: how the validation part is drawn, and how long a text may be.
        notes: kept as the dataset's notes.
        unit: "word" or "character"; `None` takes characters for names and other single words.

    Raises:
        DataError: if there are fewer than two different texts or classes.
    """
    names, y = classes_of(labels)
    if len(names) < 2:
        raise DataError(f"All texts have the same {target}: there is nothing to tell apart.")
    if unit is None:
        words = sum(len(text.split()) for text in texts) / len(texts)
        alphabetic = not re.search(f"[{_CJK}]", "".join(texts[:100]))
        unit = "character" if words < _A_SENTENCE and alphabetic else "word"
    tokens, cut_notes = _cut([tokenise(text, unit) for text in texts], data.longest, f"{unit}s")
    groups = numbered(texts)
    train, validation = _two_parts(groups, data, y)
    symbols = vocabulary(tokens[i] for i in train)
    x, lengths = encode(tokens, symbols)
    return _tokens(
        x,
        y,
        lengths,
        (train, validation),
        unit,
        target,
        {"majority class": majority(y[train], y[validation], names)},
        Goal("class", "end", names),
        symbols,
        (*notes, *cut_notes, *_strange(x, lengths, validation, f"{unit}s")),
        groups=groups,
    )


def translated(
    sources: Sequence[str],
    targets: Sequence[str],
    target: str,
    data: Data,
    notes: tuple[str, ...] = (),
    unit: Unit | None = None,
) -> Dataset:
    """Pairs of texts; equal sources stay in one part.

    A target text ends in END; `y_weights` is 0 behind that.

    Args:
        sources, targets: the pairs.
        target: what the second text is called.
        data: how the validation part is drawn, and how long a source may be.
        notes: kept as the dataset's notes.
        unit: "word" or "character"; `None` takes characters for short texts.

    Raises:
        DataError: if there are fewer than two different sources.
    """
    if unit is None:
        size = sum(map(len, (*sources, *targets))) / max(1, 2 * len(sources))
        unit = "word" if size > _LONG_SENTENCE else "character"
    read, source_notes = _cut([tokenise(text, unit) for text in sources], data.longest, f"{unit}s")
    written, target_notes = _cut([tokenise(text, unit) for text in targets], None, f"{unit}s")
    train, validation = _two_parts(numbered(sources), data)
    symbols = vocabulary(read[i] for i in train)
    classes = vocabulary((written[i] for i in train), (PADDING, UNKNOWN, END))
    x, lengths = encode(read, symbols)
    y, steps = encode([[*tokens, END] for tokens in written], classes)
    weights = (np.arange(y.shape[1]) < steps[:, None]).astype(np.float32)
    return _tokens(
        x,
        y,
        lengths,
        (train, validation),
        unit,
        target,
        {"symbol frequencies": frequencies(y, weights, train, validation, len(classes))},
        Goal("class", "sequence", classes),
        symbols,
        (*notes, f"The texts were cut into {unit}s.", *source_notes, *target_notes),
        weights,
    )


def continued(
    corpus: str, window: int, notes: tuple[str, ...] = (), name: str = "next character"
) -> Dataset:
    """A running text, cut into windows one after the other; the target is the next character.

    The last fifth of the text is the validation part, and its characters are not seen before:
    the vocabulary comes from the training part alone.

    Args:
        corpus: the text.
        window: characters of one sequence.
        notes: kept as the dataset's notes.
        name: the target's name.

    Raises:
        DataError: if the text is too short for the window.
    """
    split = int(len(corpus) * (1 - VALIDATION_SHARE))
    longest = min(split, len(corpus) - split) - 1
    if longest < 1:
        raise DataError(f"The text has {len(corpus):,} characters: too few to learn from.")
    if window > longest:
        raise DataError(
            f"The text has {len(corpus):,} characters, the last {len(corpus) - split:,} for "
            f"validation. A window of {window:,} does not fit; the longest is {longest:,}.",
            "window",
            longest,
        )
    symbols = vocabulary([corpus[:split]])
    place = {symbol: i for i, symbol in enumerate(symbols)}
    ids = np.array([place.get(c, 1) for c in corpus], np.int32)
    first = np.arange(0, split - window, window)
    second = np.arange(split, len(corpus) - window, window)
    count = len(first) + len(second)
    if count > MOST_WINDOWS:
        keep = MOST_WINDOWS / count
        first, second = (s[: max(1, int(len(s) * keep))] for s in (first, second))
        used = (len(first) + len(second)) * window
        notes = (
            *notes,
            f"{used:,} of {len(corpus):,} characters are used: at most {MOST_WINDOWS:,} windows, "
            "from the beginning of each part.",
        )
    starts = np.concatenate([first, second])
    at = starts[:, None] + np.arange(window)
    x, y = ids[at], ids[at + 1]
    train, validation = np.arange(len(first)), np.arange(len(first), len(starts))
    weights = np.ones(y.shape, np.float32)
    return _tokens(
        x,
        y,
        np.full(len(starts), window, np.int64),
        (train, validation),
        "character",
        name,
        {
            "pairs of characters": bigrams(x, y, train, validation, len(symbols)),
            "symbol frequencies": frequencies(y, weights, train, validation, len(symbols)),
        },
        Goal("class", "every step", symbols),
        symbols,
        notes,
        starts=starts,
    )


def frequencies(
    y: Tokens, weights: NDArray[np.float32], train: Ints, validation: Ints, symbols: int
) -> Baseline:
    """How often each symbol is the target in the training part, each counted once more.

    Args:
        y, weights: (sequences, timesteps).
        train, validation: indices of sequences.
        symbols: how many there are.
    """
    counts = np.bincount(y[train][weights[train] > 0], minlength=symbols) + 1.0
    truth = y[validation][weights[validation] > 0]
    return Baseline(
        loss=float(-np.log(counts[truth] / counts.sum()).mean()),
        rmse=float("nan"),
        rule="the frequency of each symbol in the training part",
        prediction=None,
        accuracy=float((truth == counts.argmax()).mean()),
    )


def bigrams(x: Tokens, y: Tokens, train: Ints, validation: Ints, symbols: int) -> Baseline:
    """How often one symbol follows another in the training part, each counted once more.

    Args:
        x, y: (sequences, timesteps).
        train, validation: indices of sequences.
        symbols: how many there are.
    """
    seen = np.ravel(x[train]).astype(np.int64) * symbols + np.ravel(y[train])
    pairs, counts = np.unique(seen, return_counts=True)
    before = np.bincount(np.ravel(x[train]), minlength=symbols)
    asked, truth = np.ravel(x[validation]), np.ravel(y[validation])
    wanted = asked.astype(np.int64) * symbols + truth
    at = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
    times = np.where(pairs[at] == wanted, counts[at], 0)
    best = np.zeros(symbols, np.int64)  # the most frequent successor of each symbol
    by_count = np.argsort(counts, kind="stable")
    best[pairs[by_count] // symbols] = pairs[by_count] % symbols
    return Baseline(
        loss=float(-np.log((times + 1) / (before[asked] + symbols)).mean()),
        rmse=float("nan"),
        rule="how often each character follows the one before it in the training part",
        prediction=None,
        accuracy=float((best[asked] == truth).mean()),
    )


def _cut(
    texts: list[list[str]], longest: int | None, what: str
) -> tuple[list[list[str]], tuple[str, ...]]:
    """Texts of at most so many tokens, by default `LONGEST`, and a word about the others."""
    most = longest or LONGEST
    long = sum(len(tokens) > most for tokens in texts)
    if not long:
        return texts, ()
    return [tokens[:most] for tokens in texts], (
        f"{long:,} {'text was' if long == 1 else 'texts were'} cut after {most:,} {what}.",
    )


def _strange(x: Tokens, lengths: Ints, validation: Ints, what: str) -> tuple[str, ...]:
    """How much of the validation part is not in the vocabulary."""
    unknown = int((x[validation] == 1).sum())
    if not unknown:
        return ()
    share = unknown / max(1, int(lengths[validation].sum()))
    if share < 0.001:
        return (f"{unknown:,} {what} of the validation part do not occur in the training part.",)
    return (f"{share:.1%} of the {what} of the validation part do not occur in the training part.",)


def _tokens(
    x: Tokens,
    y: Tokens,
    lengths: Ints,
    split: tuple[Ints, Ints],
    unit: Unit,
    target: str,
    baselines: dict[str, Baseline],
    goal: Goal,
    symbols: tuple[str, ...],
    notes: tuple[str, ...],
    weights: NDArray[np.float32] | None = None,
    starts: Ints | None = None,
    groups: Ints | None = None,
) -> Dataset:
    return Dataset(
        x=x,
        y=y,
        lengths=lengths,
        train=split[0],
        validation=split[1],
        test=np.empty(0, np.int64),
        names=(unit,),
        target=target,
        input_scaling=Scaling.identity(1),
        target_scaling=Scaling.identity(1),
        baselines=baselines,
        starts=starts,
        notes=notes,
        goal=goal,
        vocabulary=symbols,
        y_weights=weights,
        groups=groups,
    )
