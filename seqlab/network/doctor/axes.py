"""Whether each layer gets the axes that it needs, and the head fits the goal."""

from __future__ import annotations

from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Finding, Recurrent
from seqlab.network.doctor.fixes import with_layer, with_network
from seqlab.network.plan import DECODERS, plan

RANK = (
    "Keras: Input 0 of layer is incompatible with the layer: expected ndim={wanted}, "
    "found ndim={found}."
)


def find(experiment: Experiment, frame: Frame) -> list[Finding]:
    """Findings about head, decoder and time axis; the first kind of error hides the next."""
    return (
        _head(experiment, frame)
        or _decoder(experiment, frame)
        or [*_time_axis(experiment, frame), *_backwards(experiment, frame)]
    )


def settled(experiment: Experiment, frame: Frame) -> Experiment:
    """The experiment with `return_sequences` as its head needs it, and a decoder if need be."""
    if plan(experiment, frame).head in DECODERS and len(experiment.layers) == 1:
        decoder = experiment.layers[0].model_copy(
            update={"bidirectional": False, "go_backwards": False}
        )
        layers = (*experiment.layers, decoder)
        experiment = experiment.model_copy(update={"layers": layers})
    if plan(experiment, frame).head == "teacher_forcing":
        encoder = experiment.layers[-2]
        experiment = with_layer(
            experiment,
            len(experiment.layers) - 1,
            cell=encoder.cell,
            units=_handed_over(encoder),
            bidirectional=False,
            go_backwards=False,
        )
    for i, wanted in enumerate(_wanted(experiment, frame)):
        if wanted is not None:
            experiment = with_layer(experiment, i, return_sequences=wanted)
    return experiment


def _wanted(experiment: Experiment, frame: Frame) -> list[bool | None]:
    """For each layer whether it must return sequences; `None` where it does not matter."""
    wanted: list[bool | None] = [True] * len(experiment.layers)
    head = plan(experiment, frame).head
    if head == "dense":
        wanted[-1] = False
    elif head == "repeat_vector" and len(wanted) > 1:
        wanted[-2] = False
    elif head == "teacher_forcing" and len(wanted) > 1:
        wanted[-2] = None  # its states are handed over, not its output
    return wanted


def _head(experiment: Experiment, frame: Frame) -> list[Finding]:
    """The head must give one answer for each target."""
    head = experiment.network.head
    possible = {
        "end": {"auto", "dense"} | ({"repeat_vector"} if frame.kind == "value" else set()),
        "every step": {"auto", "time_distributed"},
        "sequence": {"auto", "repeat_vector"}
        | ({"teacher_forcing"} if frame.kind == "class" else set()),
    }[frame.at]
    if head in possible:
        return []
    asked = {
        "end": "one target a sequence",
        "every step": "a target at every step",
        "sequence": "a target sequence of its own length",
    }[frame.at]
    kind = "classes" if frame.kind == "class" else "values"
    automatic = with_network(experiment, head="auto")
    return [
        Finding(
            "error",
            "head_mismatch",
            f"The head “{head}” does not fit: this data has {asked} ({kind}), "
            f"which needs “{plan(automatic, frame).head}”.",
            settled(automatic, frame),
            "Use the head that fits",
            "Keras compares the shapes of target and output only in the loss, and a mean squared "
            "error is silently broadcast.",
        )
    ]


def _decoder(experiment: Experiment, frame: Frame) -> list[Finding]:
    head = plan(experiment, frame).head
    if head not in DECODERS:
        return []
    if len(experiment.layers) == 1:
        return [
            Finding(
                "error",
                "decoder_missing",
                "An encoder-decoder needs two recurrent layers: the first ones read the sequence, "
                "the last one writes the target.",
                settled(experiment, frame),
                "Add a decoder",
                RANK.format(wanted=2, found=3),
            )
        ]
    if head != "teacher_forcing":
        return []
    encoder, decoder = experiment.layers[-2:]
    number, units = len(experiment.layers), _handed_over(encoder)
    if decoder.bidirectional or decoder.go_backwards:
        return [
            Finding(
                "error",
                "decoder_reads_ahead",
                f"Layer {number} is a decoder that reads the target. Read from its end, the target "
                "gives away the symbol that is asked for, and when the network writes by itself "
                "there is no end yet.",
                settled(experiment, frame),
                "Let the decoder read forwards",
                "Keras trains it, with a loss that looks too good.",
            )
        ]
    if (decoder.cell, decoder.units) == (encoder.cell, units):
        return []
    given = f"the states of {encoder.title}, {units} wide"
    return [
        Finding(
            "error",
            "decoder_states",
            f"Layer {number} begins with {given}, so it must be a {encoder.cell} of {units} units, "
            f"not a {decoder.cell} of {decoder.units}.",
            settled(experiment, frame),
            f"Make layer {number} {encoder.cell}({units})",
            "Keras: Dimensions must be equal.",
        )
    ]


