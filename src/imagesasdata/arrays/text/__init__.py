"""Pieces of text on a page, and the order in which people read them."""
