"""Random experiments and frames, every setting of a network included; with a fixed seed."""

import random
from typing import get_args

from seqlab.choices import (
    Activation,
    BiasInitializer,
    Cell,
    HeadActivation,
    Initializer,
)
from seqlab.data.frame import Frame
from seqlab.experiment import Experiment, Network, Recurrent, Training


def random_layer(draw: random.Random, **fixed) -> Recurrent:
    def some(usual, others, share=0.3):
        return draw.choice(others) if draw.random() < share else usual

    values = {
        "cell": draw.choice(get_args(Cell)),
        "units": draw.randint(1, 6),
        "bidirectional": draw.random() < 0.3,
        "activation": some("tanh", get_args(Activation)),
        "recurrent_activation": some("sigmoid", get_args(Activation)),
        "use_bias": draw.random() < 0.8,
        "dropout": some(0.0, [0.2, 0.5]),
        "recurrent_dropout": some(0.0, [0.2, 0.5]),
        "go_backwards": draw.random() < 0.2,
        "kernel_initializer": some("glorot_uniform", get_args(Initializer)),
        "recurrent_initializer": some("orthogonal", get_args(Initializer)),
        "bias_initializer": some("zeros", get_args(BiasInitializer)),
        "unit_forget_bias": draw.random() < 0.8,
        "forget_bias": some(1.0, [-1.0, 0.0, 3.0]),
        "recurrent_scale": some(1.0, [0.5, 1.5]),
        "l2": some(0.0, [0.01]),
        "layer_normalization": draw.random() < 0.3,
    }
    values["go_backwards"] &= not values["bidirectional"]  # refused by Keras
    return Recurrent(**(values | fixed))


def random_network(seed: int, most: int = 4) -> tuple[Experiment, Frame]:
    """An experiment of at most that many layers, which fit each other and the frame."""
    draw = random.Random(seed)
    head = draw.choice(["dense", "time_distributed", "repeat_vector", "teacher_forcing"])
    kind = draw.choice(["value", "class"])
    at = {"dense": "end", "time_distributed": "every step"}.get(head, "sequence")
    if head == "repeat_vector" and draw.random() < 0.3:
        kind, at = "value", "end"
    if head == "teacher_forcing":
        kind = "class"
    timesteps = draw.randint(1, 9)
    tokens = draw.random() < 0.4
    frame = Frame(
        timesteps=timesteps,
        features=1 if tokens else draw.randint(1, 3),
        outputs=draw.randint(2, 5),
        kind=kind,
        at=at,
        steps={"end": 1, "every step": timesteps}.get(at, draw.randint(1, 5)),
        vocabulary=draw.randint(2, 9) if tokens else 0,
        padded=draw.random() < 0.5,
    )
    decoder = head in ("repeat_vector", "teacher_forcing")
    count = draw.randint(2 if decoder else 1, most)
    stateful = head == "dense" and draw.random() < 0.3
    layers = []
    for i in range(count):
        encoders_last = decoder and i == count - 2
        keeps_steps = not encoders_last and (i < count - 1 or head != "dense")
        layers.append(random_layer(draw, return_sequences=keeps_steps, stateful=stateful))
    if head == "teacher_forcing":
        encoder = layers[-2]
        units = encoder.units * (2 if encoder.bidirectional else 1)
        changes = {"cell": encoder.cell, "units": units, "bidirectional": False}
        changes["go_backwards"] = False
        layers[-1] = layers[-1].model_copy(update=changes)
    automatic = draw.random() < 0.3 and (at, head) in {
        ("end", "dense"),
        ("every step", "time_distributed"),
        ("sequence", "repeat_vector"),
    }
    network = Network(
        embedding=draw.randint(1, 4),
        masking=draw.random() < 0.7,
        head="auto" if automatic else head,
        head_activation=draw.choice(["linear", *get_args(HeadActivation)]),
    )
    training = Training(seed=seed, batch_size=4)
    return Experiment(layers=tuple(layers), network=network, training=training), frame
