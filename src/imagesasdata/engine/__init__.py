"""What runs a verb while pictures stream: threads, batches, devices and the cache."""
