"""Then what the columns are there for: time, label, owner, order, and what the table is."""
