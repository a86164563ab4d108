"""What runs a verb: threads, batches, devices and the cache.

Everything that happens while pictures stream.
"""
