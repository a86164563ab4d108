"""The names that parameters have in published files, an architecture each."""
