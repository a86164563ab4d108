"""HTML pages that open from disk, built from templates; style and scripts are inline."""
