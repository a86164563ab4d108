"""Inspection of networks: what each layer does and gives, and how it contributes to a decision."""
