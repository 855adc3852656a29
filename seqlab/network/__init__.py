"""Layers -> shapes, parameter counts and findings, without Keras."""
