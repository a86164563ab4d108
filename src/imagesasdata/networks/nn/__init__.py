"""Layers that the architectures share; nothing here belongs to one model."""
