"""The families of registered models: cards, and how files become a network."""