def _handed_over(encoder: Recurrent) -> int:
    """Width of the states that an encoder gives to its decoder."""
    return encoder.units * (2 if encoder.bidirectional else 1)


def _time_axis(experiment: Experiment, frame: Frame) -> list[Finding]:
    """A layer needs the time axis exactly when something behind it reads every step.

    keras-team/keras#2721, #3522, #5447.
    """
    layers, wanted = experiment.layers, _wanted(experiment, frame)
    wrong = [i for i, w in enumerate(wanted) if w not in (None, layers[i].return_sequences)]
    fix = settled(experiment, frame)
    findings = []
    for i in wrong:
        turn = "on" if wanted[i] else "off"
        label = f"Turn {turn} return_sequences in layer {i + 1}"
        if len(wrong) > 1:
            label = f"Set return_sequences right in {len(wrong)} layers"
        code, message, keras = _about(experiment, frame, i)
        findings.append(
            Finding(
                "error",
                code,
                f"{message} Turn {turn} return_sequences in layer {i + 1}.",
                fix,
                label,
                keras,
            )
        )
    return findings


def _about(experiment: Experiment, frame: Frame, i: int) -> tuple[str, str, str]:
    """Code, message and what Keras says of a layer whose `return_sequences` is wrong."""
    layers, head = experiment.layers, plan(experiment, frame).head
    layer, last = layers[i], len(layers) - 1
    width = _handed_over(layer)
    if i < last and not layer.return_sequences:
        return (
            "return_sequences_between_layers",
            f"Layer {i + 1} hands over only its last state, shape (None, {width}), "
            f"but layer {i + 2} is recurrent and needs one state per time step.",
            RANK.format(wanted=3, found=2),
        )
    if i < last:
        return (
            "return_sequences_before_repeat",
            f"Layer {i + 1} hands over a state for every time step, but RepeatVector repeats one "
            "state: the encoder's summary of the whole sequence.",
            RANK.format(wanted=2, found=3),
        )
    if head == "dense":
        return (
            "return_sequences_before_single_target",
            f"Layer {i + 1} hands over a state for every time step, so the network would "
            "make a prediction at every step, but there is one target per window.",
            "Keras trains a mean squared error against the target repeated at every step, without "
            "a word; a cross-entropy says: Argument `output` must have rank (ndim) "
            "`target.ndim - 1`.",
        )
    return (
        "return_sequences_before_many_targets",
        f"Layer {i + 1} hands over only its last state, shape (None, {width}), but there is a "
        f"target at each of {frame.answer_steps} steps.",
        "Keras: Argument `output` must have rank (ndim) `target.ndim - 1`. With a mean squared "
        "error it trains, and gives the same answer at every step.",
    )


def _backwards(experiment: Experiment, frame: Frame) -> list[Finding]:
    findings = []
    for i, layer in enumerate(experiment.layers):
        if not layer.go_backwards:
            continue
        fix = with_layer(experiment, i, go_backwards=False)
        label = f"Turn off go_backwards in layer {i + 1}"
        if layer.bidirectional:
            findings.append(
                Finding(
                    "error",
                    "go_backwards_in_bidirectional",
                    f"Layer {i + 1} is bidirectional: it reads both ways already, so go_backwards "
                    "has no place in it.",
                    fix,
                    label,
                    "Keras: Forward layer and backward layer should have different `go_backwards` "
                    "value.",
                )
            )
        elif layer.return_sequences and plan(experiment, frame).head == "time_distributed":
            findings.append(
                Finding(
                    "warning",
                    "go_backwards_with_targets_at_every_step",
                    f"Layer {i + 1} reads from the end and hands its states on in that order: the "
                    "state that meets the first target comes from the last step.",
                    fix,
                    label,
                    "Keras turns nothing round by itself; only Bidirectional does.",
                )
            )
    return findings
