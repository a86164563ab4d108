"""Verbs on a whole collection: similarity, copies, clusters, maps."""
