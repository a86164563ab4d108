"""Geometry and statistics of faces: plain arrays in and out, no pictures read and no tables."""
