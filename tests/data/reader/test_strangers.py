"""Kinds of files that people ask about in public, each made here: what a row and a column is."""

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from seqlab import Experiment, UploadError, load, read_table
from seqlab.data.alternatives import others, with_other
from seqlab.experiment import Data, ParseOptions

RNG = np.random.default_rng(8)
DAYS = pd.date_range("2021-01-01", periods=60).strftime("%Y-%m-%d")


def wave(rows: int, level: float = 10) -> np.ndarray:
    return np.round(level + np.sin(np.arange(rows) / 7) + 0.1 * RNG.normal(size=rows), 2)


def read(frame: pd.DataFrame | str, **changes):
    text = frame if isinstance(frame, str) else frame.to_csv(index=False)
    return read_table(text.encode(), "a.csv", **changes)


def dataset(table, **data):
    return load(Experiment(data=Data(source="upload", file="f", **data)), table)


def codes(table) -> set[str]:
    return {finding.code for finding in table.findings}


def test_a_part_of_the_id_of_a_panel_is_no_class():
    """Store and product family: which sales follow, not which family it is."""
    frame = pd.concat(
        [
            pd.DataFrame({"date": DAYS, "store_nbr": s, "family": f, "sales": wave(60)})
            for s in (1, 2)
            for f in ("BREAD", "DAIRY", "GROCERY")
        ]
    )
    table = read(frame.sort_values("date", kind="stable"))
    assert (table.sequence_id, table.label) == ("store_nbr+family", None)
    assert dataset(table).target == "sales"


def test_measures_below_each_other_are_series():
    frame = pd.concat(
        [
            pd.DataFrame({"time": DAYS, "device": d, "metric": m, "value": wave(60, level)})
            for d in ("dev-a", "dev-b")
            for m, level in (("temperature", 20), ("humidity", 50))
        ]
    )
    table = read(frame)
    assert (table.sequence_id, table.label) == ("device+metric", None)
    assert len(dataset(table).series.names) == 4


def countries() -> pd.DataFrame:
    regions = {"A": "Asia", "B": "Europe", "C": "Asia", "D": "Africa"}
    return pd.concat(
        [
            pd.DataFrame(
                {"country": c, "continent": k, "year": range(1950, 2000), "life": wave(50, 60)}
            )
            for c, k in regions.items()
        ]
    )


def test_what_stays_the_same_in_each_of_a_panel_is_an_input_or_a_class_by_choice():
    table = read(countries())
    assert (table.sequence_id, table.time, table.label) == ("country", "year", None)
    d = dataset(table, inputs=("life", "continent"))
    assert d.target == "life"
    assert len(d.names) == 1 + 3  # a column for each continent
    own = d.input_scaling.invert(d.x)[:, :, 1:]
    assert (own == own[:, :1]).all()  # repeated at every step
    assert set(np.unique(own.sum(axis=2).round(4))) == {1.0}
    (finding,) = [f for f in table.findings if f.code == "steady_words"]
    fix = with_other(finding, Experiment(data=Data(source="upload", file="f")), table).fix
    again = read(countries(), reading=fix.data.reading)
    assert dataset(again).goal.classes == ("Africa", "Asia", "Europe")


def test_recordings_of_their_own_times_with_a_steady_word_are_classified():
    parts = []
    for k in range(12):
        rows = int(RNG.integers(20, 30))
        words = {"run": f"r{k}", "t": range(rows), "x": wave(rows), "gesture": "ab"[k % 2]}
        parts.append(pd.DataFrame(words))
    assert read(pd.concat(parts)).label == "gesture"


def test_who_a_row_belongs_to_is_no_step_of_its_sequence():
    frame = pd.DataFrame(
        RNG.normal(size=(90, 12)).round(3), columns=[f"m-{c}" for c in "abcdefghijkl"]
    )
    frame["subject"] = np.repeat(range(1, 7), 15)
    frame["Activity"] = np.tile(np.repeat(["WALK", "SIT", "LAY"], 5), 6)
    table = read(frame)
    assert "subject" not in table.numeric
    d = dataset(table)
    assert d.x.shape == (90, 12, 1)
    people = frame["subject"].to_numpy()
    assert not set(people[d.train]) & set(people[d.validation])
    assert "row_is_sequence" in codes(table)
    assert {"kind": "series"} in [o.changes for o in others(table, ParseOptions())]


def test_wavelengths_are_names():
    frame = pd.DataFrame(RNG.normal(size=(50, 40)).round(4))
    frame.columns = [f"{400 + 2.5 * k:.1f}" for k in range(40)]
    frame.insert(0, "species", RNG.choice(["a", "b"], 50))
    table = read(frame)
    assert (table.label, len(table.frame)) == ("species", 50)
    assert dataset(table).x.shape == (50, 40, 1)
    assert "row_is_sequence" not in codes(table)


