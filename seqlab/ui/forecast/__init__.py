"""The Forecast page: a trained network put to use."""
