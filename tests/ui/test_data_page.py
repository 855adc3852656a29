"""The data page: what it says of every kind of data, and every guess of the reader overruled."""

import io
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from seqlab.data.catalogue import ENTRIES
from seqlab.data.reader.stages import STAGES
from seqlab.data.seasons import find_period
from seqlab.data.upload import read_table
from seqlab.experiment import Data, Experiment, ParseOptions, Recurrent
from seqlab.runs.file_reader import FileJob
from seqlab.ui import services
from seqlab.ui.components import chart
from seqlab.ui.controls import data as data_controls
from seqlab.ui.controls import parse_options
from seqlab.ui.draft import dataset_of
from tests.data.reader.files import npz
from tests.ui.test_lens_page import finished
from tests.ui.test_lens_page import opened as look_inside

PAGES = Path(__file__).parents[2] / "pages"


def opened(app, shown: Data | None = None, **query):
    app.query_params.update(query)
    if shown is not None:
        app.query_params.update(Experiment(data=shown).to_query())
    app.switch_page(str(PAGES / "data.py"))
    app.run()
    assert not app.exception
    return app


def uploaded(app, name, content, **query):
    opened(app, data="upload", **query)
    app.file_uploader(key="upload").upload(name, content).run()
    assert not app.exception
    return app


def words(app):
    boxes = (*app.header, *app.caption, *app.markdown, *messages(app))
    return "\n".join(box if isinstance(box, str) else box.value.replace("\\", "") for box in boxes)


def how_it_is_read(app):
    """The title of the expander with the reader's guesses."""
    return next(e.label for e in app.expander if e.label.startswith("How the file is read"))


def messages(app):
    return [box.value.replace("\\", "") for box in (*app.error, *app.warning, *app.info)]


def tables(app):
    """The tables of the page by their column names."""
    return [frame.value for frame in app.dataframe]


def table_with(app, column):
    return next(table for table in tables(app) if column in table.columns)


def series(rows=90, delimiter=","):
    lines = [f"{1900 + i},{i % 11 + 0.5},{i % 7}" for i in range(rows)]
    return "\n".join(["year,flow,rain", *lines]).replace(",", delimiter).encode()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "sunspots",
            ["309 rows from 1700 to 2008: 247 to train", "Its season is 11 rows", "Belgium"],
        ),
        (
            "co2",
            [
                "59 missing values are marked by crosses, drawn as they were filled",
                "59 values (2.6%)",
            ],
        ),
        ("macro", ["The first 6 of 12 columns", "times as wide", "fitted on all rows, it would"]),
        ("vowels", ["12 of 640 sequences", "7 to 29 steps", "46% of X is padding", "CC BY 4.0"]),
        ("adding", ["sequences, all from the training part", "Hochreiter"]),
        ("echo", ["constant 0", "Jaeger"]),
        ("reber", ["7 different symbols", "most frequent of 7 classes"]),
        ("reviews", ["different words", "bag of words"]),
        ("dates", ["12 of", "pairs, all from the training part", "ISO date"]),
    ],
)
def test_every_kind_of_source_is_shown_with_its_numbers(app, source, said):
    data = ENTRIES[source].default()
    opened(app, data)
    found = words(app)
    assert not app.error
    for sentence in said:
        assert sentence in found
    dataset = dataset_of(data)
    rules = table_with(app, "rule")
    assert sorted(rules["rule"]) == sorted(dataset.baselines)
    losses = [dataset.baselines[name].loss for name in rules["rule"]]
    np.testing.assert_allclose(rules["loss"], losses)
    best = dataset.best_baseline("accuracy") or dataset.best_baseline()
    assert best is None or rules["rule"].iloc[0] == best[0]  # the one to beat stands first
    if dataset.splits:
        season = find_period(dataset.values[: dataset.splits[0], 0])
        assert (f"Its season is {season:,} rows" in found) == bool(season)


def test_columns_have_their_summary_and_the_best_rule_its_error(app):
    opened(app)
    (row,) = table_with(app, "known").to_dict("records")
    assert (row["known"], row["missing"], row["max"]) == (309, 0, 190.2)
    assert row["mean"] == pytest.approx(49.752, abs=1e-3)
    assert "“linear autoregression”: its error on the validation part is 19.98" in words(app)


