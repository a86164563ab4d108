"""Inspection of networks: what each layer computes, and how it contributes to a decision."""
