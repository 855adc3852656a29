"""Where training runs, and where its results are kept."""
