"""Verbs that read pictures and video, change them, and show them."""
