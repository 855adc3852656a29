"""The Room page: open and join, the board, leading, the class plot; the strip on every page."""
