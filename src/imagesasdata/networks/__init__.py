"""Networks: layers, architectures, model cards, readers of weights, and inspection."""
