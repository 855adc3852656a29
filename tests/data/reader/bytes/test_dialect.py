"""What is written in any usual dialect is read back equal; no line of a file is lost in silence."""

import csv
import io
import re

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqlab.data.upload import UploadError, read_table

DATES = ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d-%b-%Y", "%Y-%m-%dT%H:%M:%S", "%B %d, %Y", "%Y%m%d")
NAMES = (
    st.text("abcxyzÄéß温度 _-/()%", min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda name: re.search(r"[a-zÄß温]", name) is not None)
)


@st.composite
def written(draw):
    """A frame and the file that pandas or csv writes of it."""
    rows = draw(st.integers(15, 40))
    names = ["date", *draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))]
    seed = draw(st.integers(0, 10_000))
    generator = np.random.default_rng(seed)
    places = draw(st.integers(1, 6))
    scale = 10.0 ** draw(st.integers(-2, 6))
    frame = pd.DataFrame(
        {name: (generator.normal(size=rows) * scale).round(places) for name in names[1:]}
    )
    days = pd.date_range("2019-12-25", periods=rows, freq="D").as_unit("us")
    frame.insert(0, "date", days)
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    decimal = draw(st.sampled_from([".", ","])) if delimiter != "," else "."
    missing = draw(st.sampled_from(["", "NA", "NaN", "-", "null", "#N/A"]))
    if draw(st.booleans()):
        holes = draw(st.lists(st.integers(1, rows - 2), max_size=4, unique=True))
        frame.iloc[holes, 1] = np.nan
    out = io.StringIO()
    frame.to_csv(
        out,
        index=False,
        sep=delimiter,
        decimal=decimal,
        na_rep=missing,
        date_format=draw(st.sampled_from(DATES)),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
    return frame, out.getvalue().encode(encoding)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(written())
def test_a_frame_in_any_dialect_is_read_back_equal(file):
    frame, data = file
    table = read_table(data, "written.csv")
    told = "\n".join(finding.message for finding in table.findings)
    assert table.time == "date", told
    assert len(table.frame) == len(frame), told
    assert (table.frame["date"].to_numpy() == frame["date"].to_numpy()).all(), told
    read = table.frame.drop(columns="date")
    assert [name.strip() for name in read] == [" ".join(n.split()) for n in frame.columns[1:]]
    np.testing.assert_allclose(
        read.to_numpy(float), frame.drop(columns="date").to_numpy(float), rtol=1e-12, err_msg=told
    )


JUNK = st.sampled_from(
    [
        "x,y,z,1,2",
        "only",
        "# a remark",
        "Total,99",
        "2020-02-30,5,1",
        "2020-01-03,broken,1",
        "date,value,temp",
        "-----",
        "2020-01-05,7",
        ",,",
        "2020-01-05,7,8,9,10",
        "Source: somebody",
        '"quoted, text",1,2',
        "2020-01-06,1,2 # note",
    ]
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(1, 26), JUNK), min_size=1, max_size=3))
def test_no_line_is_lost_without_a_finding_that_names_it(junk):
    lines = ["date,value,temp"]
    lines += [f"2020-01-{i + 1:02d},{i * 1.25 + 0.5},{20 - i}" for i in range(25)]
    for at, line in junk:
        lines.insert(at, line)
    try:
        table = read_table("\n".join(lines).encode(), "x.csv")
    except UploadError:  # then nothing is used, and the sentence says why
        return
    told = " ".join(finding.message for finding in table.findings)
    named = set(table.lines.tolist())
    for first, last in re.findall(r"(\d+)(?: to (\d+))?", told):
        named |= set(range(int(first), int(last or first) + 1))
    silent = set(range(1, len(lines) + 1)) - named
    assert len(silent) <= 1, (told, "\n".join(lines))  # the header
    assert {lines[line - 1] for line in silent} <= {"date,value,temp"}, told
    for line, value in zip(table.lines, table.frame["value"], strict=True):
        cells = lines[line - 1].split(",")
        if cells[0].startswith("2020-01") and cells[1].replace(".", "").isdigit():
            assert value == float(cells[1])
