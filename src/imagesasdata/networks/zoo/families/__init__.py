"""The families of models that have a name: cards, and how the files become a network."""
