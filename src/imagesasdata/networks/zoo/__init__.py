"""The networks: one file for each architecture, and the registry that describes them.

The folder is not called ``models``, for a module of that name would hide the verb ``iad.models()``.
"""
