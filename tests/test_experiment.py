"""The experiment: round trips, limits, and errors in words."""

import inspect

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqlab
from seqlab.data.catalogue import ENTRIES
from seqlab.experiment import (
    LIMITS,
    MAX_LAYERS,
    Data,
    Experiment,
    ExperimentError,
    Network,
    ParseOptions,
    Recurrent,
    Training,
    clamp,
)
from seqlab.fitting.optimizers import KNOBS


def numbers(name, kind):
    low, high = LIMITS[name]
    return st.integers(int(low), int(high)) if kind is int else st.floats(low, high)


LAYER_OPTIONS = {"return_sequences", "stateful", "go_backwards"}  # of keras.layers.RNN


names = st.text(min_size=1, max_size=8)
experiments = st.builds(
    Experiment,
    data=st.builds(
        Data,
        source=st.sampled_from([*ENTRIES, "upload"]),
        window=numbers("window", int),
        horizon=numbers("horizon", int),
        target=st.none() | names.filter(lambda name: name != "null"),
        inputs=st.lists(names, max_size=3).map(tuple),
        samples=numbers("samples", int),
        noise=numbers("noise", float),
        lag=numbers("lag", int),
        difficulty=numbers("difficulty", int),
        longest=st.none() | numbers("longest", int),
        tails=st.sampled_from(["keep", "cut"]),
        duplicates=st.sampled_from(["keep", "drop"]),
    ),
    layers=st.lists(
        st.builds(
            Recurrent,
            cell=st.sampled_from(["SimpleRNN", "LSTM", "GRU"]),
            units=numbers("units", int),
            return_sequences=st.booleans(),
            bidirectional=st.booleans(),
            activation=st.sampled_from(["tanh", "relu"]),
            dropout=numbers("dropout", float),
            forget_bias=numbers("forget_bias", float),
            recurrent_initializer=st.sampled_from(["orthogonal", "identity"]),
        ),
        min_size=1,
        max_size=MAX_LAYERS,
    ).map(tuple),
    network=st.builds(
        Network,
        embedding=numbers("embedding", int),
        masking=st.booleans(),
        head=st.sampled_from(["auto", "repeat_vector"]),
    ),
    training=st.builds(
        Training,
        optimizer=st.sampled_from(["SGD", "RMSprop", "Adam", "AdamW", "Nadam"]),
        learning_rate=numbers("learning_rate", float),
        epochs=numbers("epochs", int),
        clipnorm=st.none() | numbers("clipnorm", float),
        schedule=st.sampled_from(["constant", "cosine", "exponential", "plateau"]),
        warmup=numbers("warmup", int),
        decay_rate=numbers("decay_rate", float),
        plateau_patience=numbers("plateau_patience", int),
        patience=st.none() | numbers("patience", int),
        beta_1=st.none() | numbers("beta_1", float),
        nesterov=st.none() | st.booleans(),
        metrics=st.lists(st.sampled_from(["accuracy", "r2_score"]), max_size=2).map(tuple),
        class_weight=st.sampled_from(["none", "balanced"]),
    ),
)


@given(experiments)
def test_json_and_flat_round_trip(experiment):
    assert Experiment.from_json(experiment.to_json()) == experiment
    assert Experiment.from_flat(experiment.to_flat()) == experiment


@given(experiments, experiments)
def test_query_round_trip_from_any_base(experiment, base):
    query = experiment.to_query(base)
    assert all(isinstance(value, str) for value in query.values())
    assert Experiment.from_query(query, base) == experiment


def test_the_default_needs_no_query_and_names_are_public():
    assert seqlab.Experiment().to_query() == {}
    assert seqlab.Experiment.from_query({"utm_source": "mail"}) == seqlab.Experiment()


@pytest.mark.parametrize(
    ("flat", "sentence"),
    [
        (
            {"units_0": -3},
            "Received an invalid value for argument `units`, "
            "expected an integer from 1 to 512, got -3.",
        ),
        (
            {"clipnorm": 1.0, "clipvalue": 0.5},
            "Only one of `clipnorm` and `clipvalue` can be set, got clipnorm=1 and clipvalue=0.5.",
        ),
        (
            {"window": 2.5},
            "Received an invalid value for argument `window`, "
            "expected an integer from 1 to 1,000, got 2.5.",
        ),
        (
            {"learning_rate": float("nan")},
            "Received an invalid value for argument `learning_rate`, "
            "expected a number from 1e-06 to 10, got nan.",
        ),
        (
            {"optimizer": "Ftrl"},
            "Received an invalid value for argument `optimizer`, expected 'SGD', 'RMSprop', "
            "'Adam', 'AdamW', 'Nadam', 'Adamax', 'Adagrad', 'Adadelta' or 'Lion', got Ftrl.",
        ),
        (
            {"layers": 9},
            "Received an invalid value for argument `layers`, "
            "expected an integer from 1 to 4, got 9.",
        ),
    ],
)
def test_errors_say_what_is_wrong_in_the_manner_of_keras(flat, sentence):
    with pytest.raises(ExperimentError) as caught:
        Experiment.from_flat(flat)
    assert caught.value.sentences == [sentence]


