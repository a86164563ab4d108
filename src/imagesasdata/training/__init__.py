"""Transfer learning: fits a network to embeddings or pictures with hand-coded outcomes."""
