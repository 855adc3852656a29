"""Everything that was trained on this server, to open again."""

import streamlit as st

st.header("Runs", anchor=False)