def test_a_class_of_a_series_is_counted_not_drawn(app):
    opened(app, ENTRIES["seattle"].default().model_copy(update={"target": "weather"}))
    assert "is the most frequent of 5 classes" in words(app)
    assert not app.error


def test_a_random_split_is_called_flattering(app):
    flattering, fitted = "look better than a forecast of the future", "is fitted on the training"
    opened(app)
    assert flattering not in words(app)
    assert fitted in words(app)
    app.selectbox(key="split").set_value("random").run()
    assert flattering in words(app)
    assert fitted not in words(app)


def test_the_cut_is_changed_here_and_stays_on_the_playground(app):
    opened(app)
    app.number_input(key="window").set_value(9).run()
    app.selectbox(key="scaling").set_value("minmax").run()
    assert "X has the shape (300, 9, 1), y (300, 1): 238 windows" in words(app)
    assert "Scaling (minmax) is fitted" in words(app)
    app.slider(key="pair").set_value(3).run()
    pair = table_with(app, "X: sunspots")
    assert pair["row"].tolist() == list(range(3, 13))
    assert pair["time"].tolist() == [str(year) for year in range(1702, 1712)]
    assert pair["y: sunspots"].notna().tolist() == [False] * 9 + [True]
    app.switch_page(str(PAGES / "train.py"))
    app.run()
    assert app.number_input(key="window").value == 9
    assert app.query_params["window"] in ("9", ["9"])


def test_a_window_that_does_not_fit_gets_a_sentence_and_its_fix(app):
    opened(app)
    app.number_input(key="window").set_value(300).run()
    assert any("does not fit into the training part" in message for message in messages(app))
    app.button(key="fix_0").click().run()
    assert app.number_input(key="window").value == 61
    assert not messages(app)


def test_an_upload_is_shown_with_what_was_assumed(app):
    rows = series().decode().split("\n")
    rows[12] = rows[12].replace(",", ",x", 1)
    content = "\n".join(["Exported by a logger", "", *rows]).encode()
    uploaded(app, "rivers.csv", content)
    found = words(app)
    assert "rivers.csv" in found
    assert "90 rows and 3 columns" in found
    assert "line 15" in found  # the cell that is no number
    table = table_with(app, "flow")
    assert table.columns.tolist() == ["year", "flow", "rain"]
    assert table.index[0] == "line 4"
    summary = table_with(app, "known").set_index("column")
    assert summary.loc["flow", "missing"] == 1
    assert summary.loc["rain", "role"] == ""


TWO = b"day;a;b;c\n" + b"".join(
    b"%02d/%02d/2020;%d;%d;%s\n"
    % (i % 12 + 1, i // 12 + 1, i, i * i % 17, b"uv"[i % 2 : i % 2 + 1])
    for i in range(60)
)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("encoding", "cp1252", "Read as cp1252"),
        ("delimiter", ";", "between cells: semicolon"),
        ("decimal", ",", "decimal comma"),
        ("header", 1, "header rows: 1"),
        ("day_first", True, "from 2020-01-01"),
        ("kind", "wide", "a sequence a row"),
        ("time", "", "a series of 60 rows, no time column"),
        ("label", "", "Columns: time is “day”, 2 of numbers"),
        ("sequence_id", "c", "“c” separates 2 sequences"),
        ("ignored", ["b"], "60 rows and 3 columns"),
    ],
)
def test_every_guess_can_be_overruled_and_reset(app, name, value, shown):
    uploaded(app, "two.csv", TWO)
    if name == "header":
        app.number_input(key="reading_header").set_value(value).run()
    elif name == "ignored":
        app.multiselect(key="reading_ignored").set_value(value).run()
    else:
        app.selectbox(key=f"reading_{name}").set_value(value).run()
    assert not app.exception
    assert app.session_state["reading"] == {name: value} or name == "ignored"
    assert ParseOptions.model_validate(app.session_state["reading"]) == ParseOptions(
        **{name: value}
    )
    assert "1 changed" in how_it_is_read(app)
    assert shown in words(app)
    app.button(key=f"reset_reading_{name}").click().run()
    assert not app.exception
    assert app.session_state["reading"] == {}
    assert not app.error


