"""Files and their bytes: found, read, decoded and written. No tables, no networks."""