@pytest.mark.parametrize("mark", ["# ", "#", "% "])
def test_names_behind_a_comment_mark_are_names(mark):
    rows = "\n".join(f"{i * 0.5:.2f} {v} {v / 9:.3f}" for i, v in enumerate(wave(90)))
    table = read(f"{mark}time value error\n{rows}")
    assert (table.time, table.numeric) == ("time", ("value", "error"))
    assert len(table.frame) == 90


def test_a_remark_of_as_many_words_as_columns_above_other_remarks_stays_one():
    rows = "\n".join(f"{i * 0.5:.2f},{v}" for i, v in enumerate(wave(90)))
    table = read(f"# made, today\n# time,value\n{rows}")
    assert list(table.frame.columns) == ["time", "value"]


def test_of_several_owners_with_unique_times_the_one_with_the_longest_sequences_is_taken():
    moments = pd.Timestamp("2019-10-01") + pd.to_timedelta(np.cumsum(RNG.integers(1, 60, 300)), "s")
    frame = pd.DataFrame(
        {
            "event_time": moments.strftime("%Y-%m-%d %H:%M:%S"),
            "product_id": RNG.integers(1000, 1100, 300),
            "price": wave(300, 50),
            "user_id": 500 + RNG.integers(0, 8, 300),
        }
    )
    table = read(frame)
    assert (table.sequence_id, table.target) == ("user_id", "price")
    assert {"sequence_id": "product_id"} in [o.changes for o in others(table, ParseOptions())]


def test_rows_that_several_columns_describe_are_forecast_and_a_class_is_offered():
    steps = pd.DataFrame(RNG.integers(0, 9, (32, 60)), columns=[f"d_{i}" for i in range(1, 61)])
    steps.insert(0, "state_id", [("CA", "TX", "WI")[i % 3] for i in range(32)])
    steps.insert(0, "dept_id", [f"D{i % 4}" for i in range(32)])
    steps.insert(0, "id", [f"item {i}" for i in range(32)])
    table = read(steps)
    assert (table.kind, table.label, table.sequence_id) == ("wide", None, "id")
    assert dataset(table).goal.kind == "value"
    (finding,) = [f for f in table.findings if f.code == "classes_possible"]
    fix = with_other(finding, Experiment(data=Data(source="upload", file="f")), table).fix
    assert dataset(read(steps, reading=fix.data.reading)).goal.classes == ("CA", "TX", "WI")


def test_one_column_of_classes_is_the_label():
    steps = pd.DataFrame(RNG.normal(size=(32, 60)).round(2), columns=[f"d_{i}" for i in range(60)])
    steps.insert(0, "who", [f"item {i}" for i in range(32)])
    steps["mood"] = [("good", "bad")[i % 2] for i in range(32)]
    assert read(steps).label == "mood"


# Times in several columns ---------------------------------------------------------------------

HOURS = pd.date_range("2021-03-01", periods=120, freq="h")


def test_year_month_day_and_hour_without_names_are_the_time():
    text = "\n".join(f"{t:%Y %m %d %H} {v}" for t, v in zip(HOURS, wave(120), strict=True))
    table = read(text)
    assert table.time == "column 1+column 2+column 3+column 4"
    assert table.frame[table.time].tolist() == HOURS.tolist()
    assert table.numeric == ("column 5",)


def test_numbers_that_only_look_like_parts_of_a_date_stay_numbers():
    frame = pd.DataFrame({"y": RNG.integers(1900, 2020, 60), "m": RNG.integers(1, 13, 60)})
    frame["v"] = wave(60)
    assert read(frame).time is None


@pytest.mark.parametrize("steps", [24, 48, 288])
@pytest.mark.parametrize("first", [0, 1])
def test_the_number_of_a_step_of_the_day_is_its_time(steps, first):
    days = np.repeat(DAYS[:3], steps)
    counted = np.tile(np.arange(first, first + steps), 3)
    table = read(pd.DataFrame({"day": days, "period": counted, "load": wave(3 * steps)}))
    moments = table.frame[table.time]
    assert (moments.diff().dropna() == pd.Timedelta(days=1) / steps).all()
    assert (moments.iloc[0], table.numeric) == (pd.Timestamp(DAYS[0]), ("load",))


