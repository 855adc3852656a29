"""What a network says to new texts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from seqlab.data.dataset import DataError, Dataset
from seqlab.data.upload import Table
from seqlab.forecasting.matching import Answers, answer_columns, kind_of
from seqlab.inspection.networks import output_of
from seqlab.inspection.typed_text import batch_of, can_read, read
from seqlab.lens.generate import predict as answers_of
from seqlab.lens.stack import Stack

MOST_TEXTS = 5000


def answer_texts(
    dataset: Dataset, network: Stack, table: Table, most: int | None = None
) -> Answers:
    """A class or a text for each text; errors as for `predict`.

    Args:
        dataset: what the network was trained on.
        network: with its weights.
        table: the new texts.
        most: how many to answer; `None` for as many as can be.
    """
    if not can_read(dataset) or dataset.goal.classes == dataset.vocabulary:
        raise DataError(
            "This network goes on with a text, so it has no answer to a whole one. Let it write on "
            "the playground."
        )
    if not table.texts and table.kind not in ("text", "pairs", "corpus"):
        raise DataError(
            f"The network answers texts, and this file is of another kind: {kind_of(table)}."
        )
    texts = table.frame[table.texts[0]].fillna("").astype(str).tolist()
    notes = []
    room = MOST_TEXTS if most is None else min(most, MOST_TEXTS)
    if len(texts) > room:
        notes.append(f"Only the first {room:,} of {len(texts):,} texts are answered.")
        texts = texts[:room]
    rows, strange = [], 0
    for i, text in enumerate(texts):
        tokens, remark = read(dataset, text)
        strange += bool(remark)
        if not len(tokens):
            continue
        batch = batch_of(dataset, tokens)
        answer = answers_of(network, batch, batch != 0)[0]
        own: dict[str, object] = {"sequence": i + 1, "text": text}
        if dataset.goal.at == "end":
            outputs = output_of(network, dataset, answer.reshape(1, -1))
            first = pd.DataFrame(answer_columns(dataset, outputs)).iloc[0]
            own |= {str(name): value for name, value in first.items()}
        else:
            symbols = answer.argmax(axis=-1)
            own["answer"] = _written(dataset, symbols)
        if table.kind == "pairs":
            own["truth"] = table.frame[table.texts[1]].iloc[i]
        elif dataset.target in table.frame:
            own["truth"] = table.frame[dataset.target].iloc[i]
        own["outside"] = remark
        rows.append(own)
    if not rows:
        raise DataError("No text of the file has a word that the network was trained on.")
    if strange:
        notes.append(f"{strange:,} texts have parts that the network was not trained on.")
    return Answers(pd.DataFrame(rows), tuple(notes))


def _written(dataset: Dataset, symbols: NDArray[np.integer]) -> str:
    """A target text, up to its end."""
    classes, written = dataset.goal.classes, []
    for symbol in symbols:
        if symbol == 0 or classes[int(symbol)] == "[END]":
            break
        written.append(classes[int(symbol)])
    between = "" if all(len(name) <= 1 for name in classes if not name.startswith("[")) else " "
    return between.join(written)
