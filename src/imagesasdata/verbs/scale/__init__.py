"""Many machines, and decoding apart."""