@pytest.mark.parametrize("mark", ["M{:02}", "Q{:02}"])
def test_periods_of_offices_of_statistics_are_months(mark):
    count = 12 if mark[0] == "M" else 4
    rows = [(y, mark.format(k)) for y in range(2000, 2030) for k in range(1, count + 1)][:60]
    frame = pd.DataFrame(rows, columns=["Year", "Period"]).assign(Value=wave(60))
    table = read(frame)
    expected = pd.date_range("2000-01-01", periods=60, freq="MS" if count == 12 else "QS")
    assert table.frame[table.time].tolist() == expected.tolist()


@pytest.mark.parametrize("written", ["0 days 00:{:02}:{:02}", "PT{}M{}S"])
def test_durations_as_pandas_and_iso_write_them_are_seconds(written):
    cells = [written.format(*divmod(7 * i, 60)) for i in range(60)]
    table = read(pd.DataFrame({"since": cells, "v": wave(60)}))
    assert (table.time, table.frame["since"].tolist()) == ("since", [7.0 * i for i in range(60)])


def test_dates_of_ten_digits_are_found_in_any_column():
    frame = pd.DataFrame({"station": 44, "MESS_DATUM": HOURS.strftime("%Y%m%d%H"), "t": wave(120)})
    table = read(frame)
    assert table.time == "MESS_DATUM"
    assert table.frame["MESS_DATUM"].tolist() == HOURS.tolist()


# A calendar as a matrix -----------------------------------------------------------------------


def test_days_down_and_hours_across_are_one_series_and_a_day_a_row_is_offered():
    load = (50 + 9 * np.sin(np.arange(24 * 20) / 24 * 2 * np.pi)).round(2)
    frame = pd.DataFrame(load.reshape(20, 24), columns=[f"HE{h:02}" for h in range(1, 25)])
    frame.insert(0, "day", DAYS[:20])
    table = read(frame)
    assert table.frame["value"].tolist() == load.tolist()
    assert (table.frame["hour"].diff().dropna() == pd.Timedelta(hours=1)).all()
    (other,) = others(table, ParseOptions())
    assert len(read(frame, **other.changes).frame) == 20


def test_as_many_columns_as_a_day_has_hours_need_not_be_hours():
    frame = pd.DataFrame(RNG.normal(size=(40, 24)), columns=[f"sensor {k}" for k in range(24)])
    frame.insert(0, "day", DAYS[:40])
    assert len(read(frame).numeric) == 24


def test_months_down_and_years_across_are_one_series():
    values = wave(96)
    frame = pd.DataFrame(values.reshape(8, 12).T, columns=[str(y) for y in range(2010, 2018)])
    frame.insert(0, "Month", pd.date_range("2000", periods=12, freq="MS").strftime("%b"))
    table = read(frame)
    assert table.frame["value"].tolist() == values.tolist()
    assert table.frame["month"].iloc[12] == pd.Timestamp("2011-01-01")


# Notations ------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["Temp: {} C, Hum: {} %", "Temp={} Hum={}", "Temp : {};Hum : {}"])
def test_names_before_each_value_are_columns(line):
    a, b = wave(60), wave(60, 40)
    table = read_table("\n".join(map(line.format, a, b)).encode(), "log.txt")
    assert table.numeric == ("Temp", "Hum")
    assert table.frame["Hum"].tolist() == b.tolist()


def test_sentences_with_colons_are_no_named_values():
    text = "\n".join(f"Note: on day {i} it was as before, page: {i}" for i in range(40))
    assert read_table(text.encode(), "a.txt").kind == "corpus"


WORDS = [("EU", "ORG"), ("rejects", "O"), ("a", "O"), ("German", "MISC"), ("call", "O")]


@pytest.mark.parametrize("blank", [True, False], ids=["blank lines", "a name in each first row"])
def test_words_with_tags_are_sentences_with_the_tags_of_their_words(blank):
    sentences = [[WORDS[k] for k in RNG.permutation(5)[:size]] for size in RNG.integers(3, 6, 30)]
    if blank:
        text = "\n\n".join("\n".join(map(" ".join, sentence)) for sentence in sentences)
        table = read_table(text.encode(), "train.txt")
    else:
        rows = [
            (f"Sentence: {i}" if k == 0 else "", *pair)
            for i, sentence in enumerate(sentences)
            for k, pair in enumerate(sentence)
        ]
        table = read(pd.DataFrame(rows, columns=["Sentence #", "Word", "Tag"]))
    assert table.kind == "pairs"
    words, tags = (table.frame[name].tolist() for name in table.texts)
    assert words == [" ".join(word for word, _ in sentence) for sentence in sentences]
    assert tags == [" ".join(tag for _, tag in sentence) for sentence in sentences]


