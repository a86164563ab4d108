"""Text recognition: the engines and their languages."""
