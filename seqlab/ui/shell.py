"""The frame around every page: navigation, title, store and pool."""

from pathlib import Path

import streamlit as st

from seqlab.ui import services, state
from seqlab.ui.places import PAGES
from seqlab.ui.room import strip
from seqlab.ui.words import plain

LOGO = Path(__file__).parent / "logo.svg"

# Streamlit runs this file as __main__. Children of a process pool import it again under another
# name, and must not draw pages.
if __name__ == "__main__":
    st.set_page_config(
        page_title="seqlab",
        page_icon=str(LOGO),
        layout="wide",
    )
    st.logo(LOGO, size="large")
    page = st.navigation(
        [
            st.Page(
                PAGES / "train.py",
                title="Playground",
                icon=":material/tune:",
                url_path="train",
                default=True,
                help="Choose sequences, build a network, train it and look inside.",
            ),
            st.Page(
                PAGES / "learn.py",
                title="Learn",
                icon=":material/school:",
                url_path="learn",
                help="Lessons beside the playground: predict, train, see what came.",
            ),
            st.Page(
                PAGES / "examples.py",
                title="Examples",
                icon=":material/apps:",
                url_path="examples",
                help="Ready-made experiments for every kind of work, to open and train.",
            ),
            st.Page(
                PAGES / "data.py",
                title="Data",
                icon=":material/table_chart:",
                url_path="data",
                help="What is in the sequences, how a file was read, how windows are cut.",
            ),
            st.Page(
                PAGES / "lens.py",
                title="Inspect",
                icon=":material/search:",
                url_path="lens",
                help="How the trained network works: every gate, step, unit and epoch.",
            ),
            st.Page(
                PAGES / "compare.py",
                title="Compare",
                icon=":material/compare_arrows:",
                url_path="compare",
                help="Which network is better, and how sure that is: many seeds, side by side.",
            ),
            st.Page(
                PAGES / "forecast.py",
                title="Forecast",
                icon=":material/trending_up:",
                url_path="forecast",
                help="The rows that come after the last one, and how sure the network is.",
            ),
            st.Page(
                PAGES / "runs.py",
                title="Runs",
                icon=":material/history:",
                url_path="runs",
                help="Everything that was trained on this server, to open again.",
            ),
            st.Page(
                PAGES / "room.py",
                title="Room",
                icon=":material/groups:",
                url_path="room",
                help="For a class: join with a code, or lead a room.",
            ),
        ],
        position="top",  # a column at the side would take the room of the results
    )
    st.set_page_config(page_title=f"{page.title} · seqlab")  # with several tabs one sees which
    state.enter(page.url_path)
    if notice := services.store().notice:
        st.warning(plain(notice), icon=":material/database_off:")
    strip.strip(page.url_path or "train")
    page.run()
