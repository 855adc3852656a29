"""The whole script, section by section."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from seqlab.data.dataset import Dataset
from seqlab.data.frame import Frame
from seqlab.data.load import load
from seqlab.experiment import Experiment
from seqlab.network.plan import Plan, plan
from seqlab.network.source.data import Preparation, prepare
from seqlab.network.source.model import model_lines
from seqlab.network.source.python import literal
from seqlab.network.source.training import has_state, training_lines


@dataclass(frozen=True)
class Section:
    """A part of the script with its heading."""

    title: str
    lines: tuple[str, ...]


def source(experiment: Experiment, dataset: Dataset | None = None) -> str:
    """A plain Keras script that gives the same losses as `seqlab.train(experiment)`.

    What it reads from files - a long series, drawn or uploaded sequences - is given by
    `seqlab.network.source.files`; a short series stands in the script itself.

    Args:
        experiment: what is trained.
        dataset: its data; by default those that the experiment names.

    Raises:
        seqlab.DataError: if the data are not given and cannot be loaded.

    Example:
        >>> "keras.layers.LSTM(16)" in source(Experiment())
        True
    """
    parts = sections(experiment, dataset if dataset is not None else load(experiment))
    blocks = ["\n".join([f"# {part.title}", *part.lines]) for part in parts]
    return "\n\n".join(blocks) + "\n"


def sections(experiment: Experiment, dataset: Dataset) -> list[Section]:
    """The script in parts: imports, model, data, training, evaluation."""
    frame = dataset.frame
    prepared, planned = prepare(experiment, dataset), plan(experiment, frame)
    head = f"{', '.join(dataset.targets)} · {len(dataset.train):,} training sequences"
    return [
        Section(f"Made by seqlab: {_promise(experiment)}", _imports(prepared)),
        # First what one looks for: a series may take hundreds of lines.
        Section("Model", _model(experiment, planned)),
        # A name with a line break in it would end the comment.
        Section(" ".join(f"Data: {head}".split()), tuple(prepared.code)),
        Section("Training", training_lines(experiment, frame, dataset, planned, prepared)),
        Section("Evaluation", _evaluation(experiment, frame, dataset, planned, prepared)),
    ]


def _promise(experiment: Experiment) -> str:
    """What the script's losses are against those of the run."""
    if any(layer.dropout or layer.recurrent_dropout for layer in experiment.layers):
        return "the losses of the playground, but for what dropout draws"
    return "the same losses as in the playground"


def changed_lines(before: str, after: str) -> list[int]:
    """The numbers (from 0) of the lines of `after` that are new or changed against `before`."""
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        line
        for tag, _, _, first, last in matcher.get_opcodes()
        if tag in ("insert", "replace")
        for line in range(first, last)
    ]


def _imports(prepared: Preparation) -> tuple[str, ...]:
    standard = [line for line in prepared.imports if line == "import io"]
    others = sorted({*prepared.imports, "import keras"} - set(standard))
    return (*standard, *([""] if standard else []), *others)


def _model(experiment: Experiment, planned: Plan) -> tuple[str, ...]:
    seed = experiment.training.seed
    return (
        f"keras.utils.set_random_seed({seed})",
        *model_lines(experiment, planned),
        "model.summary()",
    )


def _evaluation(
    experiment: Experiment,
    frame: Frame,
    dataset: Dataset,
    planned: Plan,
    prepared: Preparation,
) -> tuple[str, ...]:
    """What was reached on the validation part, in original units or as a share."""
    if not len(dataset.validation):
        return ("print(f\"loss {history.history['loss'][-1]:.4g}\")",)
    batch = f"batch_size={experiment.training.batch_size}, " if has_state(experiment) else ""
    if frame.kind == "value":
        return _values(dataset, prepared, batch)
    if planned.decoder:
        answer = "model.predict_on_batch([x_validation, late(written)])"
        if batch:
            answer = f"model.predict([x_validation, late(written)], {batch}verbose=0)"
        return (
            "# Without the target: the decoder reads what it has written itself.",
            "written = np.zeros_like(y_validation)",
            "for step in range(y_validation.shape[1]):",
            f"    scores = {answer}",
            "    written[:, step] = scores[:, step].argmax(axis=-1)",
            "right = (written == y_validation).all(axis=1)",
            'print(f"{right.mean():.1%} of the validation targets are written without a mistake")',
        )
    lines = [f"answers = model.predict(x_validation, {batch}verbose=0).argmax(axis=-1)"]
    if frame.at == "end":
        lines += [
            "right = answers == y_validation",
            'print(f"{right.mean():.1%} of the validation sequences are right")',
        ]
    elif frame.at == "every step":
        weights = "weights=w_validation" if prepared.weighted else ""
        mean = f"np.average(answers == y_validation, {weights})" if weights else "right.mean()"
        lines += [] if weights else ["right = answers == y_validation"]
        lines.append(f'print(f"{{{mean}:.1%}} of the validation steps are right")')
    else:
        ignored = " | (w_validation == 0)" if prepared.weighted else ""
        lines += [
            f"right = ((answers == y_validation){ignored}).all(axis=1)",
            'print(f"{right.mean():.1%} of the validation targets are written without a mistake")',
        ]
    return tuple(lines)


def _values(dataset: Dataset, prepared: Preparation, batch: str) -> tuple[str, ...]:
    lines = [f"predicted = model.predict(x_validation, {batch}verbose=0)"]
    weights = ", weights=w_validation" if prepared.weighted else ""
    error = "(predicted - y_validation) ** 2"
    if dataset.further:
        names = ", ".join(literal(name) for name in dataset.targets)
        return (
            *lines,
            f"targets = [{names}]",
            "errors = in_units(predicted) - in_units(y_validation)",
            "for name, each in zip(targets, np.moveaxis(errors, -1, 0)):",
            "    rmse = np.sqrt(np.mean(each**2))",
            '    print(f"RMSE of {name} on the validation part: {rmse:.4g}")',
        )
    if prepared.in_units:
        return (
            *lines,
            "rmse = np.sqrt(np.mean((in_units(predicted) - in_units(y_validation)) ** 2))",
            'print(f"RMSE on the validation part: {rmse:.4g}")',
        )
    if dataset.series is not None and dataset.series.scaling is not None:
        return (
            *lines,
            "rmse = np.sqrt(np.mean(((predicted - y_validation) * scale) ** 2))",
            'print(f"RMSE on the validation part: {rmse:.4g}")',
        )
    if weights:
        error = f"({error}).mean(axis=-1)"
    unit = ""
    if prepared.scales:
        unit = " * np.ravel(scale)[0]"
    elif len(set(dataset.target_scaling.scale)) == 1 and dataset.target_scaling.scale[0] != 1:
        unit = f" * {float(dataset.target_scaling.scale[0])!r}"
    average = f"np.average({error}{weights})" if weights else f"np.mean({error})"
    return (
        *lines,
        f"rmse = np.sqrt({average}){unit}",
        'print(f"RMSE on the validation part: {rmse:.4g}")',
    )
