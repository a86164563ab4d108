"""Verbs on objects and words in pictures."""
