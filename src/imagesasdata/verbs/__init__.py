"""The public verbs, one file each; their shared code is in `imagesasdata.engine.verb`."""
