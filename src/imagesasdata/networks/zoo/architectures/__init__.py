"""The architectures, one per file: only layers and shapes, no names from published files."""
