"""The Runs page: which runs, and what to do with those that are chosen."""