def test_the_order_of_day_and_month_acts_at_once(app):
    content = "when,x\n" + "\n".join(
        f"{i % 12 + 1:02d}/{i // 12 + 1:02d}/2020,{i}" for i in range(60)
    )
    uploaded(app, "when.csv", content.encode())
    for day_first, value in ((True, 1), (False, 12)):  # 02/01/2020 is row 1, 01/02/2020 row 12
        app.selectbox(key="reading_day_first").set_value(day_first).run()
        assert table_with(app, "when").set_index("when").loc["2020-01-02", "x"] == value


def test_labels_at_every_step_can_be_chosen(app):
    rows = [f"{s},{t},{(s * t) % 5},{'ab'[t % 2]}" for s in range(12) for t in range(8)]
    uploaded(app, "steps.csv", ("id,t,x,label\n" + "\n".join(rows)).encode())
    app.selectbox(key="reading_label_at").set_value("end").run()
    assert "the most frequent one counts" in words(app)
    app.selectbox(key="reading_label_at").set_value("every step").run()
    assert "there is a label for each step" in words(app)


MISSING = ParseOptions(codes=(-999,))


def test_a_code_for_missing_is_offered_and_taken(app):
    rows = series().decode().split("\n")
    for i in (5, 25, 45):
        rows[i] = f"{1899 + i},-999,{i % 7}"
    uploaded(app, "codes.csv", "\n".join(rows).encode())
    assert "exactly -999" in words(app)
    app.button(key="code_0").click().run()
    assert ParseOptions.model_validate(app.session_state["reading"]).codes == (-999,)
    assert table_with(app, "known").set_index("column").loc["flow", "missing"] == 3
    assert "3 missing values are marked" in words(app)
    assert "“flow” lacks row 5 (1904)" in words(app)
    choices = table_with(app, "training windows").set_index("missing values")
    drawn = dataset_of(Data(source="upload", file=app.session_state["file"], reading=MISSING))
    assert choices.loc["straight lines", "training windows"] == len(drawn.train)
    left = choices["training windows"].tolist()
    assert left[1] >= left[0] > left[2]
    for typed in ("many", "nan", "-inf", "1e999"):
        app.multiselect(key="reading_codes").set_value(["-999", typed]).run()
        assert any(f"must be a number, got {typed!r}" in message for message in messages(app))
        assert ParseOptions.model_validate(app.session_state["reading"]).codes == (-999,)


def test_a_wish_that_makes_no_sense_counts_for_nothing(app):
    uploaded(app, "rivers.csv", series())
    app.session_state["reading"] = {"codes": [float("nan")], "ignored": ["rain"]}
    app.run()
    assert not app.exception
    assert "90 rows and 2 columns" in words(app)
    app.button(key="reset_reading_ignored").click().run()
    assert app.session_state["reading"] == {}


def test_a_reading_that_fails_says_so_and_can_be_taken_back(app):
    uploaded(app, "rivers.csv", series())
    app.selectbox(key="reading_kind").set_value("long").run()
    assert any("Choose the column with the sequence id" in message for message in messages(app))
    app.selectbox(key="reading_encoding").set_value("utf-16").run()
    assert not app.exception
    assert app.error
    app.button(key="reset_reading").click().run()
    assert not app.error
    assert "90 rows and 3 columns" in words(app)


def test_a_file_that_was_read_is_not_read_again(app, store, monkeypatch):
    uploaded(app, "rivers.csv", series())
    monkeypatch.setattr(store, "upload", None)
    app.number_input(key="window").set_value(9).run()
    assert not app.exception
    assert "Using rivers.csv" in words(app)
    assert "90 rows and 3 columns, 1 kB" in words(app)


def stored(store):
    return sorted(path.name for path in (store.home / "uploads").iterdir())


def test_a_bad_file_leaves_the_good_one_and_may_be_used_all_the_same(app, store):
    uploaded(app, "rivers.csv", series())
    prose = (
        b"It was a dark night, and the rain fell, said Ada.\nAlan slept, or so it seemed.\n" * 40
    )
    kept = stored(store)
    app.file_uploader(key="upload").upload("prose.csv", prose).run()
    assert len(app.error) == 1
    assert stored(store) == kept
    assert "rivers.csv" in words(app)
    app.button(key="use_anyway").click().run()
    assert not app.exception
    app.selectbox(key="reading_kind").set_value("corpus").run()
    assert not app.error
    assert "lines of running text" in words(app)
    assert len(stored(store)) == len(kept) + 1


