"""A soak: random visitors and random faults for as long as one likes, see `__main__`."""
