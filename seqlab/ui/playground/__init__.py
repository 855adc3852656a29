"""The Playground page: controls, results while a network trains, and what to do with them."""
