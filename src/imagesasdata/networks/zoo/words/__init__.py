"""Tokenizers: turn texts into token ids and back."""
