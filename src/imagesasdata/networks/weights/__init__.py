"""Files of weights: where they are, whether they are whole, and how to read them."""
