"""The families of registered models: their cards, and how a network is read from its files."""