def test_a_file_that_no_reading_can_save_is_not_offered_nor_kept(app, store):
    uploaded(app, "picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    assert app.error
    assert not any(button.key == "use_anyway" for button in app.button)
    assert not stored(store)


def test_a_link_brings_its_reading_along(app, store):
    file = store.add_upload(series(delimiter=";"), "rivers.csv")
    wish = ParseOptions(ignored=("rain",), header=1)
    opened(app, Data(source="upload", file=file, reading=wish))
    assert "2 changed" in how_it_is_read(app)
    assert app.multiselect(key="reading_ignored").value == ["rain"]
    assert "90 rows and 2 columns" in words(app)


def test_a_link_to_a_file_that_is_gone_gets_a_sentence(app):
    opened(app, Data(source="upload", file="gone"))
    assert any("not kept here" in message for message in messages(app))


NAMES = ["<b>bold</b>", "**stars**", ":red[x]"]


def rendered(app):
    """What a page renders as Markdown."""
    boxes = (*app.caption, *app.markdown, *app.header, *app.error, *app.warning, *app.info)
    choices = (*app.segmented_control, *app.select_slider)
    return [
        *(box.value for box in boxes),
        *(button.label for button in app.button),
        *(option for choice in choices for option in choice.options),
    ]


@pytest.fixture
def drawn(monkeypatch):
    """The figures that were drawn, as text."""
    found = []

    def draw(data, **_):
        figure = json.loads(data["figure"])
        del figure["layout"]["uirevision"]  # which nobody sees
        found.append(str(figure))

    monkeypatch.setattr(chart, "_component", draw)
    return found


def no_markup(app, drawn):
    assert not app.exception
    assert not any(name in text for name in NAMES for text in rendered(app))
    assert not any(NAMES[0] in figure for figure in drawn)
    assert drawn
    drawn.clear()


def test_names_from_a_file_are_no_markup(app, store, drawn):
    header = f"when,{','.join(NAMES)}\n".encode()
    rows = b"".join(b"%d,%d,%d,%d\n" % (i, i % 5, i % 7, i % 3) for i in range(80))
    uploaded(app, "<i>a</i>.csv", header + rows)
    assert table_with(app, "when").columns.tolist() == ["when", *NAMES]
    no_markup(app, drawn)
    assert not any("<i>a</i>" in text for text in rendered(app))
    file = app.session_state["file"]
    data = Data(source="upload", file=file, window=6, target=NAMES[0], inputs=tuple(NAMES))
    run = finished(store, Experiment(data=data, layers=(Recurrent(units=3),)))
    app.query_params["run"] = run
    app.switch_page(str(PAGES / "train.py")).run()
    no_markup(app, drawn)
    inside = None
    for view in ("Statistics", "Attribution", "State trajectory (PCA)"):
        inside = look_inside(run, view, inside)
        no_markup(inside, drawn)
    inside.segmented_control(key="lens_coloured_2").set_value(f"input {NAMES[0]}").run()
    no_markup(inside, drawn)


def test_labels_from_a_file_are_no_markup(store, drawn):
    rows = [f"{s},{t},{s * t % 5},{NAMES[(s + t) % 2]}" for s in range(12) for t in range(8)]
    file = store.add_upload("\n".join(["id,t,x,label", *rows]).encode(), "steps.csv")
    data = Data(source="upload", file=file, reading=ParseOptions(label_at="every step"))
    layer = Recurrent(units=3, return_sequences=True)
    run = finished(store, Experiment(data=data, layers=(layer,)))
    app = look_inside(run, "Attribution")
    assert len(app.select_slider) == 2  # the epoch, and the symbol of the answer
    no_markup(app, drawn)


def test_long_and_wide_tables_show_their_beginning(app):
    rows = ["t," + ",".join(f"c{j}" for j in range(300))]
    rows += [f"{i}," + ",".join(str((i * j) % 13) for j in range(300)) for i in range(240)]
    uploaded(app, "big.csv", "\n".join(rows).encode())
    assert "the first 200 of 240 rows and the first 100 of 301 columns" in words(app)
    assert table_with(app, "c1").shape == (200, 100)
    assert len(table_with(app, "known")) == 300


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "reviews.csv",
            b"text,label\n" + b"a fine day it was,good\nso dull a film,bad\n" * 20,
            "pairs",
        ),
        ("pairs.tsv", b"one\teins\ntwo words\tzwei Worte\nthree\tdrei\n" * 8, "pairs"),
        ("corpus.txt", b"To be, or not to be, that is the question.\n" * 40, "running text"),
        (
            "a.npz",
            npz(x=np.random.default_rng(0).normal(size=(30, 6, 2)), y=np.arange(30) % 3),
            "sequences",
        ),
        (
            "wide.csv",
            ("label," + ",".join(f"t{i}" for i in range(12)) + "\n").encode()
            + b"".join(
                (f"{'ab'[i % 2]}," + ",".join(str((i * j) % 9) for j in range(12)) + "\n").encode()
                for i in range(40)
            ),
            "12 of 40 sequences",
        ),
    ],
)
def test_every_layout_of_a_file_is_shown(app, name, content, said):
    uploaded(app, name, content)
    assert not app.error
    assert said in words(app)
    assert "X has the shape" in words(app)


