"""TensorFlow.js graphs as JAX functions: parsed, checked and compiled."""
