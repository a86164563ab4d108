"""Pictures as data: tidy tables from images."""
