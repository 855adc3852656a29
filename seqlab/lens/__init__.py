"""How a trained network works, from its weights alone, in NumPy."""
