"""The networks: one file for each architecture, and the registry that describes them.

The folder is not called ``models``, because a module of that name would hide ``iad.models()``.
"""
