"""TensorFlow.js graphs: parsed, checked and compiled."""
