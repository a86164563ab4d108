"""Tokenizers: from texts to token ids and back."""
