"""Parameters of networks: layers, architectures, cards, readers of weights, and looks inside."""
