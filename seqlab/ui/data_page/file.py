"""What was read from an uploaded file."""

from __future__ import annotations

import streamlit as st

from seqlab.data.reader.quality.regular import usual
from seqlab.data.upload import Table, UploadError
from seqlab.experiment import Experiment, Finding
from seqlab.ui import draft, services, visitor
from seqlab.ui.components.table import days
from seqlab.ui.controls import parse_options
from seqlab.ui.controls.setup import MARKS
from seqlab.ui.data_page.facts import effect_of
from seqlab.ui.data_page.readings import readings, rivals
from seqlab.ui.words import plain

UNEVEN = frozenset({"irregular_steps", "gaps_in_time", "duplicate_times"})
PACKED = {"workbook": "An Excel workbook", "parquet": "A Parquet file"}
FIRST_ROWS, FIRST_COLUMNS = 200, 100


def file_section(file: str, experiment: Experiment | None) -> None:
    """Name and size, what was assumed, the widgets to overrule it, and the first rows."""
    about = services.store().about_upload(file)
    if about is None:
        return  # the findings say it
    name, size = about
    try:
        table = draft.table_of(file, parse_options.current())
    except UploadError:
        table = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.header(plain(name), anchor=False, width="content")
        _delete(file)
    if table is not None:
        st.caption(plain(_size(table, size)))
        findings_lines(table.findings, certain=not table.rivals)
        rivals(table)
        readings(table, size, experiment)
        _offers(file, table)
    parse_options.reading_controls(file, table)
    if table is not None:
        first_rows(table)


def findings_lines(findings: tuple[Finding, ...], certain: bool = True) -> None:
    """Findings as a list, warnings first; without any, that it is certain, if it is."""
    if not findings:
        if certain:
            st.caption(":green[:material/check:] No ambiguities found.")
        return
    order = sorted(findings, key=lambda finding: list(MARKS).index(finding.level))
    lines = [f"{MARKS[finding.level]} {plain(finding.message)}" for finding in order]
    st.markdown("  \n".join(lines))


def _size(table: Table, size: int) -> str:
    rows, columns = table.frame.shape
    what = (
        f"{rows:,} row{'s' if rows != 1 else ''} and {columns:,} "
        f"column{'s' if columns != 1 else ''}, {size / 1000:,.0f} kB"
    )
    if table.encoding == "":
        return f"{what} of NumPy arrays: {parse_options.KINDS[table.kind]}."
    if table.speech is not None:
        return (
            f"{rows:,} take{'s' if rows != 1 else ''}, {table.speech.seconds.sum():,.1f} seconds, "
            f"{size / 1000:,.0f} kB of sound. {table.speech.made.sentence}"
        )
    if table.kind == "corpus":
        return f"{rows:,} lines of running text in {table.encoding}, {size / 1000:,.0f} kB."
    if table.encoding in PACKED:
        sheet = f", sheet “{table.sheet}”" if table.sheet else ""
        return (
            f"{what}. {PACKED[table.encoding]}{sheet}; header rows: {table.header}; "
            f"{parse_options.KINDS[table.kind]}."
        )
    between = parse_options.DELIMITERS.get(table.delimiter or "", table.delimiter)
    return (
        f"{what}. Read as {table.encoding}; between cells: {between}; decimal "
        f"{parse_options.DECIMALS[table.decimal]}; header rows: {table.header}; "
        f"{parse_options.KINDS[table.kind]}."
    )


def _offers(file: str, table: Table) -> None:
    """A click mends it: a suspicious number is read as missing, irregular steps become equal."""
    wish = parse_options.current()
    suspects = [code for code in parse_options.codes_of(file, wish) if code not in wish.codes]
    step = None
    if table.time is not None and any(found.code in UNEVEN for found in table.findings):
        step = usual(table.frame[table.time])
    if step is not None and step != wish.step:
        effect = effect_of(file, wish, step, parse_options.STEPS[step])
        if effect:
            st.caption(plain(effect))
    if not suspects and step is None:
        return
    with st.container(horizontal=True, gap="small"):
        for i, code in enumerate(suspects[:4]):
            st.button(
                f"Read {plain(f'{code:.10g}')} as missing",
                key=f"code_{i}",
                icon=":material/build:",
                on_click=parse_options.change,
                args=("codes", [*wish.codes, code]),
            )
        if step is not None and step != wish.step:
            st.button(
                f"Make it a row for {parse_options.STEPS[step]}",
                key="resample",
                icon=":material/build:",
                on_click=parse_options.change,
                args=("step", step),
            )


def first_rows(table: Table) -> None:
    """The beginning of the table, with the line of the file on which each row starts."""
    frame = table.frame.iloc[:FIRST_ROWS, :FIRST_COLUMNS].copy()
    row = "take" if table.speech is not None else "line"
    frame.index = [f"{row} {line:,}" for line in table.lines[: len(frame)]]
    st.dataframe(
        frame,
        key="first_rows",
        height=250,
        placeholder="missing",
        column_config=days(frame),
    )
    rows, columns = table.frame.shape
    parts = []
    if rows > FIRST_ROWS:
        parts.append(f"the first {FIRST_ROWS} of {rows:,} rows")
    if columns > FIRST_COLUMNS:
        parts.append(f"the first {FIRST_COLUMNS} of {columns:,} columns")
    roles = {"time": table.time, "label": table.label, "sequence id": table.sequence_id}
    named = [f"{role} is “{name}”" for role, name in roles.items() if name is not None]
    sentence = f"Shown: {' and '.join(parts)}. " if parts else "The whole table. "
    if table.kind not in ("text", "pairs", "corpus", "speech"):
        named.append(f"{len(table.numeric):,} of numbers")
    sentence += f"Columns: {', '.join(named)}." if named else ""
    st.caption(plain(sentence))


def _delete(file: str) -> None:
    """Offers to remove the file to who has uploaded it."""
    if not services.store().uploaded_by(file, visitor.owner()):
        return
    own, others = services.store().readers(file, visitor.owner())
    if own:
        runs = "run of yours reads it" if own == 1 else "runs of yours read it"
        text = f"{own} {runs}: delete {'it' if own == 1 else 'them'} first, on the playground."
    elif others:
        runs = (
            "run of another visitor reads it" if others == 1 else "runs of other visitors read it"
        )
        text = (
            f"{others} {runs}. The file is no longer yours at once, and goes from this server with "
            f"{'that run' if others == 1 else 'the last of them'}."
        )
    else:
        text = "The file goes from this server, unless another visitor has uploaded the same."
    with st.popover("Delete", icon=":material/delete:", key="delete_file", type="tertiary"):
        st.markdown(text)
        st.button(
            "Delete this file",
            key="delete_this_file",
            icon=":material/delete_forever:",
            on_click=_deleted,
            args=(file,),
            disabled=own > 0,
        )


def _deleted(file: str) -> None:
    if services.store().delete_upload(file, visitor.owner()) and (
        st.session_state.get("file") == file
    ):
        st.session_state.update(file=None, target=None, inputs=[])
