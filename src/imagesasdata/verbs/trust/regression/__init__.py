"""Corrected regression on tables: formula, usable rows, estimates, results."""
