"""How tall a table is, how it shows its days, and the button that saves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

HEAD, ROW = 38, 35  # pixels, as Streamlit draws them


def height_of(rows: int, most: int) -> int:
    """Pixels of a table that shows all of its rows, or as many as there is room for.

    Args:
        rows: how many it has, without the head.
        most: pixels that there are; further rows are reached by scrolling.

    Example:
        >>> height_of(2, 250), height_of(100, 250)
        (108, 250)
    """
    return min(HEAD + ROW * rows, most)


def days(frame: pd.DataFrame) -> dict[str, Any]:
    """The `column_config` of columns whose times are whole days: they are shown without a clock."""
    times = frame.select_dtypes("datetime")
    return {
        str(name): st.column_config.DateColumn(format="YYYY-MM-DD")
        for name, moments in ((name, times[name].dropna()) for name in times)
        if (moments == moments.dt.normalize()).all()
    }


def csv(table: pd.DataFrame | Callable[[], pd.DataFrame], name: str, label: str = "CSV") -> None:
    """A button that saves a table.

    Args:
        table: or what makes it, once somebody asks for it.
        name: of the file, without ".csv".
        label: of the button.
    """

    def data() -> bytes:
        frame = table if isinstance(table, pd.DataFrame) else table()
        return frame.to_csv(index=False).encode()

    st.download_button(
        label,
        data=data,
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"{name}_csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
