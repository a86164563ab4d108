"""Groups in a cloud of vectors, and the cloud in few dimensions: plain arrays in and out."""
