"""Verbs that train a network on hand-coded pictures."""
