"""What people look at: figures, and HTML pages that open from disk, with inline style and scripts."""
