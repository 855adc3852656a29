"""The data page: what was read from a file, what is in it, and how it is cut for training."""
