"""What the settings of an experiment can be; those of the network by the names of Keras."""

from typing import TYPE_CHECKING, Literal

from seqlab.cells import CELLS

if TYPE_CHECKING:
    Cell = str
else:
    Cell = Literal[tuple(CELLS)]
Optimizer = Literal[
    "SGD", "RMSprop", "Adam", "AdamW", "Nadam", "Adamax", "Adagrad", "Adadelta", "Lion"
]
Activation = Literal[
    "tanh",
    "relu",
    "sigmoid",
    "linear",
    "elu",
    "selu",
    "gelu",
    "silu",
    "softplus",
    "softsign",
    "hard_sigmoid",
    "hard_tanh",
    "leaky_relu",
]
Initializer = Literal[
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "orthogonal",
    "identity",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "zeros",
    "ones",
]
BiasInitializer = Literal["zeros", "ones", "random_normal", "random_uniform", "truncated_normal"]
Head = Literal["auto", "dense", "time_distributed", "repeat_vector", "teacher_forcing"]
HeadActivation = Literal["linear", "softmax", "sigmoid", "tanh", "relu", "softplus"]
Loss = Literal[
    "auto",
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    "log_cosh",
    "sparse_categorical_crossentropy",
    "categorical_crossentropy",
    "binary_crossentropy",
]
Metric = Literal["accuracy", "mean_absolute_error", "root_mean_squared_error", "r2_score"]

Source = Literal[
    "sunspots",
    "co2",
    "elnino",
    "nile",
    "macro",
    "seattle",
    "vowels",
    "sine",
    "sines",
    "damped",
    "mackey_glass",
    "lorenz",
    "logistic",
    "random_walk",
    "adding",
    "copying",
    "temporal_order",
    "first_bit",
    "echo",
    "parity",
    "frequency",
    "trend",
    "brackets",
    "reber",
    "anbn",
    "counting",
    "reviews",
    "dates",
    "french",
    "chinese",
    "upload",
]
ScalingKind = Literal["standard", "minmax", "robust", "none"]
Split = Literal["time", "random"]
Missing = Literal["interpolate", "forward", "drop"]
Duplicates = Literal["keep", "drop"]
Tails = Literal["keep", "cut"]
Schedule = Literal["constant", "cosine", "exponential", "plateau"]
ClassWeight = Literal["none", "balanced"]
# What an uploaded table is: rows are time steps; one sequence a row; sequences below each other
# with an id; texts with a label; two columns of text; a running text; arrays of numbers.
Kind = Literal["series", "wide", "long", "text", "pairs", "corpus", "arrays"]
# Steps of the calendar, as pandas calls them.
Step = Literal["min", "5min", "15min", "30min", "h", "6h", "D", "W", "MS", "QS", "YS"]

# Each optimizer's own knobs with Keras' defaults.
KNOBS: dict[Optimizer, dict[str, float | bool | None]] = {
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
