"""Weight files: found, downloaded, checked and read."""
