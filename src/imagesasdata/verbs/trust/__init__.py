"""Verbs that say how far a measure can be trusted."""
