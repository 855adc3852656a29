"""Arrays -> plotly figures; no Streamlit, so they work in a notebook too."""