def test_every_field_of_a_reading_has_a_name_and_a_widget():
    assert set(parse_options.NAMES) == set(ParseOptions.model_fields)


def test_stores_side_by_side_are_split_at_one_date(app):
    rows = [
        f"{s},2020-{1 + t // 28:02d}-{1 + t % 28:02d},{s * 10 + t % 7}"
        for s in range(3)
        for t in range(60)
    ]
    uploaded(app, "stores.csv", ("store,date,sales\n" + "\n".join(rows)).encode())
    found = words(app)
    assert "are the validation part, in all sequences" in found
    assert "seasonal naive" in table_with(app, "rule")["rule"].tolist()
    assert "by date or id" in app.selectbox(key="split").options
    assert "is fitted on the training part alone" in found
    app.selectbox(key="split").set_value("random").run()
    assert "look better than a forecast of the future can be" in words(app)


def test_sequences_with_a_label_have_no_window(app):
    rows = [f"{s},{t},{(s * t) % 5},{'ab'[s % 2]}" for s in range(20) for t in range(8)]
    uploaded(app, "steps.csv", ("id,t,x,label\n" + "\n".join(rows)).encode())
    assert "each class keeps its share" in words(app)
    assert not any(box.key == "window" for box in app.number_input)
    app.number_input(key="test_share").set_value(0.2).run()
    assert "12 sequences to train with, 4 for validation, 4 for the test" in words(app)


def test_the_effect_of_equal_steps_is_told_before(app):
    days = [f"2020-01-{1 + i:02d}" for i in range(31) if i not in (7, 8, 20)]
    rows = "\n".join(f"{day},{i % 5}" for i, day in enumerate(days))
    uploaded(app, "gaps.csv", ("date,x\n" + rows).encode())
    assert "there would be 31 rows instead of 28" in words(app)
    assert "3 rows would have no value" in words(app)
    app.button(key="resample").click().run()
    assert "28 rows became 31 steps" in words(app)


WAVES = np.sin(
    np.random.default_rng(0).uniform(0.5, 1, (40, 1)) * np.arange(24) + np.arange(40)[:, None]
)


def test_axes_that_look_swapped_are_swapped_by_a_click_and_back_by_another(app, store):
    file = store.add_upload(npz(x=WAVES.T[:, :, None]), "waves.npz")
    app.query_params.update(Experiment(data=Data(source="upload", file=file, window=8)).to_query())
    app.switch_page(str(PAGES / "train.py"))
    app.run()
    (fix,) = [button for button in app.button if button.label == "Swap sequences and steps"]
    fix.click().run()
    assert not app.exception
    assert app.session_state["reading"] == {"swapped": True}
    assert not [button for button in app.button if button.label == "Swap sequences and steps"]
    app.switch_page(str(PAGES / "data.py"))
    app.run()
    assert "its first two axes swapped: 40 sequences of 24 steps" in words(app)
    assert app.selectbox(key="reading_swapped").value is True
    app.button(key="reset_reading_swapped").click().run()
    assert "24 sequences of 40 steps" in words(app)
    assert app.session_state["reading"] == {}


