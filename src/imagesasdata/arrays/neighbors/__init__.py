"""Which rows of a collection are near which: plain arrays in and out, no tables and no pictures."""
