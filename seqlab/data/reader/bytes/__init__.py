"""First the bytes: what kind of file it is, its encoding, and how it separates its cells."""
