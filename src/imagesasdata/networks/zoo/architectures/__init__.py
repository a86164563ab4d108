"""The architectures, a file each: layers and shapes alone, no names of published files."""
