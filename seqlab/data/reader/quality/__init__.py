"""Last what is odd about the values, and a calendar without holes."""