def test_sequences_are_cut_and_duplicates_left_out_and_both_can_be_taken_back(app, store):
    x, lengths = np.random.default_rng(0).normal(size=(30, 9, 1)), np.arange(60) % 6 + 4
    file = store.add_upload(
        npz(x=np.r_[x, x], y=np.r_[np.arange(30) % 2, np.arange(30) % 2], lengths=lengths),
        "twice.npz",
    )
    data = Data(source="upload", file=file, longest=4, tails="cut", duplicates="drop")
    opened(app, data)
    gone = 60 - len(dataset_of(data).train) - len(dataset_of(data).validation)
    assert f"X has the shape (60, 4, 1), y (60,): {48 - gone} sequences to train" in words(app)
    assert f"{gone} training sequences that also stand" in words(app)
    assert "50 sequences were cut after 4 steps" in words(app)
    app.switch_page(str(PAGES / "train.py"))
    app.run()
    assert app.number_input(key="longest").value == 4
    called = {"longest": "Maximum", "tails": "Repeated", "duplicates": "Duplicate"}
    for key, name in called.items():
        assert app.button(key=f"reset_{key}").label.startswith(name)
        app.button(key=f"reset_{key}").click().run()
    assert app.number_input(key="longest").value is None
    assert app.selectbox(key="duplicates").value == "keep"
    assert app.selectbox(key="tails").value == "keep"
    assert not {"tails", "duplicates"} & {*app.query_params}


def test_a_page_that_outlived_its_server_changes_nothing_of_a_file_that_is_not_known(store):
    """The soak found it: the callback of a widget comes first, in a session that knows no file."""
    script = """
import streamlit as st
from seqlab.ui.controls import parse_options
parse_options.change("delimiter", ";")
parse_options.reset()
st.write(st.session_state.get("reading"))
"""
    app = AppTest.from_string(script, default_timeout=60).run()
    assert not app.exception
    assert not app.session_state["reading"]


def test_readings_that_are_near_are_pictured_and_taken_by_a_button(app):
    rows = "".join(
        f"{i * 37 % 101 / 7:.3f},{i * 53 % 97 / 7:.3f},{i * 71 % 89 / 7:.3f},{i % 2}\n"
        for i in range(60)
    )
    uploaded(app, "cases.csv", b"a,b,c,died\n" + rows.encode())
    assert "**As it is read now**: a series of 60 rows" in words(app)
    assert "**Or**: one sequence a row, 60 rows; class: “died”" in words(app)
    assert sum("<img" in element.proto.body for element in app.get("html")) >= 2
    app.button(key="other_0").click().run()
    assert not app.exception
    assert app.session_state["reading"] == {"kind": "wide"}


def test_another_sheet_is_chosen_and_several_targets_are_no_certainty(app):
    file = io.BytesIO()
    frame = pd.read_csv(io.BytesIO(series()))
    with pd.ExcelWriter(file, engine="openpyxl") as writer:
        frame.to_excel(writer, sheet_name="all", index=False)
        frame.head(50).to_excel(writer, sheet_name="early", index=False)
    uploaded(app, "book.xlsx", file.getvalue())
    assert "An Excel workbook, sheet “all”" in words(app)
    app.selectbox(key="reading_sheet").select("early").run()
    assert "50 rows" in words(app)
    assert "“flow” is forecast if nothing else is chosen; “rain” could be, too" in words(app)
    assert "No ambiguities" not in words(app)


def test_the_series_of_a_file_are_scaled_each_by_itself(app):
    rows = [
        f"2020-{1 + i // 28:02}-{1 + i % 28:02},{shop},{size * (5 + i % 7)}"
        for shop, size in (("a", 1), ("b", 400))
        for i in range(100)
    ]
    uploaded(app, "shops.csv", "\n".join(["day,shop,sold", *rows]).encode())
    app.selectbox(key="series_scaling").select("each").run()
    assert not app.exception
    own = table_with(app, "mean of sold")
    assert own["series"].tolist() == ["a", "b"]
    assert own["mean of sold"].iloc[1] == pytest.approx(400 * own["mean of sold"].iloc[0])


