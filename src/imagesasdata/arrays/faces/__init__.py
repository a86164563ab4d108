"""Geometry and statistics of faces: plain arrays in and out."""
