"""Many machines, and isolated decoding."""