def test_a_file_that_takes_long_shows_how_far_it_is_and_can_be_given_up(app, monkeypatch):
    uploaded(app, "series.csv", series())
    before = app.session_state["file"]
    job = FileJob("large.csv", 30)
    job.begun, job.stage = time.monotonic() - 4, STAGES[2]
    monkeypatch.setattr(services, "begin_reading", lambda _data, _name: job)
    monkeypatch.setattr(data_controls, "SOON", 0.01)
    app.file_uploader(key="upload").upload("large.csv", b"a,b\n1,2\n").run()
    assert not app.exception
    (bar,) = app.get("progress")
    told = bar.proto.text.replace("\\", "")
    assert told.startswith("Reading large.csv: Reading numbers and dates (")
    assert told.endswith(" s of at most 30 s).")
    assert bar.proto.value == 40
    assert app.session_state["file"] == before  # which stays in use
    app.button(key="cancel_reading").click().run()
    assert job.cancelled
    assert not app.get("progress")
    assert app.session_state["file"] == before


def test_a_file_that_was_read_in_the_meantime_is_used(app, monkeypatch):
    opened(app, data="upload")
    job = FileJob("late.csv", 30)
    monkeypatch.setattr(services, "begin_reading", lambda _data, _name: job)
    monkeypatch.setattr(data_controls, "SOON", 0.01)
    app.file_uploader(key="upload").upload("late.csv", series()).run()
    job.run(lambda: read_table(series(), "late.csv"))
    app.run()
    assert not app.exception
    assert "Using late.csv" in words(app)


def test_a_word_that_stays_the_same_in_each_series_is_an_input_at_every_step(app):
    rows = [
        f"2020-{1 + i // 28:02}-{1 + i % 28:02},{shop},{kind},{5 + i % 7}"
        for shop, kind in (("a", "mall"), ("b", "street"), ("c", "mall"))
        for i in range(60)
    ]
    uploaded(app, "shops.csv", "\n".join(["day,shop,type,sold", *rows]).encode())
    app.multiselect(key="inputs").select("sold").select("type").run()
    assert not app.exception
    assert "X has the shape (114, 22, 3)" in words(app)  # sold, and a column for each type


def test_a_short_file_with_faults_is_told_of_them_on_the_playground_too(app):
    faulty = b"Date,Sales,Promo\n2022-01-01,200,no\n2022-01-02,abc,yes\n2022-01-03,210\n"
    faulty += b"2022-01-04,190,no\n2022-01-05,170,no\n2022-01-06,180,no\n"
    uploaded(app, "six.csv", faulty)
    app.switch_page(str(PAGES / "train.py"))
    app.run()
    assert "window of 22 steps" in app.error[0].value
    told = words(app)
    assert "fewer than 3 cells (line 4)" in told
    assert "1 cell of “Sales” (line 3" in told


def test_beside_a_file_that_was_refused_nobody_asks_for_a_file(app):
    app.query_params.update(data="upload")
    app.switch_page(str(PAGES / "train.py"))
    app.run()
    assert "No file is in use yet" in words(app)
    app.file_uploader(key="upload").upload("a.csv", b'a,b\n1,"2\n3,4\n').run()
    assert "never closed" in app.error[0].value
    assert "No file is in use yet" not in words(app)


def test_the_help_of_the_inputs_says_which_columns_are_not_offered(app):
    rows = [f"2020-01-{i % 28 + 1:02},{i % 7},{i % 5},note {i}" for i in range(60)]
    uploaded(app, "a.csv", "\n".join(["day,sales,price,note", *rows]).encode())
    told = app.multiselect(key="inputs").help.replace("\\", "")
    assert "“day”: it is the time" in told
    assert "“note”: it holds 60 different words" in told


def test_another_text_is_read_by_a_button(app):
    rows = [f"the {w} one {i},this is a longer {w} text {i},{w}" for i, w in enumerate("ab" * 20)]
    uploaded(app, "news.csv", "\n".join(["title,text,label", *rows]).encode())
    (button,) = (button for button in app.button if "Read “title”" in button.label)
    button.click().run()
    assert app.session_state["reading"] == {"text": "title"}
    assert "“title” is read, and “label” is the label" in words(app)
