"""Verbs that measure pixels."""
