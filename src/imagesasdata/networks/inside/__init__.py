"""Looks inside networks: what each layer does, gives, and made of a decision."""
