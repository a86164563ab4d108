"""A user's table, of whatever library: read, joined, and given back as the same kind.

narwhals is imported here alone.
"""
