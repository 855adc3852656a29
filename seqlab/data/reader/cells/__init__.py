"""Then the cells: records, names of the columns, and what each cell is at first sight."""
