"""Pieces of text on a page, and their reading order."""
