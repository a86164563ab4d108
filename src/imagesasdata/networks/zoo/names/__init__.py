"""The names that parameters have in published files, one architecture per file."""
