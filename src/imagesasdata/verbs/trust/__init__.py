"""Verbs that validate measures and correct estimates for their errors."""
