"""The optimizers of Keras, by class name, with the knobs that each has besides its rate.

A new one is a line in `KNOBS`; a knob that no other has also wants a field in
`seqlab.settings.Training`.
"""

from __future__ import annotations

KNOBS: dict[str, dict[str, float | bool | None]] = {  # with Keras' defaults
    "SGD": {"momentum": 0.0, "nesterov": False, "weight_decay": None},
    "RMSprop": {
        "rho": 0.9,
        "momentum": 0.0,
        "epsilon": 1e-7,
        "centered": False,
        "weight_decay": None,
    },
    "Adam": {
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "amsgrad": False,
        "weight_decay": None,
    },
    "AdamW": {
        "weight_decay": 0.004,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "amsgrad": False,
    },
    "Nadam": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "weight_decay": None},
    "Adamax": {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "weight_decay": None},
    "Adagrad": {"initial_accumulator_value": 0.1, "epsilon": 1e-7, "weight_decay": None},
    "Adadelta": {"rho": 0.95, "epsilon": 1e-7, "weight_decay": None},
    "Lion": {"beta_1": 0.9, "beta_2": 0.99, "weight_decay": None},
}
