"""Clustering and dimension reduction of vectors: plain arrays in and out."""
