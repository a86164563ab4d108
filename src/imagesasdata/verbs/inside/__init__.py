"""Functions that inspect networks."""
