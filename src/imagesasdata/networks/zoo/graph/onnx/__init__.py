"""ONNX graphs: parsed, checked and compiled."""
