"""Nearest neighbors and near copies in a collection: plain arrays in and out."""
