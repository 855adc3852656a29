"""A trained network put to use: the rows that come, how sure it is, new files, walk-forward."""
