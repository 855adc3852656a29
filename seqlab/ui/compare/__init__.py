"""The Compare page: races, searches, grids."""