def test_annotations_above_the_names_are_left_out():
    rows = "\n".join(
        f",,{k},{t:%Y-%m-%dT%H:%M:%SZ},{v},{host}"
        for k, host in enumerate("ab")
        for t, v in zip(HOURS, wave(120), strict=True)
    )
    names = ",result,table,_time,_value,host"
    table = read(f"#group,false,false,false,false,true\n#default,_result,,,,\n{names}\n{rows}")
    assert (table.time, table.kind, dataset(table).target) == ("_time", "long", "_value")
    assert len(table.frame) == 240


def test_units_behind_a_mark_below_names_behind_a_mark():
    rows = "\n".join(f"{t:%Y %m %d %H} {v} {v + 1}" for t, v in zip(HOURS, wave(120), strict=True))
    table = read(f"#YY MM DD hh WSPD ATMP\n#yr mo dy hr m/s degC\n{rows}")
    assert table.numeric == ("WSPD m/s", "ATMP degC")
    assert table.frame[table.time].tolist() == HOURS.tolist()


# Rows ----------------------------------------------------------------------------------------


def test_columns_whose_combinations_stand_in_blocks_tell_sequences_apart_without_a_time():
    rows = [
        (gesture, person, trial, *RNG.normal(size=2).round(3))
        for person in ("s1", "s2")
        for gesture in ("wave", "circle", "push")
        for trial in (1, 2, 3)
        for _ in range(20)
    ]
    frame = pd.DataFrame(rows, columns=["gesture", "subject", "trial", "ax", "ay"])
    table = read(frame)
    assert (table.sequence_id, table.label) == ("gesture+subject+trial", "gesture")
    assert table.numeric == ("ax", "ay")
    assert len(dataset(table).x) == 18


def test_rows_that_go_on_are_steps_although_a_class_stands_at_their_end():
    values = np.stack([4000 + 50 * np.sin(np.arange(200) / 9 + 9 * k) for k in range(14)], axis=1)
    frame = pd.DataFrame(values.round(1), columns=list("ABCDEFGHIJKLMN"))
    frame["eye"] = np.arange(200) // 40 % 2
    table = read(frame)
    assert (table.kind, table.label) == ("series", "eye")
    (other,) = [o for o in others(table, ParseOptions()) if o.code == "rows_are_steps"]
    assert dataset(read(frame, **other.changes)).x.shape == (200, 14, 1)
    mixed = frame.sample(frac=1, random_state=0)
    assert read(mixed).kind == "wide"


def test_rows_in_no_order_are_asked_about_whatever_their_columns_are_called():
    frame = pd.DataFrame({"area": RNG.integers(50, 200, 80), "price": RNG.integers(1, 900, 80)})
    assert "rows_not_steps" in codes(read(frame))
    assert "rows_not_steps" not in codes(read(frame.sort_values(["area", "price"])))


def test_a_class_behind_the_steps_is_the_label_and_attributes_in_front_are_none():
    steps = pd.DataFrame(RNG.gamma(2, 20, (60, 12)).round(2), columns=[f"m{k}" for k in range(12)])
    steps.insert(0, "gender", RNG.choice(["F", "M"], 60))
    steps.insert(0, "plan", RNG.choice(["basic", "full"], 60))
    steps.insert(0, "customer", [f"c{i}" for i in range(60)])
    assert read(steps).label is None
    steps["churn"] = RNG.choice(["Yes", "No"], 60)
    assert read(steps).label == "churn"


def test_two_labels_that_are_near_are_named_and_a_button_takes_the_other():
    steps = pd.DataFrame(RNG.normal(size=(60, 12)).round(2), columns=[f"t{k}" for k in range(12)])
    steps.insert(0, "shape", RNG.choice(["round", "flat"], 60))
    steps.insert(0, "colour", RNG.choice(["red", "blue"], 60))
    table = read(steps)
    (other,) = [o for o in others(table, ParseOptions()) if o.code == "two_labels"]
    assert {table.label, other.changes["label"]} == {"colour", "shape"}
    assert read(steps, **other.changes).label == other.changes["label"]


def test_an_archive_with_the_litter_of_a_system_holds_one_file():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data/train.csv", pd.DataFrame({"day": DAYS, "y": wave(60)}).to_csv())
        archive.writestr("data/.DS_Store", b"x")
        archive.writestr("__MACOSX/data/._train.csv", b"\0")
    assert read_table(file.getvalue(), "data.zip").time == "day"


