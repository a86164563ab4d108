"""Graphs of other frameworks as JAX functions: one program, and a table of operations for each."""
