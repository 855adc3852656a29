"""What differs between two experiments, in words."""

from hypothesis import given
from hypothesis import strategies as st

from seqlab.experiment import Data, Experiment
from seqlab.inspection.differences import comparable, differences, name_of, verdict


def changed(**query: str) -> Experiment:
    return Experiment.from_query(query)


def test_the_same_settings_differ_in_nothing():
    assert differences(Experiment(), Experiment()) == []
    assert name_of(Experiment(), Experiment()) == "the same settings"
    assert verdict(Experiment(), Experiment(), 1.0, 0.5) == ""


def test_a_verdict_names_the_change_both_losses_and_luck():
    words = verdict(Experiment(), changed(units_0="32"), 0.369, 0.331)
    assert words == (
        "units 16 → 32: best val_loss 0.369 → 0.331 with one seed each; that can be luck."
    )
    gross = verdict(Experiment(), changed(learning_rate="0.00001"), 0.26, 2.96)
    assert "luck" not in gross
    assert gross.endswith("a race over several seeds tells how sure that is.")


def test_the_seed_alone_is_called_so():
    assert verdict(Experiment(), changed(seed="1"), 0.3, 0.4).endswith("by the seed alone.")


def test_losses_of_other_data_are_not_compared():
    for other in (changed(data="nile"), changed(window="30"), changed(loss="mean_absolute_error")):
        assert not comparable(Experiment(), other)
        assert verdict(Experiment(), other, 0.3, 0.4) == ""


def test_what_a_network_reads_beside_a_target_does_not_change_the_target():
    alone, more = (Experiment(data=Data(source="macro", inputs=each))
                   for each in (("unemp",), ("unemp", "cpi")))  # fmt: skip
    assert comparable(alone, more)
    assert "inputs unemp → unemp, cpi" in verdict(alone, more, 0.3, 0.4)


def test_a_loss_that_is_not_known_is_not_judged():
    assert verdict(Experiment(), changed(units_0="8"), None, 0.4) == ""


def test_layers_have_numbers_where_there_are_several():
    two, other = changed(layers="2"), changed(layers="2", units_1="8")
    assert name_of(other, two) == "units of layer 2 8"
    assert name_of(two, Experiment()) == "layers 2"


def test_a_name_ending_in_a_digit_is_no_layer():
    assert [d.name for d in differences(Experiment(), changed(beta_1="0.8"))] == ["beta_1"]


def test_many_differences_are_cut_short():
    far = changed(units_0="8", epochs="9", batch_size="8", learning_rate="0.1", seed="4")
    assert name_of(far, Experiment()).endswith("and 2 more")


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from(["LSTM", "GRU", "SimpleRNN"]))
def test_a_difference_is_the_same_from_both_sides(a, b, cell):
    one, two = changed(units_0=str(a)), changed(units_0=str(b), cell_0=cell)
    there, back = differences(one, two), differences(two, one)
    assert [(d.name, d.before, d.after) for d in there] == [
        (d.name, d.after, d.before) for d in back
    ]
    assert bool(there) == (one != two)