def test_a_state_that_comes_and_goes_while_one_clock_ticks_tells_no_sequences_apart():
    moments = pd.date_range("2024-01-01", periods=200, freq="10s").strftime("%Y-%m-%d %H:%M:%S")
    state = np.where(np.arange(200) // 20 % 3 == 2, "fault", "ok")
    frame = pd.DataFrame({"timestamp": moments, "temp": wave(200), "state": state})
    table = read(frame)
    assert (table.kind, table.sequence_id) == ("series", None)
    assert dataset(table, target="state").goal.classes == ("fault", "ok")


# A second set --------------------------------------------------------------------------------


def test_times_in_milliseconds_and_then_in_microseconds_are_one_clock():
    stamps = [1_700_000_000_000 + 60_000 * i for i in range(90)]
    stamps = [t if i < 40 else 1000 * t for i, t in enumerate(stamps)]
    table = read(pd.DataFrame({"open_time": stamps, "open": wave(90)}))
    assert (table.frame["open_time"].diff().dropna() == pd.Timedelta(minutes=1)).all()
    assert "unix_time" in codes(table)


def test_a_date_with_blanks_between_its_parts_is_one():
    frame = pd.DataFrame({"stamp": HOURS.strftime("%d %m %Y %H:%M"), "flow": wave(120)})
    assert read(frame).frame["stamp"].tolist() == HOURS.tolist()


def test_blank_lines_part_sequences():
    blocks = [RNG.normal(size=(rows, 5)).round(4) for rows in RNG.integers(8, 20, 25)]
    text = "\n\n".join("\n".join(" ".join(map(str, row)) for row in block) for block in blocks)
    table = read_table(text.encode(), "ae.train.txt")
    sizes = table.frame[table.sequence_id].value_counts(sort=False)
    assert sizes.tolist() == [len(block) for block in blocks]
    (other,) = [o for o in others(table, ParseOptions()) if o.code == "parted_by_lines"]
    assert read(text, **other.changes).kind == "series"


def test_names_with_nothing_behind_them_are_names():
    table = read("v1,v2,,,\n" + "\n".join(f'{"ab"[i % 2]},"one, text {i}",,,' for i in range(40)))
    assert (table.kind, table.label, len(table.frame)) == ("text", "v1", 40)


def test_sums_beside_the_months_are_left_out_of_their_series():
    values = wave(120).reshape(10, 12)
    months = pd.date_range("2000", periods=12, freq="MS").strftime("%b")
    frame = pd.DataFrame(values, columns=months).assign(**{"J-D": values.mean(axis=1), "DJF": 1.0})
    frame.insert(0, "Year", range(1990, 2000))
    table = read(frame)
    assert table.frame["value"].tolist() == values.ravel().tolist()
    assert "“J-D” and “DJF”" in " ".join(finding.message for finding in table.findings)


def test_seconds_that_begin_anew_in_each_block_are_the_time_however_uneven():
    parts = []
    for k in (5, 11, 16, 31):
        seconds = np.sort(RNG.choice(600, 50, replace=False))
        parts.append(
            pd.DataFrame({"time_id": k, "seconds_in_bucket": seconds, "price": wave(50, 1)})
        )
    table = read(pd.concat(parts))
    assert (table.time, table.sequence_id) == ("seconds_in_bucket", "time_id")


def test_names_and_values_behind_the_words_of_a_log():
    lines = [f"[{100 * i:8d}] INFO motor: rpm={1000 + i} temp={40 + i / 50}" for i in range(60)]
    table = read_table("\n".join(lines).encode(), "log.txt")
    assert table.frame["rpm"].tolist() == [1000.0 + i for i in range(60)]
    assert table.time == "time"


# Several columns of text ----------------------------------------------------------------------


def test_another_column_of_sentences_is_one_click_away():
    lines = [f"the {w} number {i} of it" for i, w in enumerate(["red", "green"] * 20)]
    frame = pd.DataFrame({"title": lines, "author": [f"name {i % 9}" for i in range(40)]})
    frame["text"] = [f"{line}, which is a longer text" for line in lines]
    frame["label"] = ["a", "b"] * 20
    table = read(frame)
    assert table.texts == ("text",)
    (offered,) = others(table, ParseOptions())
    assert offered.label == "Read “title”"
    again = read(frame, reading=ParseOptions(**offered.changes))
    assert (again.kind, again.texts, again.label) == ("text", ("title",), "label")
    (back,) = others(again, ParseOptions(**offered.changes))
    assert back.changes == {"text": "text"}


def test_a_text_that_is_not_there_is_refused():
    frame = pd.DataFrame({"text": [f"some words {i}" for i in range(20)], "label": ["a", "b"] * 10})
    with pytest.raises(UploadError, match="no column called “nowhere” to take the text from"):
        read(frame, text="nowhere")
