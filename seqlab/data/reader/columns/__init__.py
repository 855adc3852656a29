"""Then each column by itself: numbers, dates, times, text."""
