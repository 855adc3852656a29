"""Uploaded tables by their layout, one file each -> Dataset."""
