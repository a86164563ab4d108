"""The public verbs, a file each; what they share is in `imagesasdata.engine.verb`."""
