"""Lessons over the real playground: text files, what must have happened, one next step."""
