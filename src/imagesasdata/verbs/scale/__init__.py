"""Running verbs on many machines, and decoding in separate processes."""
