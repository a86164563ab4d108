"""Functions that look inside networks."""
