"""TensorFlow.js graphs as JAX functions: parsed, checked, and compiled with one table of operations."""
