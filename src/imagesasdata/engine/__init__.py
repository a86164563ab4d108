"""What runs a verb: threads, batches, devices and the cache.

Anything that is decided while pictures stream.
"""
