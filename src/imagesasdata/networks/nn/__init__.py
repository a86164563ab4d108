"""Layers that the architectures share; nothing here belongs to a single model."""
