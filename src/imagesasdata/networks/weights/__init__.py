"""Files of weights: finding, downloading, checking and reading them."""
