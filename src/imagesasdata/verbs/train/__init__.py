"""Verbs that teach a network what was coded by hand."""
