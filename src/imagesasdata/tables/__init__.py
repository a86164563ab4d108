"""A user's table, from any table library: read, joined, and returned as the same kind.

Only this folder imports narwhals.
"""