def test_all_problems_are_told_at_once():
    with pytest.raises(ExperimentError) as caught:
        Experiment.from_flat({"units_0": 0, "epochs": 0, "window": 0})
    assert len(caught.value.sentences) == 3


@given(st.dictionaries(st.sampled_from([*Experiment().to_flat(), "cell_1", "layers"]), st.text()))
def test_any_query_gives_an_experiment_or_sentences(query):
    try:
        Experiment.from_query(query)
    except ExperimentError as error:
        assert error.sentences  # noqa: PT017 (either outcome is right)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("units_0", -3, 1),
        ("units_1", 9999, 512),
        ("learning_rate", 100.0, 10.0),
        ("l2_3", 2.0, 1.0),
        ("beta_1", 2.0, 0.9999),
        ("data", "x", "x"),
    ],
)
def test_clamp_gives_the_nearest_allowed_value(key, value, allowed):
    assert clamp(key, value) == allowed


def test_how_a_file_is_read_travels_and_only_what_was_changed():
    assert "reading" not in Experiment().to_query()
    reading = ParseOptions(
        delimiter="", header=0, day_first=False, time="", codes=(-999,), swapped=False
    )
    experiment = Experiment(data=Data(source="upload", reading=reading))
    assert '"reading":{}' in Experiment().to_json()
    assert '"delimiter": ""' in experiment.to_query()["reading"]
    assert "encoding" not in experiment.to_query()["reading"]
    assert Experiment.from_json(experiment.to_json()) == experiment
    assert Experiment.from_query(experiment.to_query()) == experiment
    with pytest.raises(ExperimentError, match="`header`, expected an integer from 0 to 100"):
        Experiment.from_query({"reading": '{"header": -1}'})
    with pytest.raises(ExperimentError, match="finite"):  # JSON has no such number
        Experiment.from_query({"reading": '{"codes": [NaN]}'})


def test_what_was_stored_before_there_were_more_settings_means_the_same():
    old = (
        '{"data":{"source":"sine","window":9,"horizon":1,"target":null,"inputs":[],"file":null,'
        '"samples":1000,"noise":0.1,"data_seed":0},"layers":[{"cell":"GRU","units":8,'
        '"return_sequences":false}],"training":{"optimizer":"Adam","learning_rate":0.005,'
        '"batch_size":32,"epochs":100,"seed":0,"clipnorm":null}}'
    )
    new = Experiment(data=Data(source="sine", window=9), layers=(Recurrent(cell="GRU", units=8),))
    training = Training(epochs=100)
    assert Experiment.from_json(old) == new.model_copy(update={"training": training})
    query = {"data": "sine", "window": "9", "cell_0": "GRU", "units_0": "8"}
    assert new.to_query() == query
    assert Experiment.from_query(query) == new


def test_every_default_is_that_of_keras():
    layer = Recurrent().model_dump(exclude={"cell", "units"})
    ours = {"bidirectional", "forget_bias", "recurrent_scale", "l2", "layer_normalization"}
    arguments = inspect.signature(keras.layers.LSTM).parameters
    assert {n: v for n, v in layer.items() if n not in ours} == {
        name: arguments[name].default for name in layer if name not in {*ours, *LAYER_OPTIONS}
    } | dict.fromkeys(LAYER_OPTIONS, False)
    for name, knobs in KNOBS.items():
        arguments = inspect.signature(getattr(keras.optimizers, name)).parameters
        assert knobs == {knob: arguments[knob].default for knob in knobs}
        others = {"name", "learning_rate", "kwargs", "ema_momentum", "ema_overwrite_frequency"}
        others |= {"clipnorm", "clipvalue", "global_clipnorm", "use_ema", "loss_scale_factor"}
        assert set(arguments) - others - {"gradient_accumulation_steps"} == set(knobs)


def test_only_changed_knobs_of_the_optimizer_at_hand_count():
    training = Training(optimizer="SGD", momentum=0.9, nesterov=False, beta_1=0.5)
    assert training.knobs == {"momentum": 0.9}


def test_no_two_settings_share_a_key():
    parts = [Data, Network, Training]
    names = [name for part in parts for name in part.model_fields]
    layers = [f"{name}_{i}" for name in Recurrent.model_fields for i in range(MAX_LAYERS)]
    assert len({*names, *layers, "data", "layers"}) == len(names) + len(layers) + 2
