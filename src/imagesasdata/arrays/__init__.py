"""Plain arrays in and out: measures, geometry, neighbors, clusters, text order, statistics.

No files, no tables.
"""
