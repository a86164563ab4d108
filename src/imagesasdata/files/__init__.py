"""A path, or the bytes behind one: found, read, decoded and written. No tables, no networks."""
