"""Ray Data: the same verbs over blocks of rows, on many machines."""
