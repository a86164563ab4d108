"""Verbs on faces."""
