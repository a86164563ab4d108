"""Transfer learning: from embeddings or pictures and hand-coded outcomes to a fitted network."""
