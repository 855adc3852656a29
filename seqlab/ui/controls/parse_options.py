"""How a file is read: each of the reader's guesses, and a widget that overrules it.

What was changed stands in `st.session_state["reading"]`, as the fields of `ParseOptions` that
differ from its defaults. The widgets take their values from there in every run of the script.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np
import streamlit as st
from pydantic import ValidationError

from seqlab.data.columns import choice
from seqlab.data.reader.quality.oddities import codes
from seqlab.data.speech import SPEAKER, WORD, Speech, reading_of
from seqlab.data.upload import Table, UploadError
from seqlab.experiment import ParseOptions
from seqlab.limits import kind_of
from seqlab.settings import LIMITS, SETTINGS
from seqlab.ui import draft, state
from seqlab.ui.cache import few
from seqlab.ui.words import plain

PROBLEM = "reading_problem"
WIDTH = 148  # pixels of one widget
ENCODINGS = (
    *("utf-8", "utf-16", "cp1252", "latin-1", "cp850", "cp1250", "cp1251", "koi8-r"),
    *("gb18030", "big5", "cp932", "euc_jp", "cp949", "iso8859-2", "iso8859-7", "mac_roman"),
    *("cp1254", "cp1255", "cp1256", "cp1257", "cp874", "utf-16-le", "utf-16-be"),
)
DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    " ": "runs of blanks",
    "": "none: one column",
}
DECIMALS = {".": "point", ",": "comma"}
ORDERS = {True: "day first", False: "month first"}
KINDS = {
    "series": "one series",
    "wide": "a sequence a row",
    "long": "sequences by id",
    "text": "texts with a label",
    "pairs": "pairs of texts",
    "corpus": "a running text",
    "arrays": "arrays of sequences",
    "speech": "sounds of words",
}
SPEAKERS = {False: "in any part", True: "each in one part"}
OF_SOUND = ("frame_ms", "hop_ms", "mel_bands", "sample_rate", "trim_db")
OF_SPEECH = ("file", WORD, SPEAKER, "seconds", "split")
AXES = {False: "sequences first", True: "steps first"}
BORDERS = {"none": "nowhere", "restarts": "where it begins anew", "gaps": "at gaps in time, too"}
PLACES = {"end": "one a sequence", "every step": "one a step"}
STEPS = {
    "min": "a minute",
    "5min": "5 minutes",
    "15min": "15 minutes",
    "30min": "half an hour",
    "h": "an hour",
    "6h": "6 hours",
    "D": "a day",
    "W": "a week",
    "MS": "a month",
    "QS": "a quarter",
    "YS": "a year",
}
NAMES = {
    "sheet": "Sheet",
    "encoding": "Encoding",
    "delimiter": "Delimiter",
    "decimal": "Decimal sign",
    "header": "Header rows",
    "day_first": "Dates",
    "kind": "Layout",
    "time": "Time",
    "label": "Label",
    "sequence_id": "Sequence id",
    "text": "Text",
    "label_at": "Labels",
    "borders": "Windows end",
    "ignored": "Ignored columns",
    "codes": "Codes for missing",
    "step": "Resample to a row for",
    "swapped": "Axes",
    "frame_ms": "Frame (ms)",
    "hop_ms": "Hop (ms)",
    "mel_bands": "Mel bands",
    "sample_rate": "Sample rate (Hz)",
    "trim_db": "Quiet ends (dB)",
    "by_speaker": "Speakers",
}
MOST_CODES = 12  # that are offered


def current() -> ParseOptions:
    """How the file is to be read now; a wish that makes no sense counts for nothing."""
    wishes = dict(st.session_state.get("reading") or {})
    try:
        return ParseOptions.model_validate(wishes)
    except ValidationError as error:
        wrong = {item["loc"][0] for item in error.errors()}
        return ParseOptions.model_validate({k: v for k, v in wishes.items() if k not in wrong})


def change(name: str, value: Any) -> None:  # noqa: ANN401
    """Overrules one guess of the reader, at once; `None` and an empty list let it guess again.

    A page that outlived its server may ask for it when this session knows no file.
    """
    if st.session_state.get("file") is None:
        return
    others = {k: v for k, v in current().model_dump().items() if k != name}
    changed = value is not None and not (isinstance(value, Sequence) and value in ([], ()))
    st.session_state["reading"] = others | ({name: value} if changed else {})
    st.session_state[PROBLEM] = None
    _keep_roles()
    state.show_fitting(draft.draft(state.flat()))


def reset() -> None:
    """Lets the reader guess everything."""
    st.session_state["reading"] = {}
    change("encoding", None)


def _keep_roles() -> None:
    """Target and inputs, as far as the file still has them when it is read like this."""
    try:
        table = draft.table_of(st.session_state["file"], current())
    except UploadError:
        return
    possible = choice(table)
    if st.session_state.get("target") not in possible.targets:
        st.session_state["target"] = None
    chosen = st.session_state.get("inputs") or []
    st.session_state["inputs"] = [name for name in chosen if name in possible.inputs]


def reading_controls(file: str, table: Table | None) -> None:
    """Every guess with the widget that overrules it.

    Args:
        file: the key of the uploaded file.
        table: what was read from it, or `None` if that fails at the moment.
    """
    wish = current()
    changed = [name for name in ParseOptions.model_fields if getattr(wish, name) not in (None, ())]
    count = f" · {len(changed)} changed" if changed else ""
    with st.expander(f"How the file is read{count}", expanded=True, icon=":material/tune:"):
        st.caption("The reader's guess stands in grey. Choose something else, and it acts at once.")
        if changed:
            _resets(wish, changed)
        guessed = table if table is not None else _guess(file)
        with st.container(horizontal=True, gap="small"):
            if guessed is not None and guessed.speech is not None:
                _sounds(wish, guessed, guessed.speech)
            elif guessed is not None and guessed.encoding == "":
                _choice("kind", {k: KINDS[k] for k in ("series", "arrays")}, wish, guessed.kind)
                _axes(wish, guessed)
            else:
                _cells(wish, guessed)
                _roles(file, wish, guessed)
        if problem := st.session_state.get(PROBLEM):
            st.error(plain(problem), icon=":material/error:")


def _guess(file: str) -> Table | None:
    """The table as the reader would read it without help."""
    try:
        return draft.table_of(file, ParseOptions())
    except UploadError:
        return None


def _resets(wish: ParseOptions, changed: list[str]) -> None:
    with st.container(horizontal=True, gap="xsmall"):
        for name in changed:
            st.button(
                f"{NAMES[name]}: {plain(_words(name, getattr(wish, name)))}",
                key=f"reset_reading_{name}",
                icon=":material/undo:",
                help="Back to the reader's guess.",
                on_click=change,
                args=(name, None),
                type="tertiary",
            )
        if len(changed) > 1:
            st.button("Reset all", key="reset_reading", icon=":material/undo:", on_click=reset)


def _words(name: str, value: object) -> str:
    """A value as the widgets call it, short."""
    if isinstance(value, tuple):
        first_items = ", ".join(
            f"{item:g}" if isinstance(item, float) else item for item in value[:3]
        )
        return first_items + (", …" if len(value) > 3 else "")
    if isinstance(value, float):
        return f"{value:g}"
    words: dict[str, dict[Any, str]] = {
        "delimiter": DELIMITERS,
        "decimal": DECIMALS,
        "day_first": ORDERS,
        "kind": KINDS,
        "label_at": PLACES,
        "borders": BORDERS,
        "step": STEPS,
        "swapped": AXES,
        "by_speaker": SPEAKERS,
    }
    return words.get(name, {}).get(value) or (str(value) if value != "" else "none")


def _cells(wish: ParseOptions, table: Table | None) -> None:
    """From bytes to cells."""
    sheets = () if table is None else table.sheets
    if wish.sheet is not None or len(sheets) > 1:
        _choice(
            "sheet", {name: name for name in sheets}, wish, None if table is None else table.sheet
        )
    if table is not None and table.encoding in ("workbook", "parquet"):
        _header(wish, table)
        return
    delimiter = None if table is None else DELIMITERS.get(table.delimiter or "", table.delimiter)
    encoding = None if table is None else table.encoding
    _choice("encoding", {name: name for name in ENCODINGS}, wish, encoding, new=True)
    _choice("delimiter", DELIMITERS, wish, delimiter, new=True)
    _choice("decimal", DECIMALS, wish, None if table is None else DECIMALS.get(table.decimal))
    _header(wish, table)
    _choice("day_first", ORDERS, wish, None)


def _header(wish: ParseOptions, table: Table | None) -> None:
    """How many rows of names stand above the data."""
    guess = "guess" if table is None else str(table.header)
    _number("header", wish, guess)


def _roles(file: str, wish: ParseOptions, table: Table | None) -> None:
    """What the table and its columns are."""
    kinds = {kind: words for kind, words in KINDS.items() if kind not in ("arrays", "speech")}
    _choice("kind", kinds, wish, None if table is None else KINDS[table.kind])
    names = [] if table is None else [str(name) for name in table.frame.columns]
    columns = {"": "none"} | {name: name for name in names}
    for name in ("time", "label", "sequence_id"):
        mine = None if table is None else getattr(table, name) or "none"
        _choice(name, columns, wish, mine)
    if wish.text or (table is not None and table.kind == "text"):
        texts = {name: name for name in names}
        _choice("text", texts, wish, None if table is None else "".join(table.texts))
    if wish.label_at or (table is not None and table.kind == "long"):
        _choice("label_at", PLACES, wish, None if table is None else PLACES[table.label_at])
    if wish.borders or (table is not None and (table.stretches or _has_gaps(table))):
        _choice("borders", BORDERS, wish, BORDERS["restarts"])
    _axes(wish, table)
    if wish.step or (table is not None and _is_dated(table)):
        _choice("step", STEPS, wish, "as it is")
    _several("ignored", [*names, *wish.ignored], list(wish.ignored), "none")
    suspects = () if table is None else _suspects(file, wish)
    chosen = [f"{code:.10g}" for code in wish.codes]
    _several("codes", [f"{c:.10g}" for c in suspects] + chosen, chosen, "such as -999", new=True)


def _has_gaps(table: Table) -> bool:
    return any(finding.code == "gaps_in_time" for finding in table.findings)


def _sounds(wish: ParseOptions, table: Table, speech: Speech) -> None:
    """How features are made of sounds, and what their names say."""
    usual = reading_of(speech.made)
    for name in OF_SOUND:
        _number(name, wish, f"{getattr(usual, name):g}")
    columns = [str(name) for name in table.frame.columns if name not in OF_SPEECH]
    _choice("label", {name: name for name in columns}, wish, WORD)
    if SPEAKER in table.frame:
        _choice("by_speaker", SPEAKERS, wish, SPEAKERS[False])


def _number(name: str, wish: ParseOptions, guess: str) -> None:
    """A number box for one guess."""
    low, high = LIMITS[name]
    kind, _ = kind_of(ParseOptions.model_fields[name].annotation)
    st.session_state[f"reading_{name}"] = getattr(wish, name)
    st.number_input(
        NAMES[name],
        min_value=kind(low),
        max_value=kind(high),
        value=None,
        step=kind(SETTINGS[name].step or 1),
        format="%d" if kind is int else "%g",
        key=f"reading_{name}",
        placeholder=guess,
        width=WIDTH,
        on_change=_take,
        args=(name,),
    )


def _axes(wish: ParseOptions, table: Table | None) -> None:
    """Whether sequences or steps stand first, where both do."""
    if wish.swapped is not None or (table is not None and table.kind in ("wide", "arrays")):
        _choice("swapped", AXES, wish, None if table is None else AXES[table.swapped])


def _is_dated(table: Table) -> bool:
    return table.time is not None and table.frame[table.time].dtype.kind == "M"


def _suspects(file: str, wish: ParseOptions) -> tuple[float, ...]:
    try:
        return codes_of(file, wish)
    except UploadError:
        return ()


def _choice(
    name: str,
    options: dict[Any, str],
    wish: ParseOptions,
    guess: str | None,
    new: bool = False,
) -> None:
    """A select box for one guess; `new` takes what is typed in as well."""
    chosen = getattr(wish, name)
    if chosen is not None and chosen not in options:
        options = options | {chosen: str(chosen)}
    key = f"reading_{name}"
    st.session_state[key] = chosen
    st.selectbox(
        NAMES[name],
        list(options),
        index=None,
        key=key,
        format_func=lambda value: options.get(value, str(value)),
        placeholder=guess or "guess",
        accept_new_options=new,
        width=WIDTH,
        on_change=_take,
        args=(name,),
    )


def _several(
    name: str, options: list[str], chosen: list[str], placeholder: str, new: bool = False
) -> None:
    key = f"reading_{name}"
    st.session_state[key] = chosen
    st.multiselect(
        NAMES[name],
        list(dict.fromkeys(options)),
        key=key,
        placeholder=placeholder,
        accept_new_options=new,
        width=2 * WIDTH + 16,
        on_change=_take,
        args=(name,),
    )


def _take(name: str) -> None:
    """Takes over what a widget says now."""
    value = st.session_state[f"reading_{name}"]
    if name != "codes":
        change(name, value)
        return
    strange = [text for text in value if not _is_number(text)]
    if strange:
        st.session_state[PROBLEM] = (
            f"A code for a missing value must be a number, got {strange[0]!r}. It was left out."
        )
        return
    change(name, [float(text) for text in value])


def _is_number(text: str) -> bool:
    """Whether a text is a number; "nan" and "inf" are none."""
    try:
        return isfinite(float(text))
    except ValueError:
        return False


@few
def codes_of(file: str, reading: ParseOptions) -> tuple[float, ...]:
    """Numbers in a table that probably stand for a missing value; raises `UploadError`."""
    table = draft.table_of(file, reading)
    if table.kind == "wide":
        return ()
    values = table.frame[list(table.numeric)].to_numpy(np.float64)
    suspects = dict.fromkeys(code for column in values.T for code in codes(column))
    return tuple(suspects)[:MOST_CODES]
