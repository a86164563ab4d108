"""The models: their architectures, cards and files, and the registry that loads them.

The folder is not called ``models``, because a module of that name would hide ``iad.models()``.
"""
